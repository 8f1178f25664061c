import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { grant } from '../../../sandbox/core/policies.ts';
import { addBucket, store } from '../../../sandbox/storage/state.ts';
import { modelsOf, registerModel } from '../../../sandbox/vertex/models/index.ts';
import { model } from '../../../src/actions/model/model.ts';
import { modelOfRevision } from '../../../src/domain/model/of-revision.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/**
 * The story of a model without a change of code. The new model reads the image of the smoke test, and fails on what users send: the watch
 * sees it, traffic and alias stay with the model before, and the next model is promoted.
 */
jest.setTimeout(300_000);
const name = 'reader';
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
  const { sandbox } = world;
  const inner = sandbox.world;
  inner.disabledServices.delete('aiplatform.googleapis.com');
  addBucket(inner, 'models');
  const project = `projects/${sandbox.project}`;
  const includedPermissions = ['get', 'list', 'update'].map((verb) => `aiplatform.models.${verb}`);
  const role = `${project}/roles/modelReleaser`;
  inner.roles.define({ name: role, title: 'test', includedPermissions, stage: 'GA', etag: 'AA==' });
  grant(
    inner.policies,
    `//cloudresourcemanager.googleapis.com/${project}`,
    role,
    `serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`,
  );
});
afterAll(async () => {
  await world.control('DELETE', '/load');
  await world.close();
  time.restore();
});

const modelName = () => `projects/${world.sandbox.project}/locations/${world.sandbox.region}/models/ocr`;
const register = () => {
  const folder = `ocr/${(modelsOf(world.sandbox.world).get(modelName())?.length ?? 0) + 1}`;
  store(world.sandbox.world, 'models', `${folder}/model.onnx`, Buffer.from(folder));
  const version = registerModel(world.sandbox.world, modelName(), { artifactUri: `gs://models/${folder}` });
  return version.versionId;
};
const champion = () =>
  modelsOf(world.sandbox.world)
    .get(modelName())
    ?.filter(({ versionAliases }) => versionAliases.includes('champion'))
    .map(({ versionId }) => versionId);
const serving = async () => (await world.serving(name))[0]?.revision ?? '';
const carried = async () => modelOfRevision((await world.revision(name, await serving()))?.raw)?.version;

test('a bad model with the same code passes the smoke test, is seen by the watch, and goes back with its alias; a good one is promoted', async () => {
  // One source for all three releases: only the model that the revision carries tells them apart.
  const source = world.source([
    { path: '/batch', env: { MODEL_VERSION: '2' }, status: 500, latencyMs: 0, share: 0.5 },
    { status: 200, body: { text: 'ok' }, latencyMs: 0 },
  ]);
  const smoke = { smoke_suite: world.suite() };
  const inputs = (version: string, more: Record<string, string>) => ({
    ...{ ...smoke, ...more, model: `vertex://ocr@${version}`, source: 'logs' },
  });
  const watched = {
    ...{ slo: '99%', canary: '50%', step_duration: '60s', duration: '60s' },
    ...{ poll_interval: '2s', verify_duration: '10s' },
  };
  const unwatched = { step_duration: '1s', duration: '1s', canary: 'none' };

  const first = await world.release(name, source, { inputs: inputs(register(), unwatched) });
  expect([first.report.reason, first.report.outcome]).toEqual([expect.any(String), 'promoted']);
  const good = await serving();
  expect(champion()).toEqual(['1']);
  await world.control('POST', '/load', { function: name, rps: 20, seconds: 36_000, path: '/batch' });

  const bad = await world.release(name, source, { inputs: inputs(register(), watched) });
  expect([bad.report.reason, bad.report.outcome]).toEqual([expect.any(String), 'rolled_back']);
  const stages = bad.report.timings.map(({ stage, verdict }) => `${stage}: ${verdict}`);
  expect(stages).toContain('Smoke test: pass');
  expect(bad.report.evidence.release?.unchanged ?? false).toBe(false);
  expect([await serving(), await carried(), champion()]).toEqual([good, '1', ['1']]);
  expect(bad.report.evidence.release?.model?.alias).toMatchObject({ did: 'stands', now: '1' });
  const failed = String(bad.report.evidence.release?.candidate);
  expect((await world.record(name))?.failed).toEqual([failed]);
  // The same model is not tried a second time.
  const again = await world.release(name, source, { inputs: inputs('2', watched) });
  expect(again.report.outcome).toBe('blocked');

  const next = await world.release(name, source, { inputs: inputs(register(), watched) });
  expect([next.report.reason, next.report.outcome]).toEqual([expect.any(String), 'promoted']);
  expect([await carried(), champion()]).toEqual(['3', ['3']]);
  await world.control('DELETE', '/load');

  const told = await world.run(model, {
    inputs: { ...world.inputsFor('model', name), mode: 'history', model: 'vertex://ocr@champion' },
  });
  const rows = JSON.parse(String(told.outputs.history)) as Record<string, string>[];
  expect(rows.map(({ version, revision, state }) => [version, revision, state])).toEqual([
    ['3', await serving(), 'serves'],
    ['2', failed, 'refused'],
    ['1', good, 'served'],
  ]);
});
