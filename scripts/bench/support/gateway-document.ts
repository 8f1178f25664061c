/** A document of 416 operations and 5,000 lines that the lint finds nothing in, as YAML or as JSON. */
const operations = 416;

const head = `swagger: '2.0'
info: { title: ocr, version: '1' }
securityDefinitions:
  key: { type: apiKey, name: x-api-key, in: header }
security: [{ key: [] }]
x-google-backend: { address: https://ocr-abc-uc.a.run.app, deadline: 60 }
x-google-management:
  metrics: [{ name: reads }]
  quota: { limits: [{ name: l, metric: reads, values: { STANDARD: 100 } }] }
paths:
`;
const path = (at: number) => `  /documents/${at}:
    post:
      operationId: read${at}
      summary: Reads document ${at}.
      x-google-quota:
        metricCosts:
          reads: 1
      parameters:
        - { name: page, in: query, type: integer }
      responses:
        '200':
          description: The text.
`;
const each = <T>(make: (at: number) => T): T[] => Array.from({ length: operations }, (_, at) => make(at));

const asYaml = (): string => head + each(path).join('');

function asJson(): string {
  const post = (at: number) => ({
    operationId: `read${at}`,
    summary: `Reads document ${at}.`,
    'x-google-quota': { metricCosts: { reads: 1 } },
    responses: { '200': { description: 'The text.' } },
  });
  return JSON.stringify(
    {
      swagger: '2.0',
      info: { title: 'ocr', version: '1' },
      securityDefinitions: { key: { type: 'apiKey', name: 'x-api-key', in: 'header' } },
      security: [{ key: [] }],
      'x-google-backend': { address: 'https://ocr-abc-uc.a.run.app', deadline: 60 },
      'x-google-management': {
        metrics: [{ name: 'reads' }],
        quota: { limits: [{ name: 'l', metric: 'reads', values: { STANDARD: 100 } }] },
      },
      paths: Object.fromEntries(each((at) => [`/documents/${at}`, { post: post(at) }])),
    },
    null,
    2,
  );
}

export const documentOf = (format: 'yaml' | 'json'): string => (format === 'yaml' ? asYaml() : asJson());
export const operationsIn = operations;
