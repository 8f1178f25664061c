import { describe, expect, test } from '@jest/globals';
import { run } from '../../support/watch-scene.ts';

describe('probes during a watch', () => {
  test('probes prove what too few users cannot, and the reason counts them separately', async () => {
    const sent: string[] = [];
    const probes = {
      probe: async (target: 'candidate' | 'baseline') => {
        sent.push(target);
        return { bad: false, milliseconds: 10 };
      },
    };
    const { result } = await run({
      rps: 0.05,
      share: 0.5,
      probes,
      request: { probesPerMinute: 120, durationSeconds: 900 },
    });
    expect(result).toMatchObject({ verdict: 'pass', next: 'go_on' });
    expect(result.reason).toMatch(/requests and \d+ probes failed/);
    expect(result.requests).toBeLessThan(50);
    expect(sent.filter((target) => target === 'baseline').length).toBeGreaterThan(100);
  });

  test('probes that fail end the release, as users would', async () => {
    const probes = {
      probe: async (target: 'candidate' | 'baseline') => ({ bad: target === 'candidate', milliseconds: 10 }),
    };
    const { result } = await run({ rps: 0, probes, request: { probesPerMinute: 60 } });
    expect(result).toMatchObject({ verdict: 'fail', blame: 'release', requests: 0 });
  });

  test('probes that cannot be sent prove nothing, good or bad', async () => {
    const probes = {
      probe: async () => {
        throw new Error('no token');
      },
    };
    const { result, lines } = await run({ rps: 0, probes });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'too_few_requests' });
    expect(lines.filter((line) => line.includes('no token'))).toEqual([
      'Probes cannot be sent at the moment: no token',
    ]);
  });
});
