import { type Case, type Cases, command, file, program, pulumi, steps, terraform } from './case.ts';

const api = (more: string, operation: string, version = "swagger: '2.0'"): Case =>
  file(
    'openapi.yaml',
    `${version}
info: { title: ocr, version: '1' }
${version.startsWith('swagger') ? 'securityDefinitions:\n  key: { type: apiKey, name: x-api-key, in: header }' : 'components:\n  securitySchemes:\n    key: { type: apiKey, name: x-api-key, in: header }'}
${more}
paths:
  /ocr:
    post:
      operationId: ocr
${operation}      responses: { '200': { description: ok } }
`,
    'yaml',
  );
/** A path whose only method is OPTIONS, and is open. */
const bare = file(
  'openapi.yaml',
  `swagger: '2.0'
info: { title: ocr, version: '1' }
securityDefinitions:
  key: { type: apiKey, name: x-api-key, in: header }
security: [{ key: [] }]
paths:
  /ocr:
    options: { security: [], responses: {} }
`,
  'yaml',
);
const described =
  '{ "swagger": "2.0", "info": { "title": "ocr", "version": "1" }, "paths": { "/ocr": { "post": { "responses": {} } } } }\n';
const closed = 'security: [{ key: [] }]';
const backend = (text: string) =>
  `${closed}\nx-google-backend:\n  address: https://ocr.example.run.app\n${text}`;
const quota = 'x-google-management: { quota: { limits: [] } }';
/** A gateway without a deadline, and a suite. */
const withSuite = (text: string): Case => {
  const { files, ...one } = api(`${backend('')}${quota}`, '');
  const images = { 'a.png': 'x', 'b.png': 'x' };
  return { ...one, files: { ...files, 'backstay.smoke.yaml': `version: 1\n${text}`, ...images } };
};
const suite = (text: string, more = {}) => file('backstay.smoke.yaml', text, 'yaml', more);
const slo = (target: string): Case => ({
  ...file(
    'backstay.slo.yaml',
    `apiVersion: openslo/v1\nkind: SLO\nmetadata: { name: ocr }\nspec:\n  service: ocr\n  budgetingMethod: Occurrences\n  timeWindow: [{ duration: 30d, isRolling: true }]\n  indicator:\n    metadata: { name: errors }\n    spec:\n      ratioMetric:\n        counter: true\n        bad: { metricSource: { type: CloudRun, spec: { requests: bad } } }\n        total: { metricSource: { type: CloudRun, spec: { requests: all } } }\n  objectives: [{ displayName: works, target: ${target} }]\n`,
    'yaml',
  ),
  shown: `objectives: [{ displayName: works, target: ${target} }]`,
});

export const gatewayCases: Cases = {
  'gateway-open': {
    bad: [
      api(closed, '      security: []\n'),
      api(closed, '      security: [{}, { key: [] }]\n'),
      api('', ''),
      api(`${closed}\nx-google-allow: all`, ''),
      api(backend('  disable_auth: true'), ''),
      api(closed, '      security: [{ other: [] }]\n'),
      api(closed, '      security: []\n', 'openapi: 3.0.4'),
      // No browser asks about a path that has no other method.
      bare,
      file('proto/ocr.swagger.json', described, 'json', {
        'deploy.sh': 'gcloud endpoints services deploy proto/ocr.swagger.json\n',
      }),
      file('proto/ocr.swagger.json', described, 'json', {
        'main.tf':
          'resource "google_api_gateway_api_config" "x" {\n  openapi_documents {\n    document {\n      path     = "spec.json"\n      contents = filebase64("proto/ocr.swagger.json")\n    }\n  }\n}\n',
      }),
    ],
    good: [
      api(closed, ''),
      api('', '      security: [{ key: [] }]\n'),
      api(closed, '', 'openapi: 3.0.4'),
      // Tools write such a file beside a proto. It describes an API and configures no gateway.
      file('proto/ocr.swagger.json', described, 'json'),
    ],
  },
  'gateway-limits': {
    bad: [
      {
        ...api(`${backend('')}${quota}`, ''),
        files: {
          ...api(`${backend('')}${quota}`, '').files,
          'deploy.sh': 'gcloud functions deploy ocr --timeout=120s\n',
        },
      },
      api(`${backend('  deadline: 130.0')}`, ''),
      api(`${backend('  deadline: -1')}\n${quota}`, ''),
      withSuite(
        'defaults: { timeout: 20s }\ncases:\n  - { name: small, image: a.png, expect: { contains: [a] } }\n  - { name: large scan, image: b.png, timeout: 40s, expect: { contains: [b] } }\n',
      ),
      withSuite(
        'cases:\n  - { name: large scan, image: b.png, expect: { contains: [b], max_latency: 16500ms } }\n',
      ),
    ],
    good: [
      {
        ...api(`${backend('  deadline: 130.0')}\n${quota}`, ''),
        files: {
          ...api(`${backend('  deadline: 130.0')}\n${quota}`, '').files,
          'deploy.sh': 'gcloud functions deploy ocr --timeout=120s\n',
        },
      },
      api(closed, ''),
      api(`${backend('')}${quota}`, ''),
      withSuite('cases:\n  - { name: small, image: a.png, expect: { contains: [a], max_latency: 3s } }\n'),
      // The limit of one attempt is 40 s, and the answer has to be there within 12 s.
      withSuite(
        'cases:\n  - { name: large scan, image: b.png, timeout: 40s, expect: { contains: [b], max_latency: 12s } }\n',
      ),
    ],
  },
  'suite-slo-invalid': {
    bad: [
      slo('1.0'),
      suite('version: 1\ncases:\n  - name: a\n    image: missing.png\n    expect: { text: x }\n'),
      suite('cases: 5\n'),
    ],
    good: [
      slo('0.995'),
      suite('version: 1\ncases:\n  - name: a\n    image: a.png\n    expect: { text: x }\n', { 'a.png': 'x' }),
      file('docs/backstay.smoke.yaml', 'cases: 5\n', 'yaml'),
    ],
  },
  'runtime-end': {
    bad: [
      command('gcloud functions deploy ocr --runtime python39'),
      terraform(
        'variable "runtime" {\n  default = "nodejs18"\n}\nresource "google_cloudfunctions2_function" "x" {\n  build_config {\n    runtime = var.runtime\n  }\n}\n',
      ),
      steps(
        '- uses: google-github-actions/deploy-cloud-functions@08eba0b27e820071cde6df949e0beb9ba4906955\n  with: { name: ocr, runtime: nodejs20 }',
      ),
      file('firebase.json', '{ "functions": { "source": "functions", "runtime": "python310" } }', 'json'),
      command('gcloud functions deploy ocr --runtime=dotnet8'),
      file(
        'main.tf.json',
        '{ "locals": { "language": "python" }, "resource": { "google_cloudfunctions2_function": { "x": { "build_config": { "runtime": "${local.language}39" } } } } }',
        'json',
      ),
      pulumi(
        'resources:\n  ocr:\n    type: gcp:cloudfunctionsv2:Function\n    properties:\n      buildConfig:\n        runtime: nodejs18\n        entryPoint: ocr\n',
      ),
      program(
        '__main__.py',
        "import pulumi_gcp as gcp\n\ngcp.cloudfunctionsv2.Function(\n    'ocr',\n    build_config=gcp.cloudfunctionsv2.FunctionBuildConfigArgs(runtime='python39', entry_point='ocr'),\n)\n",
        'python',
      ),
    ],
    good: [
      command('gcloud functions deploy ocr --runtime nodejs24'),
      command('gcloud functions deploy ocr --runtime ${{ vars.RUNTIME }}'),
      command('# --runtime python39\ngcloud functions deploy ocr --runtime python313'),
    ],
  },
};
