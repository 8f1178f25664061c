import { describe, expect, test } from '@jest/globals';
import { run } from '../../support/watch-scene.ts';

describe('traffic that looks wrong', () => {
  test('a candidate that finishes almost no requests is starving, not healthy', async () => {
    const { result } = await run({ rps: 100, share: 0.5, quietCandidate: 0.01 });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind', next: 'hold' });
    expect(result.reason).toContain('were sent to it');
  });

  test('traffic that vanishes after the shift is no sign of health', async () => {
    const { result } = await run({
      rps: 3,
      share: 1,
      source: { before: { availability: { total: 300 * 100, bad: 0 } } },
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind', next: 'hold' });
    expect(result.reason).toContain('less than half of the 100.0 requests a second');
  });

  test('a sample of the traffic does not look like a fall in traffic', async () => {
    const before = { availability: { total: 300 * 800, bad: 0 } };
    const { result } = await run({ rps: 100, share: 1, source: { before, sampled: 1 / 8 } });
    expect(result.verdict).toBe('pass');
    const users = result.evidence.tests[0];
    expect(users?.unread).toEqual({
      total: 7 * (users?.candidate.total ?? 0),
      bad: 7 * (users?.candidate.bad ?? 0),
    });
    const fallen = await run({ rps: 20, share: 1, source: { before, sampled: 1 / 8 } });
    expect(fallen.result).toMatchObject({ open: 'blind', next: 'hold' });
  });

  test('minutes that no bucket can show do not look like a fall in traffic', async () => {
    const { result } = await run({
      rps: 20,
      share: 1,
      // The watch sees only parts of its first and its last minute.
      beginsAt: 1,
      source: { before: { availability: { total: 300 * 20, bad: 0 } }, lagMs: 240_000, bucketMs: 60_000 },
      request: { durationSeconds: 110 },
    });
    expect(result).toMatchObject({ open: 'too_few_requests' });
  });
});
