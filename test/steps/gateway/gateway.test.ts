import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gatewayState } from '../../../sandbox/gateway/state.ts';
import { type GatewayWorld, gatewayWorld } from '../../support/gateway-world.ts';

let w: GatewayWorld;
beforeAll(async () => {
  w = await gatewayWorld();
});
afterAll(() => w?.stop());
beforeEach(async () => {
  await w.client.control('DELETE', '/faults');
  gatewayState(w.sandbox.world).refusals = 'esp';
});

const path = (name: string) =>
  `  /${name}:\n    get: { operationId: ${name}, responses: { '200': { description: ok } } }\n`;

describe('a document is released', () => {
  test('the API, the configuration and the gateway are made, and the gateway is proved', async () => {
    const result = await w.run(w.document());
    expect(result).toMatchObject({ verdict: 'pass', outcome: 'promoted', evidence: { did: 'created' } });
    await w.settled();
    expect(w.state().serves).toBe(result.evidence.config);
    expect(await w.call('/health')).toBe(401);
    expect(await w.call('/health', 'GET', { 'x-api-key': w.key })).toBe(200);
    expect(await w.call('/health', 'GET', { 'x-api-key': 'wrong' })).toBe(400);
    expect(result.evidence.codes).toEqual({ refused: [401], unknown: 404 });
    expect(result.evidence.probes.map(({ is }) => is)).toEqual(['as wanted', 'as wanted', 'as wanted']);
  });

  test('the same content again writes nothing and needs at most four calls', async () => {
    w.sandbox.world.requests.length = 0;
    const again = `# a comment\n${w.document().replace("title: ocr, version: '1'", "version: '1', title: ocr")}`;
    const result = await w.run(again, { service: `${w.client.parent}/services/ocr` });
    expect(result).toMatchObject({ verdict: 'pass', outcome: undefined, evidence: { did: 'unchanged' } });
    expect(w.calls().writes).toBe(0);
    expect(w.calls().reads).toBeLessThanOrEqual(4);
  });

  test('another document moves the gateway with one PATCH', async () => {
    w.sandbox.world.requests.length = 0;
    const result = await w.run(w.document({ rest: path('more') }));
    expect(result).toMatchObject({ verdict: 'pass', outcome: 'promoted', evidence: { did: 'moved' } });
    expect(result.evidence.changes).toEqual([
      { route: 'GET /more', change: 'added', what: '', before: '', after: 'key', weaker: false },
    ]);
    expect(w.sandbox.world.requests.filter(({ method }) => method === 'PATCH')).toHaveLength(1);
    expect(w.state().serves).toBe(result.evidence.config);
  });

  test('other codes of refusal, as after a change of Google, are learned and not a failure', async () => {
    gatewayState(w.sandbox.world).refusals = 'other';
    const result = await w.run(w.document({ rest: path('other') }));
    expect(result).toMatchObject({ verdict: 'pass', evidence: { codes: { refused: [403], unknown: 403 } } });
  });

  test('a token proves an operation that takes one', async () => {
    const result = await w.run(w.document({ security: '[{ token: [] }]', rest: path('token') }), {
      apiKey: undefined,
    });
    expect(result.verdict).toBe('pass');
    expect(result.evidence.probes.at(-1)).toMatchObject({ what: 'GET /health with token', status: 200 });
  });
});

describe('nothing that opens a path is switched to', () => {
  test('an open operation stops the run before the first write', async () => {
    w.sandbox.world.requests.length = 0;
    const result = await w.run(w.document({ operation: '      security: []\n' }));
    expect(result).toMatchObject({ verdict: 'fail', outcome: 'blocked', evidence: { did: 'refused' } });
    expect(result.findings[0]).toMatchObject({ rule: 'gateway-open', file: 'openapi.yaml', line: 15 });
    expect(w.calls()).toEqual({ reads: 0, writes: 0 });
  });

  test('a configuration under our name that somebody else made with another content is not used', async () => {
    const text = w.document({ rest: path('taken') });
    const planned = await w.run(text, { mode: 'plan' });
    const before = w.state().names;
    const open = w.document({ operation: '      security: []\n' });
    await w.client.api(
      'apigateway',
      'POST',
      `/v1/projects/${w.sandbox.project}/locations/global/apis/ocr/configs?apiConfigId=${planned.evidence.config}`,
      {
        gatewayServiceAccount: w.account,
        openapiDocuments: [{ document: { path: 'o.yaml', contents: Buffer.from(open).toString('base64') } }],
      },
      (await w.client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body.accessToken,
    );
    const result = await w.run(text);
    expect(result).toMatchObject({ verdict: 'fail', outcome: 'blocked' });
    expect(result.findings.map(({ rule }) => rule)).toContain('gateway-other-content');
    expect(w.state().names).toBe(before);
  });

  test("Google's refusal is told at the line of the file, and leaves nothing behind", async () => {
    const before = w.state().names;
    const rest =
      "  /part_{id}_x:\n    get: { operationId: part, responses: { '200': { description: ok } } }\n";
    const text = w.document({ rest });
    const result = await w.run(text);
    expect(result).toMatchObject({ verdict: 'fail', outcome: 'blocked' });
    const line = text.split('\n').findIndex((one) => one.includes('/part_')) + 1;
    expect(result.findings.find(({ rule }) => rule === 'gateway-refused')).toMatchObject({
      file: 'openapi.yaml',
      line,
    });
    expect(w.state().names).toBe(before);
  });

  test('without a credential for the proof, nothing is changed', async () => {
    w.sandbox.world.requests.length = 0;
    await expect(w.run(w.document({ rest: path('nokey') }), { apiKey: undefined })).rejects.toThrow(
      /no credential/,
    );
    expect(w.calls().writes).toBe(0);
  });
});

describe('the way back', () => {
  test('a backend that fails moves the gateway back, and the old configuration answers again', async () => {
    const before = w.state().names;
    const result = await w.run(w.document({ backend: 'http://127.0.0.1:9', rest: path('broken') }));
    expect(result).toMatchObject({
      verdict: 'fail',
      outcome: 'rolled_back',
      evidence: { did: 'rolled_back' },
    });
    await w.settled();
    expect(w.state()).toEqual({ names: before, serves: before });
    expect(await w.call('/broken', 'GET', { 'x-api-key': w.key })).toBe(404);
  });

  test('a switch that never reaches the data plane is not believed', async () => {
    const before = w.state().names;
    await w.client.control('PATCH', '/settings', { gatewayTiming: { propagation: 60_000 } });
    const result = await w.run(w.document({ rest: path('slow') }), { timeoutMs: 1500 });
    await w.client.control('PATCH', '/settings', { gatewayTiming: { propagation: 30 } });
    expect(result).toMatchObject({ verdict: 'fail', outcome: 'rolled_back' });
    expect(w.state().names).toBe(before);
  });

  test('a run that is cancelled while it proves moves the gateway back', async () => {
    const before = w.state().names;
    const stop = new AbortController();
    await w.client.control('PATCH', '/settings', { gatewayTiming: { propagation: 3000 } });
    const timer = setInterval(() => {
      if (w.state().names !== before) stop.abort(new Error('cancelled'));
    }, 10);
    const result = await w.run(w.document({ rest: path('cancelled') }), { signal: stop.signal });
    clearInterval(timer);
    await w.client.control('PATCH', '/settings', { gatewayTiming: { propagation: 30 } });
    expect(result).toMatchObject({ verdict: 'inconclusive', outcome: 'rolled_back' });
    expect(w.state().names).toBe(before);
  });
});

test('verify writes nothing, passes for what serves, and names a drift', async () => {
  await w.settled();
  const text = w.document({ rest: path('verified') });
  await w.run(text);
  w.sandbox.world.requests.length = 0;
  expect(await w.run(text, { mode: 'verify' })).toMatchObject({ verdict: 'pass' });
  const drift = await w.run(w.document(), { mode: 'verify' });
  expect(drift).toMatchObject({ verdict: 'fail' });
  expect(drift.findings.map(({ rule }) => rule)).toContain('gateway-drift');
  expect(w.calls().writes).toBe(0);
});

test('old configurations are removed, but none that a gateway names or that somebody else made', async () => {
  const { configs } = gatewayState(w.sandbox.world);
  const foreign = [...configs.values()].find(({ labels }) => !labels);
  const result = await w.run(w.document({ rest: path('pruned') }), { keep: 2 });
  expect(result.verdict).toBe('pass');
  expect(result.evidence.pruned.length).toBeGreaterThan(2);
  const left = [...configs.keys()].map((name) => name.split('/').at(-1));
  expect(left).toContain(result.evidence.config);
  expect(left).toContain(result.evidence.before);
  expect(left).toContain(foreign?.name.split('/').at(-1));
  expect(left).toHaveLength(3);
});
