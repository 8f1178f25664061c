import { expect, test } from '@jest/globals';
import { explain } from '../../../src/domain/causes/explain.ts';

/** The command of a repair asks the server that did not answer. */
test.each([
  [
    'GET https://mlflow.example.com/api/2.0/mlflow/registered-models/alias got no answer (getaddrinfo ENOTFOUND mlflow.example.com).',
    'curl --head https://mlflow.example.com/',
  ],
  [
    'getaddrinfo ENOTFOUND cloudfunctions.googleapis.com',
    'curl --head https://cloudfunctions.googleapis.com/',
  ],
  ['getaddrinfo EAI_AGAIN', 'curl --head https://cloudfunctions.googleapis.com/'],
  [
    'POST http://prometheus.corp.example:9090/api/v1/query got no answer (connect ECONNREFUSED 10.1.2.3:9090).',
    'curl --head http://prometheus.corp.example:9090/',
  ],
  ['connect ECONNREFUSED 10.0.0.1:8080', 'curl --head https://cloudfunctions.googleapis.com/'],
  [
    'GET https://a.example;rm got no answer (getaddrinfo ENOTFOUND a.example;rm).',
    'curl --head https://a.example/',
  ],
  ['getaddrinfo ENOTFOUND $(reboot).example', 'curl --head https://cloudfunctions.googleapis.com/'],
])('%s', (message, command) => {
  const cause = explain({ kind: 'network', status: 0, message });
  expect(cause?.commands).toEqual([command]);
});

test('what the runner has to reach is the server, or all of Google', () => {
  const fixOf = (server: string) =>
    explain({
      kind: 'network',
      status: 0,
      message: `GET ${server}/ got no answer (connect ECONNREFUSED 10.1.2.3:443).`,
    })?.fix;
  expect(fixOf('https://run.googleapis.com')).toContain('reach *.googleapis.com and *.run.app');
  expect(fixOf('https://ocr-abc-uc.a.run.app')).toContain('reach *.googleapis.com and *.run.app');
  expect(fixOf('https://mlflow.example.com')).toContain(
    'reach https://mlflow.example.com, and for Google *.googleapis.com',
  );
});
