import { describe, expect, test } from '@jest/globals';
import { judgeReplay, readReplay, recordingIn } from '../../../src/domain/watch/replay/replay.ts';
import type { Log } from '../../../src/steps/ports/log.ts';
import type { WatchProbes } from '../../../src/steps/ports/watch-probes.ts';
import { type WatchRequest, watch } from '../../../src/steps/watch/watch.ts';
import { type FakeSourceOptions, fakeSource, randomCounts, seeded } from '../../support/fake-source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

interface Scene {
  /** Requests a second of the whole service. */
  rps?: number;
  share?: number;
  /** Chance of a bad answer, by second since the shift. */
  candidate?: (second: number) => number;
  baseline?: (second: number) => number;
  source?: FakeSourceOptions;
  request?: Partial<WatchRequest>;
  probes?: WatchProbes;
  /** The fraction of its requests that the candidate finishes. */
  quietCandidate?: number;
  /** The second of a minute at which the watch begins. */
  beginsAt?: number;
}

async function run(scene: Scene) {
  const clock = new VirtualClock(Date.UTC(2026, 10, 22, 12, 0, scene.beginsAt ?? 0));
  const random = seeded(7);
  const { share = 0.5, candidate = () => 0.001, baseline = () => 0.001 } = scene;
  const start = clock.now();
  const lines: string[] = [];
  const log: Log = {
    line: (text) => lines.push(text),
    warning: (text) => lines.push(text),
    detail: () => {},
    debug: () => {},
  };
  const phase = share < 1 ? 'split' : 'full';
  const source = fakeSource(
    clock,
    (revision, at) => {
      const second = (at - start) / 1000;
      const { rps = 20, share: now = share } = scene;
      if (revision === 'new-2')
        return randomCounts(random, rps * now * (scene.quietCandidate ?? 1), candidate(second));
      return randomCounts(random, rps * (1 - now), baseline(second));
    },
    scene.source,
  );
  const request: WatchRequest = {
    service: 'projects/p/locations/r/services/ocr',
    candidate: 'new-2',
    baseline: phase === 'split' ? 'old-1' : undefined,
    share,
    phase,
    objectives: [{ id: 'availability', kind: 'availability', target: 0.99 }],
    durationSeconds: 600,
    ...scene.request,
  };
  const result = await watch({ clock, log, source, probes: scene.probes }, request);
  return { result, request, lines, clock, source, log, seconds: (clock.now() - start) / 1000 };
}

describe('one canary step', () => {
  test('a bad candidate is taken back within two looks and is blamed', async () => {
    const { result, seconds } = await run({ candidate: () => 0.5 });
    expect(result).toMatchObject({ verdict: 'fail', blame: 'release', next: 'roll_back' });
    expect(seconds).toBeLessThanOrEqual(20);
    expect(result.reason).toMatch(/of \d+ requests failed on new-2 \(\d/);
  });

  test('a good candidate passes early, but not before the dwell time', async () => {
    const { result, seconds } = await run({ rps: 100 });
    expect(result).toMatchObject({ verdict: 'pass', blame: 'none', next: 'go_on' });
    expect(seconds).toBe(60);
  });

  test('at 100 % a pass takes two minutes, and a failure has no sure blame', async () => {
    expect((await run({ rps: 100, share: 1 })).seconds).toBe(120);
    const { result } = await run({ share: 1, candidate: () => 0.3 });
    expect(result).toMatchObject({ verdict: 'fail', blame: 'unknown', next: 'roll_back' });
  });

  test('a pass also takes twice the lag of the source', async () => {
    const { seconds } = await run({ rps: 100, source: { lagMs: 60_000 } });
    expect(seconds).toBeGreaterThanOrEqual(120);
  });

  test('no requests prove nothing, good or bad', async () => {
    const { result } = await run({ rps: 0 });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'too_few_requests', next: 'go_on' });
    expect(result.reason).toContain('so nothing was checked');
    const held = await run({ rps: 0, request: { policy: { too_few_requests: 'hold' } } });
    expect(held.result.next).toBe('hold');
  });

  test('an outage of the platform hits both revisions, and neither is blamed', async () => {
    const outage = (second: number) => (second > 30 && second < 90 ? 0.4 : 0.001);
    const { result } = await run({ candidate: outage, baseline: outage, share: 0.1, rps: 100 });
    expect(result).toMatchObject({
      verdict: 'inconclusive',
      open: 'platform',
      next: 'hold',
      blame: 'platform',
    });
  });

  test('a source that cannot be read ends the watch as blind', async () => {
    const failing = (): Error => new Error('503');
    const { result, lines } = await run({ source: { failing } });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind', next: 'hold' });
    expect(lines.filter((line) => line.includes('cannot be read at the moment'))).toHaveLength(1);
  });

  test('a candidate that is worse than before but inside its objective ends undecided, and the reason says so', async () => {
    const { result } = await run({
      rps: 200,
      candidate: () => 0.006,
      baseline: () => 0.001,
      request: { durationSeconds: 120 },
    });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'too_few_requests', next: 'go_on' });
    expect(result.reason).toMatch(
      /seems to fail more often than old-1 \(odds .* to 1\), but [\d ]+ requests do not show/,
    );
  });

  test('a short gap in the readings changes nothing', async () => {
    let polls = 0;
    const failing = () => (++polls === 2 ? new Error('reset') : undefined);
    expect((await run({ rps: 100, source: { failing } })).result.verdict).toBe('pass');
  });

  test('the next step goes on where this one stopped, and keeps its proof', async () => {
    const first = await run({ rps: 100 });
    const saved = JSON.parse(JSON.stringify(first.result.state)) as typeof first.result.state;
    const full = await watch(
      { clock: first.clock, log: first.log, source: first.source },
      {
        service: 'ocr',
        candidate: 'new-2',
        share: 1,
        phase: 'full',
        objectives: [{ id: 'availability', kind: 'availability', target: 0.99 }],
        durationSeconds: 600,
        state: saved,
      },
    );
    expect(full.verdict).toBe('pass');
    expect(full.state.evidence.fullSince).not.toBeNull();
    expect(full.requests).toBeGreaterThan(first.result.requests);
    expect(full.decidedAtSeconds).toBe(first.result.decidedAtSeconds + 120);
  });

  test('a runner that replaces a dead one decides the same', async () => {
    const straight = await run({ candidate: () => 0.03 });
    const cut = await run({ candidate: () => 0.03, request: { durationSeconds: 20, last: false } });
    expect(cut.result).toMatchObject({ verdict: 'inconclusive', next: 'go_on' });
    const second = await watch(
      { clock: cut.clock, log: cut.log, source: cut.source },
      { ...cut.request, durationSeconds: 580, state: JSON.parse(JSON.stringify(cut.result.state)) },
    );
    expect(straight.result).toMatchObject({ verdict: 'fail', blame: 'release' });
    expect(second).toMatchObject({ verdict: 'fail', blame: 'release' });
    // The two runs look at different seconds.
    expect(Math.abs(second.decidedAtSeconds - straight.result.decidedAtSeconds)).toBeLessThanOrEqual(20);
    expect(second.requests).toBeGreaterThan(cut.result.requests);
  });

  test('the state of other objectives is refused', async () => {
    const { result } = await run({ rps: 0, request: { durationSeconds: 10 } });
    const objectives = [{ id: 'latency', kind: 'latency', target: 0.9, slowerThanMs: 1000 }] as const;
    await expect(run({ request: { state: result.state, objectives } })).rejects.toThrow('does not belong');
  });

  test('a candidate that finishes almost no requests is starving, not healthy', async () => {
    const { result } = await run({ rps: 100, share: 0.5, quietCandidate: 0.01 });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind', next: 'hold' });
    expect(result.reason).toContain('were sent to it');
  });

  test.each([
    ['starves', 0.02, { open: 'blind', next: 'hold' }],
    ['works', 1, { verdict: 'pass' }],
  ])('a candidate that was proved at 10 %% and %s at 50 %%', async (_, quietCandidate, expected) => {
    const scene: Scene = { rps: 100, share: 0.1, request: { splitSeconds: 1200 } };
    const first = await run(scene);
    expect(first.result.verdict).toBe('pass');
    Object.assign(scene, { share: 0.5, quietCandidate });
    const ports = { clock: first.clock, log: first.log, source: first.source };
    const second = await watch(ports, { ...first.request, share: 0.5, state: first.result.state });
    expect(second).toMatchObject(expected);
  });

  test('an earlier proof does not pass a share at which no request was seen', async () => {
    const scene: Scene = { rps: 100, share: 0.1 };
    const first = await run(scene);
    scene.rps = 0;
    const ports = { clock: first.clock, log: first.log, source: first.source };
    const second = await watch(ports, { ...first.request, share: 0.5, state: first.result.state });
    expect(second).toMatchObject({ verdict: 'inconclusive' });
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

  test('policies decide what an open end means, but a step that is not the last goes on', async () => {
    const policy = { too_few_requests: 'roll_back', blind: 'promote' } as const;
    expect((await run({ rps: 0, request: { policy } })).result.next).toBe('roll_back');
    expect((await run({ rps: 0, request: { policy, last: false } })).result.next).toBe('go_on');
    const failing = (): Error => new Error('503');
    expect((await run({ source: { failing }, request: { policy } })).result.next).toBe('go_on');
  });

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

  test.each([
    [{ kind: 'burn-rate', fewestBad: 10 }, 'fail'],
    [{ kind: 'threshold', maxRate: undefined, windowSeconds: 60, failuresAllowed: 3 }, 'fail'],
    [{ kind: 'threshold', maxRate: 0.5, windowSeconds: 60, failuresAllowed: 3 }, 'pass'],
  ] as const)('the classical rule %j gives %s on 10 %% errors', async (rule, verdict) => {
    const { result } = await run({ candidate: () => 0.1, request: { rule } });
    expect(result).toMatchObject({ verdict, blame: verdict === 'fail' ? 'unknown' : 'none' });
  });

  test.each<[string, Scene]>([
    [
      'stops answering',
      { source: { failing: (now) => (now > Date.UTC(2026, 10, 22, 12, 1) ? new Error('503') : undefined) } },
    ],
    ['shows a starving candidate', { rps: 100, quietCandidate: 0.01 }],
  ])('a classical rule does not pass if the source %s', async (_, scene) => {
    const rule = { kind: 'threshold', maxRate: 0.5, windowSeconds: 60, failuresAllowed: 3 } as const;
    for (const until of ['pass', 'duration'] as const) {
      const { result } = await run({ ...scene, request: { rule, until } });
      expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind', next: 'hold' });
    }
  });

  test('judging the recording again gives the same decision', async () => {
    const { result } = await run({
      candidate: (second) => (second > 100 ? 0.2 : 0),
      request: { until: 'duration' },
    });
    const parsed = readReplay(recordingIn({ evidence: { watch: result.evidence } }));
    if ('problems' in parsed) throw new Error(parsed.problems.join());
    expect(judgeReplay(parsed.replay)).toMatchObject({
      verdict: 'fail',
      blame: 'release',
      decidedAtSeconds: result.decidedAtSeconds,
    });
  });

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

  test('a clock that is set back does not stop the looks', async () => {
    class PutBack extends VirtualClock {
      override now = () => super.now() - (super.now() > Date.UTC(2026, 10, 22, 12, 1) ? 3_600_000 : 0);
    }
    const clock = new PutBack();
    let looks = 0;
    const log: Log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
    const source = fakeSource(clock, () => ({ total: 20, bad: 0 }));
    const abort = new AbortController();
    const onProgress = () => ++looks >= 30 && abort.abort(new Error('enough'));
    const request = {
      service: 'ocr',
      candidate: 'new-2',
      share: 1,
      phase: 'full',
      durationSeconds: 600,
    } as const;
    const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;
    await expect(
      watch(
        { clock, log, source },
        { ...request, objectives, until: 'duration', onProgress, signal: abort.signal },
      ),
    ).rejects.toThrow('enough');
    // After the clock was set back, the looks go on every ten seconds instead of stopping for an hour.
    expect(clock.now()).toBeLessThan(Date.UTC(2026, 10, 22, 11, 6));
  });

  test('a cancelled run ends at once', async () => {
    const abort = new AbortController();
    const onProgress = () => abort.abort(new Error('cancelled'));
    await expect(run({ request: { signal: abort.signal, onProgress } })).rejects.toThrow('cancelled');
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
