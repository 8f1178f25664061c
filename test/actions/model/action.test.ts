import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { grant } from '../../../sandbox/core/policies.ts';
import { addBucket, objectsOf, store } from '../../../sandbox/storage/state.ts';
import { modelsOf, registerModel } from '../../../sandbox/vertex/models/index.ts';
import { model } from '../../../src/actions/model/model.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { modelView } from '../../../src/domain/summary/model/section.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** actions/model on the sandbox: what it finds after releases, rollbacks, moved aliases, moved traffic and lost files. */
jest.setTimeout(300_000);
const short = { step_duration: '1s', duration: '1s', canary: 'none', smoke_suite: 'none' };
let time: FastTime;
let world: ReleaseWorld;
let source: string;
beforeAll(async () => {
  time = installFastTime(10);
  world = await ReleaseWorld.open({}, time.clock, 'run-image');
  const { sandbox } = world;
  const inner = sandbox.world;
  inner.disabledServices.delete('aiplatform.googleapis.com');
  addBucket(inner, 'models');
  source = world.good();
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
  await world.close();
  time.restore();
});

const nameOf = (of: string) =>
  `projects/${world.sandbox.project}/locations/${world.sandbox.region}/models/${of}`;
const versionsOf = (of: string) => modelsOf(world.sandbox.world).get(nameOf(of)) ?? [];
const register = (of: string) => {
  const folder = `${of}/${versionsOf(of).length + 1}`;
  store(world.sandbox.world, 'models', `${folder}/model.onnx`, Buffer.from(folder));
  return registerModel(world.sandbox.world, nameOf(of), { artifactUri: `gs://models/${folder}` });
};
const release = (of: string, at: string) =>
  world.release(of, source, { inputs: { ...short, model: `vertex://${of}@${at}` } });
const run = (of: string, mode: string, more: Record<string, string> = {}) =>
  world.run(model, {
    failedAs: 'model',
    inputs: { ...world.inputsFor('model', of), mode, model: `vertex://${of}@champion`, ...more },
  });
const champion = (of: string) =>
  versionsOf(of)
    .filter(({ versionAliases }) => versionAliases.includes('champion'))
    .map(({ versionId }) => versionId);
const move = (of: string, to: string) => {
  for (const version of versionsOf(of)) {
    version.versionAliases = version.versionAliases.filter((alias) => alias !== 'champion');
    if (version.versionId === to) version.versionAliases.push('champion');
  }
};
const serving = async (of: string) => (await world.serving(of))[0]?.revision ?? '';

test('resolve gives the exact version, and needs no service', async () => {
  register('exact').versionAliases.push('candidate');
  const ran = await run('', 'resolve', { name: '', model: 'vertex://exact@candidate' });
  expect([ran.report.reason, ran.report.verdict]).toEqual([
    `vertex://exact@candidate is vertex://${nameOf('exact')}@1.`,
    'pass',
  ]);
  expect(ran.outputs).toMatchObject({
    ...{
      model_reference: `vertex://${nameOf('exact')}@1`,
      model_version: '1',
      model_uri: 'gs://models/exact/1',
    },
    model_digest: expect.stringMatching(/^sha256:/),
  });
  // What it gave is what a release takes.
  const again = await run('', 'resolve', { name: '', model: String(ran.outputs.model_reference) });
  expect(again.outputs.model_reference).toBe(ran.outputs.model_reference);
  const none = await run('', 'resolve', { name: '', model: 'vertex://exact@nobody' });
  expect(none.report.errors).toMatchObject([{ code: 'model-refused' }]);
});

test('history: two releases and a rollback, newest first, each with who released it', async () => {
  register('told');
  register('told');
  await release('told', '1');
  const one = await serving('told');
  await release('told', '2');
  const two = await serving('told');
  await world.rollback('told', 'before', { inputs: { model: 'vertex://told@champion' } });
  const ran = await run('told', 'history');
  expect(ran.report.verdict).toBe('pass');
  const rows = JSON.parse(String(ran.outputs.history)) as Record<string, string>[];
  // A label has room for one period, so of version 1 only the second one is known.
  expect(rows.map(({ version, revision, state }) => [version, revision, state])).toEqual([
    ['1', one, 'serves'],
    ['2', two, 'served'],
  ]);
  expect(Date.parse(rows[0]?.from ?? '')).toBeGreaterThanOrEqual(Date.parse(rows[1]?.until ?? ''));
  expect(rows[1]?.reference).toBe(`vertex://${nameOf('told')}@2`);
  expect(ran.outputs).toMatchObject({ serving_revision: one, serving_version: '1' });
  const summary = summaryOf(ran.report, modelView);
  expect(summary).toContain(`| \`1\` | \`${one}\` |`);
  expect(summary).toContain('✅ serves');
});

describe('verify and settle', () => {
  beforeAll(async () => {
    register('agreed');
    register('agreed');
    await release('agreed', '1');
    await release('agreed', '2');
  });

  test('after a release everything agrees', async () => {
    const ran = await run('agreed', 'verify');
    expect([ran.report.reason, ran.report.verdict]).toEqual([
      `${await serving('agreed')} serves with version 2: record, alias, bytes, tags agree.`,
      'pass',
    ]);
    expect(ran.report.findings).toEqual([]);
    expect(ran.outputs).toMatchObject({ serving_version: '2', alias_version: '2' });
  });

  test('an alias that a person has moved: verify names it with the command, settle moves it, and once more writes nothing', async () => {
    move('agreed', '1');
    const before = JSON.stringify(versionsOf('agreed'));
    const ran = await run('agreed', 'verify');
    expect([ran.exitCode, ran.report.verdict, ran.report.reason]).toEqual([
      1,
      'fail',
      'The alias champion names version 1.',
    ]);
    expect(ran.report.findings).toMatchObject([
      { rule: 'model-alias-behind', commands: [expect.stringContaining('@2:mergeVersionAliases')] },
    ]);
    expect(summaryOf(ran.report, modelView)).toContain('| ❌ | alias | the alias champion names version 1 |');
    expect(JSON.stringify(versionsOf('agreed'))).toBe(before);
    const settled = await run('agreed', 'settle');
    expect([settled.report.reason, settled.report.verdict]).toEqual([
      expect.stringMatching(/^The alias champion moved from version 1 to version 2\. .* agree\.$/),
      'pass',
    ]);
    expect([champion('agreed'), settled.report.actions_taken.length]).toEqual([['2'], 1]);
    const state = JSON.stringify(versionsOf('agreed'));
    const again = await run('agreed', 'settle');
    expect([again.report.verdict, again.report.actions_taken]).toEqual(['pass', []]);
    expect(JSON.stringify(versionsOf('agreed'))).toBe(state);
  });

  test('labels that a person removed: the verdict stays, and settle writes them again', async () => {
    for (const version of versionsOf('agreed')) version.labels = {};
    const ran = await run('agreed', 'verify');
    expect([ran.report.verdict, ran.report.findings.map(({ rule }) => rule)]).toEqual([
      'pass',
      ['model-tags-behind'],
    ]);
    const settled = await run('agreed', 'settle');
    expect([settled.report.verdict, settled.report.findings]).toEqual(['pass', []]);
    expect(Object.keys(versionsOf('agreed')[1]?.labels ?? {})).toHaveLength(1);
  });

  test('files that are overwritten, and then gone', async () => {
    const put = () => store(world.sandbox.world, 'models', 'agreed/2/model.onnx', Buffer.from('other'));
    put();
    const changed = await run('agreed', 'verify');
    expect([changed.report.verdict, changed.report.reason]).toEqual([
      'fail',
      `The files of vertex://${nameOf('agreed')}@2 were overwritten.`,
    ]);
    objectsOf(world.sandbox.world).delete('models/agreed/2/model.onnx');
    const gone = await run('agreed', 'verify');
    expect(gone.report.findings.map(({ rule, title }) => [rule, title])).toEqual([
      ['model-serving-gone', `The files of vertex://${nameOf('agreed')}@2 are gone.`],
    ]);
  });

  test('traffic that somebody moved with another tool: record and alias differ, and the printed commands name both', async () => {
    register('moved');
    register('moved');
    await release('moved', '1');
    const one = await serving('moved');
    await release('moved', '2');
    const two = await serving('moved');
    await world.setTraffic('moved', [
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: one, percent: 100 },
    ]);
    while ((await serving('moved')) !== one) await new Promise((resolve) => setTimeout(resolve, 10));
    const ran = await run('moved', 'verify');
    expect([ran.report.verdict, ran.report.findings.map(({ rule }) => rule)]).toEqual([
      'fail',
      ['model-traffic-moved', 'model-alias-behind', 'model-tags-behind'],
    ]);
    expect(ran.report.findings[0]?.commands).toEqual([expect.stringContaining(`--to-revisions=${two}=100`)]);
    expect(ran.report.findings[1]?.commands).toEqual([expect.stringContaining(`@1:mergeVersionAliases`)]);
    const settled = await run('moved', 'settle');
    expect([champion('moved'), settled.report.verdict]).toEqual([['1'], 'fail']);
    expect(settled.report.findings.map(({ rule }) => rule)).toEqual(['model-traffic-moved']);
  });

  test('what carries no model, and what does not exist', async () => {
    register('bare');
    await world.release('bare', source, { inputs: short });
    const ran = await run('bare', 'verify');
    expect([ran.report.verdict, ran.report.findings.map(({ rule }) => rule)]).toEqual([
      'fail',
      ['model-not-carried'],
    ]);
    const other = await run('agreed', 'verify', { model: 'vertex://bare@champion' });
    expect(other.report.reason).toMatch(/carries another model: vertex:\/\/.*agreed@2\.$/);
    const none = await run('agreed', 'verify', { name: 'nobody' });
    expect(none.report.errors).toMatchObject([{ code: 'not-found' }]);
  });

  test('tags that cannot be read are told and cost no verdict, and the revision of another model has no version of this one', async () => {
    let lists = 0;
    const stop = world.onCalls(({ path }) => {
      if (!path.includes('filter=labels')) return undefined;
      lists++;
      return { status: 403 };
    });
    const ran = await run('agreed', 'verify', { model: `vertex://bare@champion` });
    stop();
    expect(lists).toBe(1);
    expect(ran.report.evidence.model?.agreement).toContainEqual({
      ...{ what: 'tags', is: 'unknown', says: expect.stringMatching(/^the tags cannot be read: .*403/) },
    });
    const history = await run('agreed', 'history', { model: `vertex://bare@champion` });
    const rows = JSON.parse(String(history.outputs.history)) as Record<string, string>[];
    expect(rows.map(({ version, reference }) => [version, reference]).sort()).toEqual([
      [undefined, `vertex://${nameOf('agreed')}@1`],
      [undefined, `vertex://${nameOf('agreed')}@2`],
    ]);
    expect(summaryOf(history.report, modelView)).toContain(`agreed@2\``);
  });

  test('a registry that refuses a read is no verdict', async () => {
    const stop = world.onCalls(({ path }) => (path.includes(':listVersions') ? { status: 403 } : undefined));
    const ran = await run('agreed', 'verify');
    stop();
    expect(ran.report.errors).toHaveLength(1);
    expect(ran.report.verdict).not.toBe('pass');
  });
});
