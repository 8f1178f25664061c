import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { annotationOf } from '../../../src/domain/report/annotation.ts';
import { summaryOf } from '../../../src/domain/report/render.ts';
import { releaseView } from '../../../src/domain/summary/release/view.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

jest.setTimeout(300_000);

/** Without a request and without a smoke test, it is unknown whether the new revision works. */
let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const watched = { slo: '95%', canary: '50%', step_duration: '5s', duration: '5s', poll_interval: '1s' };

test('no user and no suite: promoted, but the verdict is that nothing was checked', async () => {
  await world.release('quiet', world.good(), { inputs: { canary: 'none', slo: 'none' } });
  const ran = await world.release('quiet', world.good(), { inputs: { ...watched, smoke_suite: 'none' } });
  const { report, exitCode, log } = ran;
  expect([report.outcome, report.verdict, exitCode]).toEqual(['promoted', 'inconclusive', 0]);
  expect(report.reason).toMatch(/Nothing was checked: no user sent \S+ a request .* no smoke suite/);
  const annotation = annotationOf(report, exitCode);
  expect(annotation).toMatchObject({ level: 'warning', title: 'quiet released' });
  for (const remedy of ['smoke suite', 'probes_per_minute', 'canary: none'])
    expect(annotation?.text).toContain(remedy);
  expect(log.filter((line) => line.includes('Smoke test'))).toEqual([
    expect.stringMatching(/^! Smoke test .*not tested/),
  ]);
  const summary = summaryOf(report, releaseView);
  expect(summary).toMatch(/^## ⚠️ Released unchecked: /);
  expect(summary).toContain('probes&#95;per&#95;minute');
});

test('no user but a suite: the suite has checked it', async () => {
  const ran = await world.release('quiet', world.good(), {
    inputs: { ...watched, smoke_suite: world.suite() },
  });
  expect([ran.report.outcome, ran.report.verdict, ran.exitCode]).toEqual(['promoted', 'pass', 0]);
  expect(ran.report.findings.map(({ rule }) => rule)).not.toContain('nothing-checked');
});
