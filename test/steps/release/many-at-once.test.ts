import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { logReads } from '../../../sandbox/logs/read-quota.ts';
import type { ReleaseFacts } from '../../../src/domain/release/facts.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type Ran, ReleaseWorld } from '../../support/release-world.ts';

/**
 * Ten whole releases of one project at once. The sandbox counts their reads and refuses as Google does: 60 log reads a
 * minute for all of them together. test/sli has the same for metrics, on a simulated clock.
 */
jest.setTimeout(300_000);
const factor = 10;
const releases = Number(process.env.RELEASES_AT_ONCE ?? 10);
let time: FastTime;
let world: ReleaseWorld;
const names = Array.from({ length: releases }, (_, i) => `many-${i}`);
beforeAll(async () => {
  time = installFastTime(factor);
  world = await ReleaseWorld.open({}, time.clock);
  const first = { step_duration: '1s', duration: '1s' };
  for (const name of names) {
    const ran = await world.release(name, world.good(), { inputs: first });
    expect(ran.report.outcome).toBe('promoted');
    // One request a second for each function, on the fast clock.
    await world.control('POST', '/load', { function: name, rps: factor, seconds: 600 });
  }
});
afterAll(async () => {
  await world.close();
  time.restore();
});

const inputs = { canary: '50%', step_duration: '180s', duration: '180s', slo: '90%', source: 'logs' };

const evidenceOf = (ran: Ran) => JSON.stringify((ran.report.evidence.release as ReleaseFacts).segments);
test('they slow down, and none is held', async () => {
  const quota = logReads(world.sandbox.world);
  quota.refused = 0;
  const started = time.now();
  const ended = await Promise.all(names.map((name) => world.release(name, world.good(), { inputs })));
  const seconds = Math.round((time.now() - started) / 1000);
  process.stdout.write(`${releases} releases at once: ${quota.refused} reads refused, ${seconds} s\n`);
  expect(ended.map(({ report }) => report.outcome)).toEqual(names.map(() => 'promoted'));
  for (const { report } of ended) {
    const { segments } = report.evidence.release as ReleaseFacts;
    expect(segments.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
    expect(report.findings.map(({ rule }) => rule)).not.toContain('watch-blind');
  }
  expect(quota.refused).toBeGreaterThan(0);
  expect(ended.some((ran) => evidenceOf(ran).includes('use the same quota'))).toBe(true);
});
