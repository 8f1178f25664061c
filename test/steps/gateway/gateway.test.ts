import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gatewayState } from '../../../sandbox/gateway/state.ts';
import { readDocument } from '../../../src/domain/gateway/read-document.ts';
import { point } from '../../../src/steps/gateway/point.ts';
import { prove } from '../../../src/steps/gateway/prove.ts';
import { takeBack } from '../../../src/steps/gateway/take-back.ts';
import { cameFrom } from '../../../src/steps/gateway/unproved.ts';
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

const nameOf = (gateway: string) => `${w.client.parent}/gateways/${gateway}`;
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
    const patched = w.sandbox.world.requests.filter(({ method }) => method === 'PATCH');
    // The other one takes the mark of an unproved move away.
    expect(patched.map(({ path }) => path.split('?')[1])).toEqual([
      'updateMask=apiConfig',
      'updateMask=labels',
    ]);
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
    await w.client.control('PATCH', '/settings', { gatewayTiming: { propagation: 3_600_000 } });
    const { clock, prober } = w.ports();
    // The time for the proof passes with the first look at the new configuration.
    let skipped = 0;
    const probe: typeof prober.probe = (url, options) => {
      if (w.state().names !== before) skipped = 600_000;
      return prober.probe(url, options);
    };
    const result = await w.run(
      w.document({ rest: path('slow') }),
      {},
      { clock: { ...clock, steady: () => clock.steady() + skipped }, prober: { probe } },
    );
    await w.client.control('PATCH', '/settings', { gatewayTiming: { propagation: 30 } });
    expect(skipped).toBeGreaterThan(0);
    expect(result).toMatchObject({ verdict: 'fail', outcome: 'rolled_back' });
    expect(w.state().names).toBe(before);
  });

  test('a run that is cancelled while it proves moves the gateway back', async () => {
    const before = w.state().names;
    const stop = new AbortController();
    await w.client.control('PATCH', '/settings', { gatewayTiming: { propagation: 3_600_000 } });
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

test('runs that failed fill an API, and the next document still gets a place in it', async () => {
  await w.settled();
  const { configs, gateways } = gatewayState(w.sandbox.world);
  const now = w.state().names;
  const [pattern] = [...configs.values()].filter(({ name }) => name.endsWith(`/${now}`));
  const api = pattern?.name.replace(/[^/]+$/, '') ?? '';
  const old = (id: string, labels: Record<string, string> = {}) => {
    const made = { createTime: '2020-01-01T00:00:00Z', labels: { ...pattern?.labels, ...labels } };
    configs.set(`${api}${id}`, { ...(pattern as NonNullable<typeof pattern>), ...made, name: `${api}${id}` });
  };
  // Another gateway was moved a moment ago, and is not proved. It goes back to what it named before.
  const side = nameOf('side');
  old('before-side');
  old('side', cameFrom(side, `${api}before-side`) ?? {});
  const front = gateways.get(nameOf('front')) as NonNullable<ReturnType<typeof gateways.get>>;
  gateways.set(side, { ...front, name: side, apiConfig: `${api}side`, serves: `${api}side` });
  for (let at = 0; configs.size < 100; at++) old(`failed-${at}`);
  const result = await w.run(w.document({ rest: path('full') }), { keep: 3 });
  gateways.delete(side);
  expect(result).toMatchObject({ verdict: 'pass', outcome: 'promoted' });
  expect(result.evidence.pruned.length).toBeGreaterThan(80);
  const left = [...configs.keys()].map((name) => name.split('/').at(-1));
  expect(left).toEqual(expect.arrayContaining([now, result.evidence.config, 'side', 'before-side']));
  expect(left.length).toBeLessThan(10);
});

describe('a second reader', () => {
  const front = () => `${w.client.parent}/gateways/front`;
  const pace = () => ({
    paceMs: 15,
    deadline: performance.now() + 60_000,
    signal: AbortSignal.timeout(110_000),
  });
  /** Somebody puts another document into the configuration that serves. */
  const tamper = (text: string) => {
    const state = gatewayState(w.sandbox.world);
    const config = state.configs.get(state.gateways.get(front())?.apiConfig ?? '');
    const [document] = config?.documents ?? [];
    if (!document) throw new Error('no configuration serves');
    const before = document.contents;
    document.contents = Buffer.from(text).toString('base64');
    return () => {
      document.contents = before;
    };
  };

  test('verify and plan know what apply has made without the account', async () => {
    const text = w.document({ rest: path('account') });
    expect((await w.run(text)).verdict).toBe('pass');
    expect(await w.run(text, { mode: 'verify', account: undefined })).toMatchObject({ verdict: 'pass' });
    const plan = await w.run(text, { mode: 'plan', account: undefined });
    expect(plan.reason).toMatch(/already/);
  });

  test.each(['verify', 'plan'] as const)('%s does not pass another content under our name', async (mode) => {
    const text = w.document({ rest: path('account') });
    const undo = tamper(w.document({ operation: '      security: []\n' }));
    const result = await w.run(text, { mode });
    undo();
    expect(result.verdict).toBe('fail');
    expect(result.findings.map(({ rule }) => rule)).toContain('gateway-other-content');
  });

  test('a path more in our folder is another content, and no document may have one', async () => {
    const text = w.document({ rest: path('account') });
    const { apiConfig = '' } = gatewayState(w.sandbox.world).gateways.get(front()) ?? {};
    const stored = gatewayState(w.sandbox.world).configs.get(apiConfig)?.documents[0]?.contents ?? '';
    const undo = tamper(
      `${Buffer.from(stored, 'base64').toString('utf8')}${path('.release/more').replace('operationId: .release/more', 'operationId: more')}`,
    );
    const result = await w.run(text);
    undo();
    expect(result).toMatchObject({ verdict: 'fail', outcome: 'blocked' });
    await expect(w.run(w.document({ rest: path('.release/own') }))).rejects.toThrow(/below \/\.release\//);
  });

  test('a key is sent under the name that the document gives it', async () => {
    const text = w
      .document({ rest: path('query') })
      .replace('name: x-api-key, in: header', 'name: api_key, in: query');
    expect(await w.run(text)).toMatchObject({ verdict: 'pass', outcome: 'promoted' });
  });

  test('a token of another issuer is none that this run has, so nothing is changed', async () => {
    w.sandbox.world.requests.length = 0;
    const text = w
      .document({ security: '[{ token: [] }]', rest: path('foreign') })
      .replace('x-google-issuer: https://accounts.google.com', 'x-google-issuer: https://issuer.example');
    await expect(w.run(text)).rejects.toThrow(/no credential/);
    expect(w.calls().writes).toBe(0);
  });

  test('a gateway that somebody is changing the whole time is left alone', async () => {
    await w.settled();
    const before = w.state().names;
    const gateway = gatewayState(w.sandbox.world).gateways.get(front());
    if (!gateway) throw new Error('no gateway');
    gateway.state = 'UPDATING';
    await expect(w.run(w.document({ rest: path('busy') }), { timeoutMs: 300 })).rejects.toThrow(/in time/);
    gateway.state = 'ACTIVE';
    expect(w.state().names).toBe(before);
  });

  test('a move that is refused because of another change is asked again', async () => {
    const state = gatewayState(w.sandbox.world);
    const gateway = state.gateways.get(front());
    const other = [...state.configs.values()].find(
      ({ name, state: is }) => is === 'ACTIVE' && name !== gateway?.apiConfig,
    );
    if (!gateway || !other) throw new Error('no other configuration');
    const old = gateway.apiConfig;
    const ports = w.ports();
    let tries = 0;
    const gateways = {
      ...ports.gateways,
      move: async (name: string, config: string, signal?: AbortSignal) => {
        if (tries++ > 0) return ports.gateways.move(name, config, signal);
        gateway.state = 'UPDATING';
        try {
          return await ports.gateways.move(name, config, signal);
        } finally {
          gateway.state = 'ACTIVE';
        }
      },
    };
    const known = { names: { gateway: front() }, gateway: await ports.gateways.gateway(front()) };
    await point({ ...ports, gateways }, known, other.name, pace());
    expect(tries).toBe(2);
    expect(gateway.apiConfig).toBe(other.name);
    await point(ports, known, old, pace());
    await w.settled();
  });

  describe('a gateway that somebody else moves meanwhile stays where they moved it', () => {
    let old: string;
    let theirs: string;
    const entry = () => {
      const found = gatewayState(w.sandbox.world).gateways.get(front());
      if (!found) throw new Error('no gateway');
      return found;
    };
    const moveTheirs = () => {
      Object.assign(entry(), { apiConfig: theirs, serves: theirs });
    };
    beforeEach(async () => {
      await w.settled();
      old = entry().apiConfig;
      const { configs } = gatewayState(w.sandbox.world);
      theirs =
        [...configs.values()].find(({ name, state }) => state === 'ACTIVE' && name !== old)?.name ?? '';
    });
    afterEach(() => {
      Object.assign(entry(), { apiConfig: old, serves: old, state: 'ACTIVE' });
    });

    test('before the move', async () => {
      const beforeMove = async () => moveTheirs();
      await expect(w.run(w.document({ rest: path('early') }), { beforeMove })).rejects.toThrow(
        /left alone.*Somebody else/,
      );
      expect(entry().apiConfig).toBe(theirs);
    });

    test('before the way back of the same run', async () => {
      const isCancelled = () => {
        moveTheirs();
        return false;
      };
      const text = w.document({ backend: 'http://127.0.0.1:9', rest: path('lost') });
      const result = await w.run(text, { isCancelled });
      expect(result).toMatchObject({
        ...{ verdict: 'fail', outcome: 'held', evidence: { did: 'not_proved' } },
        reason: expect.stringMatching(/left alone/),
      });
      expect(result.moved).toBeUndefined();
      expect(result.findings.map(({ rule }) => rule)).not.toContain('gateway-not-back');
      expect(entry().apiConfig).toBe(theirs);
    });

    test('while a later run waits for a change that is under way', async () => {
      const ports = w.ports();
      const { configs } = gatewayState(w.sandbox.world);
      const from = [...configs.keys()].find((name) => name !== old && name !== theirs) ?? '';
      entry().state = 'UPDATING';
      let reads = 0;
      const gateways = {
        ...ports.gateways,
        gateway: async (name: string, signal?: AbortSignal) => {
          if (++reads === 3) {
            moveTheirs();
            entry().state = 'ACTIVE';
          }
          return ports.gateways.gateway(name, signal);
        },
      };
      const result = await takeBack(
        { ...ports, gateways },
        { name: front(), from, to: old },
        { paceMs: 15, timeoutMs: 60_000, signal: AbortSignal.timeout(110_000) },
      );
      expect(result).toMatchObject({ verdict: 'inconclusive', changed: [], findings: [] });
      expect(result.reason).toMatch(/left alone/);
      expect(entry().apiConfig).toBe(theirs);
    });
  });

  test('a proof of a gateway that does not answer ends with its deadline', async () => {
    const text = w.document({ rest: Array.from({ length: 20 }, (_, at) => path(`silent${at}`)).join('') });
    const read = readDocument(text);
    if ('problem' in read) throw new Error(read.problem);
    let now = 0;
    const prober = {
      probe: async (_url: string, { timeoutMs }: { timeoutMs: number }) => {
        now += timeoutMs;
        return { status: 0, headers: {}, body: '', milliseconds: timeoutMs };
      },
    };
    const sleep = async (ms: number) => {
      now += ms;
    };
    const clock = { ...w.ports().clock, steady: () => now, sleep };
    const silent = { status: 401, body: '{}' };
    const proof = await prove(
      { ...w.ports(), prober, clock },
      { apiKey: w.key, paceMs: 15, probe: undefined },
      'https://gateway.example',
      read.api,
      { marker: silent, unknown: { status: 404, body: '{}' } },
      { deadline: 45_000, signal: new AbortController().signal },
    );
    expect(proof.verdict).toBe('unclear');
    expect(now).toBeLessThanOrEqual(45_000);
  });

  test('a gateway that is gone is not made again by the way back', async () => {
    const { configs, gateways } = gatewayState(w.sandbox.world);
    const [one, two] = [...configs.keys()];
    const result = await takeBack(
      w.ports(),
      { name: nameOf('gone'), from: two ?? '', to: one ?? '' },
      { paceMs: 15, timeoutMs: 60_000, signal: AbortSignal.timeout(110_000) },
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', changed: [] });
    expect([...gateways.keys()].filter((name) => name.endsWith('/gone'))).toEqual([]);
  });

  test('no way back leads to a configuration with an open path', async () => {
    await w.settled();
    const before = w.state().names;
    const undo = tamper(w.document({ operation: '      security: []\n' }));
    const result = await w.run(w.document({ backend: 'http://127.0.0.1:9', rest: path('shut') }));
    expect(result).toMatchObject({ verdict: 'fail', outcome: 'held', evidence: { did: 'stuck' } });
    expect(w.state().names).toBe(result.evidence.config);
    const api = `projects/${w.sandbox.project}/locations/global/apis/ocr/configs`;
    const back = await takeBack(
      w.ports(),
      { name: nameOf('front'), from: `${api}/${before}`, to: `${api}/${result.evidence.config}` },
      { paceMs: 15, timeoutMs: 60_000, signal: AbortSignal.timeout(110_000) },
    );
    expect(back).toMatchObject({
      verdict: 'inconclusive',
      changed: [],
      findings: [{ rule: 'gateway-not-back' }],
    });
    expect(w.state().names).toBe(result.evidence.config);
    undo();
  });
});
