import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { addBucket, objectsOf, store } from '../../../sandbox/storage/state.ts';
import { parsePeriods } from '../../../src/domain/model/tags.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { releaseView } from '../../../src/domain/summary/release/view.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { MlflowServer, mlflowProgram } from '../../support/mlflow.ts';
import { type AnyRan, ReleaseWorld } from '../../support/release-world.ts';

/** Releases of a model that a real MLflow server keeps. */
jest.setTimeout(300_000);
if (!mlflowProgram)
  console.warn('Skipped: MLflow is missing, so no release asks a real server. `.ci/run` installs it.');

const short = { step_duration: '1s', duration: '1s', canary: 'none', smoke_suite: 'none' };

(mlflowProgram ? describe : describe.skip)('a real MLflow server', () => {
  let time: FastTime;
  let world: ReleaseWorld;
  let mlflow: MlflowServer;
  let source: string;
  beforeAll(async () => {
    mlflow = await MlflowServer.start(mlflowProgram as string);
    time = installFastTime(10);
    world = await ReleaseWorld.open({}, time.clock);
    addBucket(world.sandbox.world, 'models');
    source = world.good();
  });
  afterAll(async () => {
    closeConnections();
    await world.close();
    time.restore();
    await mlflow.stop();
  });

  const put = (folder: string) => {
    store(world.sandbox.world, 'models', `${folder}/model.onnx`, Buffer.from(folder));
    return `gs://models/${folder}`;
  };
  const ofModel = ({ report }: AnyRan) => report.findings.filter(({ rule }) => rule.startsWith('model-'));
  const release = (name: string, at: string, more: Record<string, string> = {}) =>
    world.release(name, source, {
      inputs: { ...short, model: `mlflow://${mlflow.place}/${name}${at}`, ...more },
    });

  test('the alias is resolved once, the revision carries the version, and champion moves after the promotion', async () => {
    await mlflow.register('read', put('read/1'));
    const version = await mlflow.register('read', put('read/2'));
    await mlflow.setAlias('read', 'candidate', version);
    const ran = await release('read', '@candidate');
    expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
    const reference = `mlflow://${mlflow.place}/read/versions/2`;
    expect(ran.report.evidence.release?.model).toMatchObject({
      ...{ reference, version: '2', digest: expect.stringMatching(/^sha256:/) },
      alias: { did: 'moved', from: undefined, now: '2' },
    });
    expect(await mlflow.alias('read', 'champion')).toBe('2');
    expect(ofModel(ran)).toEqual([]);
    expect((await world.record('read'))?.model).toMatchObject({ reference, alias: 'champion', was: null });
    expect(summaryOf(ran.report, releaseView)).toContain('champion moved to version 2');
    const again = await release('read', '/versions/2');
    expect(again.report.evidence.release?.unchanged).toBe(true);
    expect(again.report.evidence.release?.model?.alias?.did).toBe('stands');
  });

  test('a bad version with the same code is taken back, and champion never leaves the good one', async () => {
    world.suite();
    const bad = world.wrong();
    await mlflow.register('read', put('read/3'));
    const ran = await world.release('read', bad, {
      inputs: { ...short, smoke_suite: 'suite.yaml', model: `mlflow://${mlflow.place}/read/versions/3` },
    });
    expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'smoke_failed']);
    expect(await mlflow.alias('read', 'champion')).toBe('2');
    expect(ran.report.evidence.release?.model?.alias).toMatchObject({ did: 'stands', now: '2' });
  });

  test('an alias that a person moves during a release stays where it is, and the report prints the command', async () => {
    await mlflow.register('read', put('read/4'));
    const moves = world.onCalls(({ write }) =>
      write === 1 ? mlflow.setAlias('read', 'champion', '1').then(() => undefined) : undefined,
    );
    const ran = await release('read', '/versions/4');
    moves();
    expect(ran.report.outcome).toBe('promoted');
    expect(await mlflow.alias('read', 'champion')).toBe('1');
    expect(ofModel(ran)).toMatchObject([{ rule: 'model-alias-behind' }]);
    const [finding] = ofModel(ran);
    expect(finding?.title).toBe(
      'The alias champion was left alone: it names version 1, which this run has not set. Version 4 serves.',
    );
    // The printed command does what it says.
    await promisify(execFile)('sh', ['-c', finding?.commands?.[0] ?? 'false'], {
      env: { ...process.env, MLFLOW_TRACKING_TOKEN: 'none', NO_PROXY: '*', no_proxy: '*' },
    });
    expect(await mlflow.alias('read', 'champion')).toBe('4');
  });

  test.each([
    ['@nobody', /does not exist \(INVALID_PARAMETER_VALUE: Registered model alias nobody not found\)/],
    ['/versions/99', /does not exist \(RESOURCE_DOES_NOT_EXIST/],
    ['none@candidate', /Registered Model with name=readnone not found|alias candidate not found/],
    ['/stages/Production', /does not exist/],
  ])('%s ends the release before anything changes', async (at, what) => {
    const etag = (await world.service('read'))?.etag;
    const ran = await release('read', at);
    expect(ran.report.errors).toMatchObject([{ code: 'model-refused', what: expect.stringMatching(what) }]);
    expect((await world.service('read'))?.etag).toBe(etag);
  });

  test('a version that is READY without a file is refused', async () => {
    const version = await mlflow.register('read', 'gs://models/read/nothing-here');
    const ran = await release('read', `/versions/${version}`);
    expect(ran.report.errors[0]?.what).toBe(
      `MLflow calls version ${version} of read READY, but nothing lies at gs://models/read/nothing-here.`,
    );
  });

  test('files that the server keeps itself get a digest, and a stage still works', async () => {
    const version = await mlflow.keep('kept', 'abc');
    await mlflow.stage('kept', version, 'Production');
    const ran = await release('kept', '/stages/Production', { dry_run: 'true' });
    expect(ran.report.evidence.release?.model).toMatchObject({
      version,
      digest: expect.stringMatching(/^files:[0-9a-f]{64}$/),
    });
    const empty = await mlflow.keep('kept');
    const refused = await release('kept', `/versions/${empty}`, { dry_run: 'true' });
    expect(refused.report.errors[0]?.code).toBe('model-refused');
  });

  test('a token is sent, masked, and not repeated in what the server says', async () => {
    mlflow.meet = () => 401;
    const ran = await release('read', '@candidate', { mlflow_token: 'secret-of-mlflow' });
    mlflow.meet = () => undefined;
    const seen = JSON.stringify([ran.report, ran.log]);
    expect(ran.report.errors).toMatchObject([
      { code: 'permission-denied', fix: expect.stringContaining('mlflow_token') },
    ]);
    expect(seen).not.toContain('secret-of-mlflow');
  });

  test('the bytes of the version before are gone: said before anything changes', async () => {
    await mlflow.register('gone', put('gone/1'));
    await mlflow.register('gone', put('gone/2'));
    expect((await release('gone', '/versions/1')).report.outcome).toBe('promoted');
    objectsOf(world.sandbox.world).delete('models/gone/1/model.onnx');
    const ran = await release('gone', '/versions/2');
    expect(ran.report.outcome).toBe('promoted');
    expect(ofModel(ran)).toMatchObject([{ rule: 'model-before-gone' }]);
    expect(await mlflow.alias('gone', 'champion')).toBe('2');
  });

  test('a rollback by hand takes the alias back with the traffic, and running it again changes nothing', async () => {
    await mlflow.register('hand', put('hand/1'));
    await mlflow.register('hand', put('hand/2'));
    await release('hand', '/versions/1');
    await release('hand', '/versions/2');
    expect(await mlflow.alias('hand', 'champion')).toBe('2');
    const inputs = { model: `mlflow://${mlflow.place}/hand@candidate` };
    const ran = await world.rollback('hand', 'before', { inputs });
    expect([ran.report.reason, ran.report.outcome]).toEqual([
      expect.stringContaining('The alias champion moved from version 2 to version 1'),
      'rolled_back',
    ]);
    expect(await mlflow.alias('hand', 'champion')).toBe('1');
    const key = `backstay/${world.sandbox.project}/${world.sandbox.region}/hand`;
    const periods = async (version: string) =>
      parsePeriods((await mlflow.tag('hand', version, key)) ?? '').map(({ until }) => until !== undefined);
    // Version 1 has served, and serves again. Version 2 has served.
    expect([await periods('1'), await periods('2')]).toEqual([[true, false], [true]]);
    const again = await world.rollback('hand', (await world.serving('hand'))[0]?.revision ?? '', { inputs });
    expect(again.report.evidence.rollback?.alias).toMatchObject({ did: 'stands', now: '1' });
    const silent = await world.rollback('hand', 'stable');
    expect(ofModel(silent)).toMatchObject([{ rule: 'model-alias-behind' }]);
    // Version 2 was found bad only by a person, so it may come again.
    await mlflow.register('hand', put('hand/3'));
    const next = await release('hand', '/versions/3');
    expect(next.report.evidence.release?.model?.alias).toMatchObject({ did: 'moved', from: '1', now: '3' });
    // A person has moved the alias since: a rollback leaves it alone.
    await mlflow.setAlias('hand', 'champion', '2');
    const left = await world.rollback('hand', 'before', { inputs });
    expect(left.report.evidence.rollback?.alias).toMatchObject({ did: 'left', now: '2', wanted: '1' });
    expect(ofModel(left)[0]?.commands?.[0]).toContain('"version":"1"');
  });

  test('a release that dies after its promotion leaves the alias to its post step', async () => {
    await mlflow.register('dies', put('dies/1'));
    mlflow.meet = ({ write }) => (write ? 'before' : undefined);
    const ran = await release('dies', '/versions/1');
    mlflow.meet = () => undefined;
    expect(ran.report.outcome).toBe('promoted');
    expect(ran.report.evidence.release?.model?.alias).toMatchObject({ did: 'failed', wanted: '1' });
    expect(ofModel(ran)).toMatchObject([{ rule: 'model-alias-behind' }]);
    expect(await mlflow.alias('dies', 'champion')).toBeUndefined();
    const inputs = { ...short, model: `mlflow://${mlflow.place}/dies/versions/1` };
    const post = await world.post('dies', source, ran, { inputs });
    expect(post.report.reason).toMatch(/The alias champion moved to version 1\./);
    expect(await mlflow.alias('dies', 'champion')).toBe('1');
  });
});
