import { describe, expect, test } from '@jest/globals';
import { evidence } from '../../../scripts/bench-watch/rules.ts';
import { scenes } from '../../../scripts/bench-watch/scenes.ts';
import { simulate } from '../../../scripts/bench-watch/simulate.ts';
import { example, lateCost, lateText } from '../../../src/domain/watch/late.ts';

describe('what late counts cost', () => {
  const scene = scenes().find(
    ({ name, rps, share }) => name === '50 % errors' && rps === example.rps && share === 1,
  );

  test.each([60, 120, 180, 240, 600])('%s s: the sentence says what the simulation gives', (lag) => {
    if (!scene) throw new Error('The scene of the example is missing.');
    const [outcome] = simulate(scene, [evidence(lag, 60)], 40, 7);
    const { seconds, bad } = lateCost(lag);
    expect(outcome).toMatchObject({ taken: 40, seconds });
    expect((outcome?.bad ?? 0) / bad).toBeCloseTo(1, 1);
  });

  test('is not told of counts that come at once', () => {
    for (const lag of [0, 10, Number.NaN, Number.POSITIVE_INFINITY]) expect(lateText(lag)).toBeUndefined();
    expect(lateText(120)).toBe(
      'At 10 requests a second, counts this late take back a release that fails every second request after about 3m00s, and 900 bad answers. The request log takes 20s and 100.',
    );
  });

  test('the log takes what the sentence says', () => {
    if (!scene) throw new Error('The scene of the example is missing.');
    const [outcome] = simulate(scene, [evidence(10)], 40, 7);
    expect(outcome?.seconds).toBe(20);
    expect((outcome?.bad ?? 0) / 100).toBeCloseTo(1, 1);
  });
});
