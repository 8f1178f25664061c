import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import { addBucket, objectsOf, store } from '../../sandbox/storage/state.ts';
import { modelLabelsOf, modelsOf, registerModel } from '../../sandbox/vertex/models/index.ts';
import { labelKey, readLabel } from '../../src/models/vertex/labels.ts';
import { type FastTime, installFastTime } from '../support/fast-time.ts';
import { type AnyRan, ReleaseWorld } from '../support/release-world.ts';

/** Releases of a model in the Model Registry of Vertex AI. */
jest.setTimeout(300_000);
const short = { step_duration: '1s', duration: '1s', canary: 'none', smoke_suite: 'none' };
const failedCondition = {
  status: 400,
  body: { error: { code: 400, status: 'FAILED_PRECONDITION', message: 'The etag is not the current one.' } },
};
let time: FastTime;
let world: ReleaseWorld;
let source: string;
let name: string;
beforeAll(async () => {
  time = installFastTime(10);
  world = await ReleaseWorld.open({}, time.clock);
  const { sandbox } = world;
  const inner = sandbox.world;
  inner.disabledServices.delete('aiplatform.googleapis.com');
  addBucket(inner, 'models');
  source = world.good();
  const project = `projects/${sandbox.project}`;
  name = `${project}/locations/${sandbox.region}/models/ocr`;
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
  await world.close();
  time.restore();
});

const register = () => {
  const artifactUri = `gs://models/ocr/${(modelsOf(world.sandbox.world).get(name)?.length ?? 0) + 1}`;
  store(
    world.sandbox.world,
    'models',
    `${artifactUri.slice('gs://models/'.length)}/model.onnx`,
    Buffer.from('x'),
  );
  return registerModel(world.sandbox.world, name, { artifactUri });
};
const champion = () =>
  modelsOf(world.sandbox.world)
    .get(name)
    ?.filter(({ versionAliases }) => versionAliases.includes('champion'))
    .map(({ versionId }) => versionId);
/** What the label of each version says: the revision, and whether it serves. */
const labelled = () => {
  const service = `projects/${world.sandbox.project}/locations/${world.sandbox.region}/services/reader`;
  return (modelsOf(world.sandbox.world).get(name) ?? []).flatMap(({ versionId, labels }) => {
    const period = readLabel(service, labels[labelKey(service)]);
    return period ? [`${versionId} ${period.until === undefined ? 'serves' : 'has served'}`] : [];
  });
};
const release = (model: string, more: Record<string, string> = {}) =>
  world.release('reader', source, { inputs: { ...short, model, ...more } });
const ofModel = ({ report }: AnyRan) => report.findings.filter(({ rule }) => rule.startsWith('model-'));

test('a version by its alias is resolved, carried, and named by champion after the promotion', async () => {
  register();
  register().versionAliases.push('candidate');
  const ran = await release('vertex://ocr@candidate');
  expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
  expect(ran.report.evidence.release?.model).toMatchObject({
    ...{ reference: `vertex://${name}@2`, digest: expect.stringMatching(/^sha256:/) },
    alias: { did: 'moved', now: '2' },
  });
  expect(champion()).toEqual(['2']);
  expect(modelsOf(world.sandbox.world).get(name)?.[0]?.versionAliases).toEqual(['default']);
  expect(labelled()).toEqual(['2 serves']);
  expect(ran.report.actions_taken.map(({ what }) => what)).toContain(
    'The versions of the model say now that version 2 serves.',
  );
});

test('champion goes back with the traffic', async () => {
  register();
  const ran = await release(`vertex://${name}@3`);
  expect([ran.report.outcome, champion()]).toEqual(['promoted', ['3']]);
  const back = await world.rollback('reader', 'before', { inputs: { model: 'vertex://ocr@candidate' } });
  expect(back.report.evidence.rollback?.alias).toMatchObject({ did: 'moved', from: '3', now: '2' });
  expect(champion()).toEqual(['2']);
  expect(labelled()).toEqual(['2 serves', '3 has served']);
  const etags = () => JSON.stringify(modelsOf(world.sandbox.world).get(name));
  const before = etags();
  await world.rollback('reader', 'settle', { inputs: { model: 'vertex://ocr@candidate' } });
  expect(etags()).toBe(before);
});

test.each([
  ['ABORTED', undefined],
  ['FAILED_PRECONDITION with 400', failedCondition],
])('labels that somebody else sets at the same time stay, and those of the model: %s', async (_, answer) => {
  modelLabelsOf(world.sandbox.world).set(name, { team: 'ocr' });
  const version = register();
  let met = 0;
  const stop = world.onCalls(({ method, path }) => {
    // Between our read and our write.
    if (method !== 'PATCH' || !path.includes('/models/') || met++ > 0) return undefined;
    version.labels.reviewed = 'yes';
    return answer;
  });
  const ran = await release(`vertex://ocr@${version.versionId}`);
  stop();
  expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
  expect(met).toBeGreaterThan(1);
  expect(version.labels).toMatchObject({ reviewed: 'yes', team: 'ocr' });
  expect(labelled()).toContain(`${version.versionId} serves`);
  expect(ofModel(ran)).toEqual([]);
});

test.each(['reset before', 'reset after', '403', '400', 'condition'] as const)(
  'the write of the label meets %s: the release is promoted, and the next one writes it or a finding says so',
  async (fault) => {
    const { versionId } = register();
    let met = 0;
    const stop = world.onCalls(({ method, path }) => {
      if (method !== 'PATCH' || !path.includes('/models/')) return undefined;
      met++;
      if (fault === '403' || fault === '400') return { status: Number(fault) };
      // The etag is still the same, so this is no conflict.
      if (fault === 'condition') return failedCondition;
      return met > 1 ? undefined : { reset: fault === 'reset after' ? 'after' : 'before' };
    });
    const ran = await release(`vertex://ocr@${versionId}`);
    stop();
    expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
    expect(met).toBeGreaterThan(0);
    expect(champion()).toEqual([versionId]);
    if (!fault.startsWith('reset')) {
      expect(met).toBe(1);
      expect(ofModel(ran)).toMatchObject([{ rule: 'model-tags-behind', severity: 'low' }]);
      expect(labelled()).not.toContain(`${versionId} serves`);
      await world.rollback('reader', 'settle', { inputs: { model: 'vertex://ocr@candidate' } });
    }
    expect(labelled().filter((text) => text.endsWith('serves'))).toEqual([`${versionId} serves`]);
  },
);

test('a version whose files or whose model are gone ends the release before anything changes', async () => {
  const { artifactUri = '', versionId } = register();
  objectsOf(world.sandbox.world).delete(`${artifactUri.slice('gs://'.length)}/model.onnx`);
  const gone = await release(`vertex://ocr@${versionId}`);
  expect(gone.report.errors).toMatchObject([
    {
      code: 'model-refused',
      what: `Version ${versionId} of ocr is registered, but nothing lies at ${artifactUri}.`,
    },
  ]);
  const none = await release('vertex://ocr@nobody');
  expect(none.report.errors[0]?.code).toBe('model-refused');
});

test('another checkpoint of a tuned version is another model', async () => {
  const version = registerModel(world.sandbox.world, name, { defaultCheckpointId: '1' });
  const first = await release(`vertex://ocr@${version.versionId}`, { dry_run: 'true' });
  expect(first.report.evidence.release?.model?.digest).toBe('checkpoint:1');
  version.defaultCheckpointId = '2';
  const second = await release(`vertex://ocr@${version.versionId}`, { dry_run: 'true' });
  expect(second.report.evidence.release?.model?.digest).toBe('checkpoint:2');
});

test.each(['reset before', 'reset after', '403'] as const)(
  'the write of the alias meets %s: traffic and alias end together, or the report says so',
  async (fault) => {
    register();
    const versions = modelsOf(world.sandbox.world).get(name) ?? [];
    const wanted = String(versions.length);
    let met = 0;
    const stop = world.onCalls(({ path }) => {
      if (!path.includes(':mergeVersionAliases') || met++ > 0) return undefined;
      if (fault === '403') return { status: 403 };
      return { reset: fault === 'reset after' ? 'after' : 'before' };
    });
    const ran = await release(`vertex://ocr@${wanted}`);
    stop();
    expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
    expect(met).toBeGreaterThan(0);
    if (fault === '403') {
      expect(ofModel(ran)).toMatchObject([
        { rule: 'model-alias-behind', commands: [expect.stringContaining(':mergeVersionAliases')] },
      ]);
      const post = await world.post('reader', source, ran, {
        inputs: { ...short, model: `vertex://ocr@${wanted}` },
      });
      expect(post.report.reason).toContain(`to version ${wanted}`);
    }
    expect(champion()).toEqual([wanted]);
  },
);
