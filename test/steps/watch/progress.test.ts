import { describe, expect, test } from '@jest/globals';
import { run } from '../../support/watch-scene.ts';

describe('the log and the points of a watch', () => {
  test('the log shows the first five looks, then changes, and a heartbeat every minute', async () => {
    const { lines } = await run({ rps: 0.2, share: 1 });
    const looks = lines.filter((line) => line.includes('Watch 100 %'));
    expect(looks.length).toBeGreaterThanOrEqual(5 + 8);
    expect(looks.length).toBeLessThanOrEqual(5 + 12);
    for (const line of looks)
      expect(line).toMatch(
        /^ {2}Watch 100 % +\d+m?\d*s {2}new \d+ of \d+ failed.*; (undecided|passes|fails) \(breaks the objective .*:1, acts at 2 000:1; good .*:1, passes at 20:1\), logs read up to \d+ s ago$/,
      );
  });

  test('a long watch keeps a bounded record', async () => {
    const { result } = await run({
      rps: 1,
      request: { durationSeconds: 4 * 3600, pollSeconds: 5, until: 'duration' },
    });
    expect(result.evidence.points.length).toBeLessThanOrEqual(400);
    const total = result.evidence.points.reduce(
      (sum, { tests }) => sum + (tests[0]?.candidate.total ?? 0),
      0,
    );
    expect(total).toBe(result.requests);
  });
});
