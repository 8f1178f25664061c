/** Measures the lint of an API gateway's document: 5,000 lines, from the text to the findings (bound 300 ms, median of the rounds). */
import { lint } from '../../src/domain/gateway/lint.ts';
import { readDocument } from '../../src/domain/gateway/read-document.ts';
import { median, range } from './support/median.ts';

const rounds = Number(process.env.ROUNDS ?? 15);
const bound = 300;
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
const text = head + Array.from({ length: 416 }, (_, at) => path(at)).join('');
const lines = text.split('\n').length;

function once(): number {
  const started = performance.now();
  const read = readDocument(text);
  if ('problem' in read) throw new Error(read.problem);
  const found = lint(read.api);
  if (found.length > 0 || read.api.operations.length !== 416) throw new Error('the document is read wrongly');
  return performance.now() - started;
}

const cold = once();
const times = Array.from({ length: rounds }, once);
console.log(
  `${lines} lines, first ${cold.toFixed(0)} ms, then ${median(times).toFixed(0)} ms (${range(times)}), bound ${bound} ms`,
);
if (lines < 5000 || median(times) > bound) process.exitCode = 1;
