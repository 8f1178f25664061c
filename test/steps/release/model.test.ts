import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { addBucket, objectsOf, store } from '../../../sandbox/storage/state.ts';
import { objectOf } from '../../../src/domain/data/json.ts';
import { modelVariables } from '../../../src/domain/model/model.ts';
import { modelOfRevision } from '../../../src/domain/model/of-revision.ts';
import { modelLabel } from '../../../src/domain/product.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { releaseView } from '../../../src/domain/summary/release/view.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';
import { type WorldDriver, worldDrivers } from '../../support/world-driver.ts';

/** The model as a part of a release: one exact version in plan, revision, record, report and way back. */
jest.setTimeout(300_000);
const short = { step_duration: '1s', duration: '1s', canary: 'none', smoke_suite: 'none' };

describe.each(worldDrivers)('by %s', (driver: WorldDriver) => {
  let time: FastTime;
  let world: ReleaseWorld;
  let source: string;
  beforeAll(async () => {
    time = installFastTime(10);
    world = await ReleaseWorld.open({}, time.clock, driver);
    addBucket(world.sandbox.world, 'models');
    source = world.good();
  });
  afterAll(async () => {
    await world.close();
    time.restore();
  });

  const put = (object: string, text: string) =>
    store(world.sandbox.world, 'models', object, Buffer.from(text)).generation;
  const release = (model: string, more: Record<string, string> = {}) =>
    world.release('reader', source, { inputs: { ...short, model, ...more } });
  const serving = async () => (await world.serving('reader'))[0]?.revision ?? '';
  const revisionRaw = async () => objectOf((await world.revision('reader', await serving()))?.raw);

  test('the newest generation is resolved once and set on the revision, and the same model changes nothing', async () => {
    const generation = put('ocr/model.onnx', 'one');
    const ran = await release('gs://models/ocr/model.onnx', { environment_variables: 'LANGUAGES=ko' });
    expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
    const reference = `gs://models/ocr/model.onnx#${generation}`;
    expect(ran.report.evidence.release?.model).toMatchObject({ reference, version: generation });
    const raw = await revisionRaw();
    expect(modelOfRevision(raw)).toMatchObject({ reference, version: generation });
    const env = JSON.stringify(raw);
    for (const name of [...Object.values(modelVariables), 'LANGUAGES']) expect(env).toContain(name);
    expect((await world.service('reader'))?.labels[modelLabel]).toBe(`model-onnx-${generation}`);
    expect((await world.record('reader'))?.model?.reference).toBe(reference);
    expect(summaryOf(ran.report, releaseView)).toContain(reference);

    const again = await release('gs://models/ocr/model.onnx', { environment_variables: 'LANGUAGES=ko' });
    expect([again.report.outcome, again.report.evidence.release?.unchanged]).toEqual(['promoted', true]);
  });

  test('a new model alone is a release, and variables that no input names stay', async () => {
    const before = await serving();
    const old = modelOfRevision(await revisionRaw())?.reference;
    const generation = put('ocr/model.onnx', 'two');
    const ran = await release('gs://models/ocr/model.onnx');
    expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
    expect(await serving()).not.toBe(before);
    const raw = await revisionRaw();
    expect(modelOfRevision(raw)?.version).toBe(generation);
    expect(JSON.stringify(raw)).toContain('LANGUAGES');
    expect(ran.report.evidence.release?.model?.before).toBe(old);
  });

  test('a bad model with the same code is taken back, and is not tried a second time', async () => {
    const before = await serving();
    const good = modelOfRevision(await revisionRaw());
    put('ocr/bad.onnx', 'worse');
    world.suite();
    writeFileSync(
      join(world.folder, 'fails.yaml'),
      'version: 1\ncases:\n  - name: says more\n    image: ok.png\n    expect: { contains: more }\n',
    );
    const ran = await release('gs://models/ocr/bad.onnx', { smoke_suite: 'fails.yaml' });
    expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'smoke_failed']);
    expect(await serving()).toBe(before);
    expect(modelOfRevision(await revisionRaw())).toEqual(good);
    const again = await release('gs://models/ocr/bad.onnx', { smoke_suite: 'fails.yaml' });
    expect(again.report.outcome).toBe('blocked');
    expect(again.report.reason).toMatch(/failed/);
    // The model before is released again without a word about the bad one.
    const back = await release(good?.reference ?? '');
    expect([back.report.reason, back.report.outcome]).toEqual([expect.any(String), 'promoted']);
  });

  test('a generation that is gone ends the release before anything changes', async () => {
    const service = await world.service('reader');
    const ran = await release('gs://models/ocr/model.onnx#1');
    expect(ran.report.errors.map(({ code }) => code)).toEqual(['model-refused']);
    expect(ran.report.reason).toMatch(
      /gs:\/\/models\/ocr\/model\.onnx#1 does not exist\. Nothing was changed/,
    );
    expect((await world.service('reader'))?.etag).toBe(service?.etag);
  });

  test('a folder has one digest of all its objects', async () => {
    put('v3/a.bin', 'a');
    put('v3/sub/b.bin', 'b');
    const ran = await release('gs://models/v3/', { dry_run: 'true' });
    expect(ran.report.evidence.release?.model).toMatchObject({
      reference: 'gs://models/v3/',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    put('v3/sub/b.bin', 'c');
    const other = await release('gs://models/v3/', { dry_run: 'true' });
    expect(other.report.evidence.release?.model?.digest).not.toBe(ran.report.evidence.release?.model?.digest);
    objectsOf(world.sandbox.world).clear();
  });

  test('a folder that is overwritten in place takes the way back: said before anything changes', async () => {
    put('v4/a.bin', 'a');
    const first = await release('gs://models/v4/');
    expect([first.report.reason, first.report.outcome]).toEqual([expect.any(String), 'promoted']);
    const before = await serving();
    put('v4/a.bin', 'b');
    const ran = await release('gs://models/v4/', { dry_run: 'true' });
    const [finding, ...others] = ran.report.findings.filter(({ rule }) => rule.startsWith('model-'));
    expect([finding?.rule, finding?.title, others]).toEqual([
      'model-before-gone',
      expect.stringMatching(
        new RegExp(`^${before} carries the model gs://models/v4/ .* other bytes lie there now`),
      ),
      [],
    ]);
    expect(summaryOf(ran.report, releaseView)).toMatch(
      /`gs:\/\/models\/v4\/`, `sha256:\w{12}`, before `sha256:\w{12}`/,
    );
    expect(ran.log.join('\n')).toContain('gs://models/v4/, with other bytes');
    put('v5/a.bin', 'a');
    const other = await release('gs://models/v5/', { dry_run: 'true' });
    expect(other.report.findings.map(({ rule }) => rule)).toContain('model-before-gone');
  });

  test.each([
    [
      'deleted',
      'gs://models/late/7/a.bin',
      () => objectsOf(world.sandbox.world).delete('models/late/7/a.bin'),
    ],
    ['deleted', 'gs://models/late/7/', () => objectsOf(world.sandbox.world).delete('models/late/7/a.bin')],
    ['overwritten', 'gs://models/late/7/', () => put('late/7/b.bin', 'the upload goes on')],
  ])('a model that is %s before the traffic moves gets none: %s', async (what, model, meanwhile) => {
    put('late/7/a.bin', 'a');
    const before = await serving();
    const stop = world.onCalls(({ write }) => (write === 1 ? void meanwhile() : undefined));
    const ran = await release(model, { retry_failed: 'true' });
    stop();
    expect([ran.report.reason, ran.report.outcome]).toEqual([
      expect.stringContaining(`was ${what} while this release was under way`),
      'rolled_back',
    ]);
    expect(await serving()).toBe(before);
  });

  test('a file of the repository is named with its digest, and another file than the named one is refused', async () => {
    mkdirSync(join(world.folder, 'weights'), { recursive: true });
    writeFileSync(join(world.folder, 'weights/ocr.onnx'), 'abc');
    const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    const ran = await release('weights/ocr.onnx', { dry_run: 'true' });
    expect(ran.report.evidence.release?.model?.reference).toBe(`weights/ocr.onnx#sha256:${digest}`);
    const wrong = await release(`weights/ocr.onnx#sha256:${'0'.repeat(64)}`);
    expect(wrong.report.errors[0]?.code).toBe('model-refused');
    expect(wrong.report.errors[0]?.what).toContain(digest);
    const missing = await release('weights/none.onnx');
    expect(missing.report.errors[0]?.what).toContain('there is no such file');
  });

  test('variables that a later deploy replaces take the label with them', async () => {
    const ran = await world.deploy('reader', source, { environment_variables: 'LANGUAGES=en' });
    expect([ran.report.reason, ran.report.verdict]).toEqual([expect.any(String), 'pass']);
    expect(modelOfRevision(await revisionRaw())).toBeUndefined();
    expect((await world.service('reader'))?.labels[modelLabel]).toBeUndefined();
    // A new revision carries the labels of its template.
    expect(JSON.stringify(objectOf((await revisionRaw()).labels))).not.toContain(modelLabel);
  });
});
