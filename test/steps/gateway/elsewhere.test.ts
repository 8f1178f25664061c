import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type GatewayWorld, gatewayWorld } from '../../support/gateway-world.ts';

/** A configuration that fails for a reason outside the document is not told as an error of the document. */

let w: GatewayWorld;
beforeAll(async () => {
  w = await gatewayWorld();
});
afterAll(() => w.stop());

const ended = (error: object) => ({
  api: 'apigateway',
  method: 'GET',
  path: '/global/operations/',
  fault: { status: 200, body: { name: 'projects/p/locations/global/operations/o', done: true, error } },
});

test.each([
  [
    { code: 7, message: 'The caller may not act as the service account.' },
    'permission-denied',
    /backend_service_account/,
  ],
  [
    { code: 3, message: 'Service account a@b.c does not exist.' },
    'permission-denied',
    /backend_service_account/,
  ],
  [{ code: 8, message: 'Quota exceeded for configs.' }, 'remote-error', /quotas of API Gateway/],
  [{ code: 13, message: 'Internal error.' }, 'remote-error', /Run it again later/],
])('%j', async (error, code, fix) => {
  await w.client.control('POST', '/faults', { ...ended(error), nth: 1, times: 50 });
  const text = w.document({ rest: `  /p${error.code}${error.message.length}: { get: { responses: {} } }\n` });
  const failed: unknown = await w.run(text).catch((thrown: unknown) => thrown);
  await w.client.control('DELETE', '/faults');
  expect(failed).toMatchObject({
    code,
    what: expect.stringContaining(error.message),
    fix: expect.stringMatching(fix),
  });
  expect(w.state().names).toBe('');
});

test('a refused line of the document still is', async () => {
  const error = { code: 3, message: 'location: "openapi.yaml:3" kind: ERROR message: "unknown field"' };
  // The API is made first, and its own operation is not this one.
  const made = await w.run(w.document());
  expect(made.outcome).toBe('promoted');
  await w.client.control('POST', '/faults', { ...ended(error), nth: 1, times: 50 });
  const result = await w.run(w.document({ rest: '  /refused: { get: { responses: {} } }\n' }));
  await w.client.control('DELETE', '/faults');
  expect(result).toMatchObject({ verdict: 'fail', outcome: 'blocked' });
  expect(result.findings.at(-1)).toMatchObject({ rule: 'gateway-refused', line: 3 });
});
