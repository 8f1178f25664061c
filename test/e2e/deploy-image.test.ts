import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Registry } from '../sandbox/support/image.ts';
import { DeployWorld, reportOf } from '../support/deploy-world.ts';

/** The built bundle deploys a container image, as a runner starts it. */

let world: DeployWorld;
let registry: Registry;
beforeAll(async () => {
  world = await DeployWorld.start();
  registry = new Registry(world.client);
});
afterAll(() => world.sandbox.stop());

const deploy = (image: string, more: Record<string, string> = {}) =>
  world.deploy({ name: 'image', entry_point: '', image, ...more });

test('an image is deployed by its digest, once, and the next one takes its place', async () => {
  const first = await registry.pushInline('image:v1', 200, { text: 'one' });
  const made = await deploy(first);
  if (made.code !== 0) throw new Error(made.log);
  expect([made.code, made.outputs.image]).toEqual([0, expect.stringMatching(/image@sha256:[0-9a-f]{64}$/)]);
  expect(made.outputs.exposure).toBe('private');

  const from = world.requestCount;
  const again = await deploy(first);
  expect([again.code, again.outputs.unchanged, world.writes(from)]).toEqual([0, 'true', []]);

  const next = await deploy(await registry.pushInline('image:v2', 200, { text: 'two' }), { env_vars: 'A=1' });
  expect([next.code, next.outputs.previous_revision]).toEqual([0, made.outputs.revision]);
  expect(next.summary).toContain('| Image |');
  const { template } = await world.client.service('image');
  expect(template.containers[0]).toMatchObject({
    image: next.outputs.image,
    env: [{ name: 'A', value: '1' }],
  });
}, 300_000);

test('secrets and labels that are not named are kept or removed by the word of the inputs, and never without one', async () => {
  const image = await registry.pushInline('kept:v1', 200, { text: 'one' });
  const kept = (more: Record<string, string>) => deploy(image, { name: 'kept', ...more });
  expect((await kept({ labels: 'team=vision', secrets: 'A=key:1' })).code).toBe(0);

  const from = world.requestCount;
  const stopped = await kept({ labels: 'stage=prod', secrets: 'B=key:2' });
  expect([stopped.code, reportOf(stopped).errors.map(({ code }) => code), world.writes(from)]).toEqual([
    1,
    ['would-remove'],
    [],
  ]);
  expect(stopped.log).toContain('kept has the secrets A and the labels team, which the inputs do not name.');

  const merged = await kept({
    ...{ labels: 'stage=prod', labels_update_strategy: 'merge' },
    ...{ secrets: 'B=key:2', secrets_update_strategy: 'merge' },
  });
  expect(merged.code).toBe(0);
  const { labels, template } = await world.client.service('kept');
  expect(labels).toMatchObject({ team: 'vision', stage: 'prod' });
  expect(template.containers[0].env.map(({ name }: { name: string }) => name).sort()).toEqual(['A', 'B']);
}, 300_000);

test('an image that does not listen is named with the command that starts it here', async () => {
  const path = `${world.sandbox.project}/containers/image`;
  const spec = JSON.stringify({ responses: [], startFails: 'no listener' });
  await registry.push(path, 'dead', { files: { 'sandbox.json': spec } });
  const ran = await deploy(`${registry.host}/${path}:dead`);
  expect(ran.code).toBe(1);
  expect(ran.summary).toContain('docker run --rm --platform=linux/amd64');
  expect(ran.summary).not.toContain('functions-framework');
}, 300_000);
