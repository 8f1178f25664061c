import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { smokeTest } from '../../../src/actions/smoke-test/smoke-test.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { releaseView } from '../../../src/domain/summary/release/view.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

/** A release whose suite compares with the revision that serves, and pins thresholds to models. */
jest.setTimeout(300_000);
const quick = { step_duration: '1s', duration: '1s', canary: 'none', smoke_suite: 'champion.yaml' };
let time: FastTime;
let world: ReleaseWorld;

beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
  world.suite();
  const cases = Array.from(
    { length: 10 },
    (_, i) => `  - {name: "page ${i}", image: ok.png, expect: {text: "0123456789"}}`,
  );
  const head =
    'version: 1\nchampion: {}\ndefaults: {expect: {max_cer: 0.05, models: {"small.onnx@*": {max_cer: 0.3}}}}\n';
  writeFileSync(join(world.folder, 'champion.yaml'), `${head}cases:\n${cases.join('\n')}\n`);
  mkdirSync(join(world.folder, 'models'));
  for (const name of ['large', 'small'])
    writeFileSync(join(world.folder, 'models', `${name}.onnx`), `the bytes of ${name}`);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const reads = (text: string) => world.source([{ status: 200, body: { text }, latencyMs: 0 }]);
const release = (text: string, model: string) =>
  world.release('reader', reads(text), { inputs: { ...quick, model: `models/${model}.onnx` } });

test('a first release has nothing to compare with, and says so', async () => {
  const ran = await release('0123456789', 'large');
  expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
  const champion = ran.report.evidence.smoke?.results.find(({ kind }) => kind === 'champion');
  expect(champion).toMatchObject({ status: 'skipped', note: 'Not compared: no revision serves yet.' });
  expect(ran.report.evidence.smoke?.thresholds).toMatchObject({ cases: 0 });
});

test('a small model keeps its own thresholds, but reads worse than the revision that serves and gets no traffic', async () => {
  const before = await world.serving('reader');
  const ran = await release('01234567XX', 'small');
  expect([ran.report.outcome, ran.exitCode]).not.toEqual(['promoted', 0]);
  const { smoke } = ran.report.evidence;
  expect(smoke?.thresholds).toMatchObject({ model: expect.stringMatching(/^small\.onnx@/), cases: 10 });
  expect(smoke?.results.filter(({ status }) => status !== 'passed').map(({ name }) => name)).toEqual([
    'champion',
  ]);
  expect(smoke?.champion).toMatchObject({
    verdict: 'fail',
    images: 10,
    left: 0,
    revision: before[0]?.revision,
  });
  expect(ran.report.findings.map(({ rule }) => rule)).toContain('smoke-champion');
  expect(summaryOf(ran.report, releaseView)).toContain('20.00 (90 %: 20.00 to 20.00)');
  expect(await world.serving('reader')).toEqual(before);
});

test('one that reads alike is promoted, and the smoke test alone compares nothing with itself', async () => {
  const ran = await release('0123456789', 'small');
  expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
  expect(ran.report.evidence.smoke?.champion).toMatchObject({ verdict: 'pass', images: 10, difference: 0 });
  const inputs = { ...world.inputsFor('smoke-test', 'reader'), suite: 'champion.yaml' };
  const alone = await world.run(smokeTest, { inputs });
  expect(alone.report.verdict).toBe('pass');
  const champion = alone.report.evidence.smoke?.results.find(({ kind }) => kind === 'champion');
  expect(champion?.note).toMatch(/^Not compared: reader-\S+ is the revision that serves\.$/);
});
