import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { answers, DeployWorld, reportOf } from '../support/deploy-world.ts';

/** The built bundle deploys a Cloud Run function from source, as a runner starts it. */

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
});
afterAll(() => world.stop());

const source = (text: string, more: Record<string, unknown> = {}) =>
  world.source({ 'sandbox.json': answers(text, more), 'package.json': '{"name":"ocr","version":"1.0.0"}' });
const deploy = (folder: string, more: Record<string, string> = {}) =>
  world.deploy({ name: 'runfn', target: 'run-function', runtime: 'nodejs24', source_dir: folder, ...more });

test('source is deployed, once, and the next one takes its place', async () => {
  const folder = source('one');
  const made = await deploy(folder);
  if (made.code !== 0) throw new Error(made.log);
  expect(made.outputs.exposure).toBe('private');
  expect((await world.client.function('runfn')).status).toBe(404);

  const from = world.requestCount;
  const again = await deploy(folder);
  expect([again.code, again.outputs.unchanged, world.writes(from)]).toEqual([0, 'true', []]);

  const next = await deploy(source('two'), { target: '', runtime: '', entry_point: '', env_vars: 'A=1' });
  expect([next.code, next.outputs.previous_revision]).toEqual([0, made.outputs.revision]);
  const { template, buildConfig } = await world.service('runfn');
  expect(template.containers[0]).toMatchObject({
    baseImageUri: 'nodejs24',
    env: [{ name: 'A', value: '1' }],
  });
  expect(buildConfig).toMatchObject({ functionTarget: 'ocr', baseImage: 'nodejs24' });
}, 300_000);

test('a build that fails ends with its log, and nothing changes for users', async () => {
  const before = (await world.service('runfn')).trafficStatuses;
  const ran = await deploy(source('bad', { buildFails: 'npm error: no such package left-pad-9' }));
  expect(ran.code).toBe(1);
  const [error] = reportOf(ran).errors;
  expect([error?.code, `${error?.what} ${error?.why}`]).toEqual([
    'deploy-failed',
    expect.stringContaining('no such package left-pad-9'),
  ]);
  expect((await world.service('runfn')).trafficStatuses).toEqual(before);
}, 300_000);
