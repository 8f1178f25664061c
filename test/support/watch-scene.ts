import type { Log } from '../../src/steps/ports/log.ts';
import type { WatchProbes } from '../../src/steps/ports/watch-probes.ts';
import { type WatchRequest, watch } from '../../src/steps/watch/watch.ts';
import { type FakeSourceOptions, fakeSource, randomCounts, seeded } from './fake-source.ts';
import { expectReplay } from './replays.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A service that a test watches, and what happens to it. */
export interface Scene {
  /** Requests a second of the whole service. */
  rps?: number;
  share?: number;
  /** Chance of a bad answer, by second since the shift. */
  candidate?: (second: number) => number;
  baseline?: (second: number) => number;
  /** Chance that an answer is a 4xx, by second. Undefined: the source does not tell them apart. */
  candidate4xx?: (second: number) => number;
  baseline4xx?: (second: number) => number;
  source?: FakeSourceOptions;
  request?: Partial<WatchRequest>;
  probes?: WatchProbes;
  /** The fraction of its requests that the candidate finishes. */
  quietCandidate?: number;
  /** The second of a minute at which the watch begins. */
  beginsAt?: number;
}

/** Watches one canary step of the scene on a clock that jumps. */
export async function run(scene: Scene) {
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
      const fresh = revision === 'new-2';
      const counts = fresh
        ? randomCounts(random, rps * now * (scene.quietCandidate ?? 1), candidate(second))
        : randomCounts(random, rps * (1 - now), baseline(second));
      const rate4xx = (fresh ? scene.candidate4xx : scene.baseline4xx)?.(second);
      if (rate4xx === undefined) return counts;
      return { ...counts, client: randomCounts(random, counts.total - counts.bad, rate4xx).bad };
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
  expectReplay({ evidence: { watch: result.evidence } }, result);
  return { result, request, lines, clock, source, log, seconds: (clock.now() - start) / 1000 };
}
