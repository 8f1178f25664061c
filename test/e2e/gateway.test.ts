import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type GatewayWorld, gatewayWorld } from '../support/gateway-world.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

/** The gateway's action, and the stage of a release, as a runner starts them. The tests of the action run in order, on one gateway. */
jest.setTimeout(300_000);
const folder = mkdtempSync(join(tmpdir(), 'bs-e2e-gateway-'));
let w: GatewayWorld;
/** The release waits most of its time, so it goes on beside the tests of the action, on a gateway of its own. */
let other: GatewayWorld;
let released: ReturnType<typeof run>;
async function opened(): Promise<GatewayWorld> {
  const world = await gatewayWorld();
  // The API exists, and somebody has enabled its managed service.
  const made = await world.run(world.document());
  if (made.verdict !== 'pass') throw new Error(made.reason);
  await world.settled();
  return world;
}
beforeAll(async () => {
  w = await opened();
  other = await opened();
  released = release(other);
  // A failure is told by the test of the release.
  released.catch(() => undefined);
});
afterAll(async () => {
  await w?.stop();
  await other?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const login = (w: GatewayWorld) => ({
  region: w.sandbox.region,
  project_id: w.sandbox.project,
  workload_identity_provider: w.sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
  service_account: w.sandbox.env.SERVICE_ACCOUNT as string,
});
const front = (w: GatewayWorld) => ({
  openapi: 'openapi.yaml',
  api: 'ocr',
  gateway: 'front',
  backend_service_account: w.account,
  api_key: w.key,
  gateway_timeout: '60s',
});
/** Runs an action on a document, and counts its calls to API Gateway. */
async function run(
  name: 'gateway' | 'release',
  document: string,
  inputs: Record<string, string> = {},
  world = w,
): Promise<ActionRun & { reads: number; writes: number }> {
  const workspace = mkdtempSync(join(folder, `${name}-`));
  writeFileSync(join(workspace, 'openapi.yaml'), document);
  world.sandbox.world.requests.length = 0;
  const ran = await runAction(name, {
    env: { ...world.sandbox.env, GITHUB_WORKSPACE: workspace },
    inputs: { ...login(world), ...front(world), ...(name === 'gateway' ? { mode: 'apply' } : {}), ...inputs },
    timeoutMs: 200_000,
  });
  await world.settled();
  // The runner swallows the line that tells it what to mask.
  const shown = ran.log.replace(/^::add-mask::.*$/gm, '');
  expect(`${shown}${ran.summary}${JSON.stringify(ran.report)}`).not.toContain(world.key);
  return { ...ran, ...world.calls() };
}
const path = (name: string) =>
  `  /${name}:\n    get: { operationId: ${name}, responses: { '200': { description: ok } } }\n`;

test('a document is applied, and the same one again writes nothing', async () => {
  const first = await run('gateway', w.document({ rest: path('second') }));
  expect([first.code, first.outputs.verdict, first.outputs.outcome, first.log]).toEqual([
    0,
    'pass',
    'promoted',
    first.log,
  ]);
  expect(w.state()).toEqual({ names: first.outputs.config, serves: first.outputs.config });
  expect(first.outputs.route_changes).toBe('1');
  expect(await w.call('/second')).toBe(401);
  expect(await w.call('/second', 'GET', { 'x-api-key': w.key })).toBe(200);
  expect(first.summary).toContain('/second');

  const again = await run('gateway', w.document({ rest: path('second') }));
  expect([again.code, again.outputs.verdict, again.outputs.config]).toEqual([
    0,
    'pass',
    first.outputs.config,
  ]);
  expect([again.writes, again.reads <= 4]).toEqual([0, true]);
});

test('a document that opens a path is refused before the first write', async () => {
  const before = w.state();
  const ran = await run('gateway', w.document({ operation: '      security: []\n' }));
  expect([ran.code, ran.outputs.verdict, ran.outputs.outcome]).toEqual([1, 'fail', 'blocked']);
  expect(ran.log).toMatch(/::error .*gateway-open/);
  expect([ran.writes, w.state()]).toEqual([0, before]);
});

test('a configuration that cannot be proved is taken back', async () => {
  const before = w.state();
  const ran = await run('gateway', w.document({ backend: 'http://127.0.0.1:9', rest: path('third') }));
  expect([ran.code, ran.outputs.verdict, ran.outputs.outcome]).toEqual([1, 'fail', 'rolled_back']);
  expect(w.state()).toEqual(before);
  expect(await w.call('/second', 'GET', { 'x-api-key': w.key })).toBe(200);
});

function release(world: GatewayWorld): ReturnType<typeof run> {
  const source = join(folder, 'source');
  mkdirSync(source);
  const sandbox = { startMs: 0, responses: [{ status: 200, body: { text: 'ok' } }] };
  writeFileSync(join(source, 'sandbox.json'), JSON.stringify(sandbox));
  writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'ocr', version: '2.0.0' }));
  const inputs = {
    ...{ name: 'ocr', source_dir: source, runtime: 'nodejs24' },
    invoker_service_account: world.sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
    ...{ slo: 'none', smoke_suite: 'none', canary: 'none', step_duration: '1s', duration: '1s' },
  };
  return run('release', world.document({ rest: path('fourth') }), inputs, world);
}

test('a release moves the gateway once its revision has all traffic', async () => {
  const ran = await released;
  expect([ran.code, ran.outputs.outcome, ran.log]).toEqual([0, 'promoted', ran.log]);
  expect(ran.report?.evidence).toMatchObject({ gateway: { did: 'moved' } });
  expect(await other.call('/fourth')).toBe(401);
  expect(await other.call('/fourth', 'GET', { 'x-api-key': other.key })).toBe(200);
});
