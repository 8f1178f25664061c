import { clientsOf, startWatch } from '../../src/domain/watch/state.ts';
import { judgeLook } from '../../src/steps/watch/judge.ts';
import { type ClientScene, clientScenes } from './client-scenes.ts';
import { poisson, type Random, random } from './random.ts';
import { limit, pollSeconds } from './scenes.ts';

/** A canary step, or 100 %, lasts as long as by default. */
const watchSeconds = 600;
const lag = 10;

interface Result {
  scene: ClientScene;
  trials: number;
  /** Watches that ended by 4xx: taken back while traffic is split, held at 100 %. */
  ended: number;
  seconds: number[];
}

/** A watch asks how the five minutes were that ended five minutes before its first shift. */
const beforeSeconds = 600;
const allSeconds = beforeSeconds + watchSeconds;

/** The traffic of one caller's bursts by second, as a multiple of the usual one. */
function bursts(scene: ClientScene, next: Random): number[] {
  const seconds = new Array<number>(allSeconds).fill(0);
  if (!scene.burst) return seconds;
  const { times, meanSeconds, everySeconds } = scene.burst;
  const wait = (mean: number) => -mean * Math.log(1 - next());
  // The time begins at any moment, so it may begin within a burst.
  let inside = next() < meanSeconds / (meanSeconds + everySeconds);
  for (let t = 0; t < allSeconds; inside = !inside) {
    const end = t + wait(inside ? meanSeconds : everySeconds);
    if (inside) for (let s = Math.floor(t); s < Math.min(end, allSeconds); s++) seconds[s] = times;
    t = end;
  }
  return seconds;
}

/** The seconds after which 4xx end a watch. Undefined if they do not. Objectives are kept, so nothing else ends it. */
function watchOnce(scene: ClientScene, next: Random): number | undefined {
  const { share, rps } = scene;
  const full = share >= 1;
  const plan = {
    tests: [{ objective: 'availability', limit, stream: 'users' as const }],
    ...{ alpha: 0.001, splitSeconds: watchSeconds, fullSeconds: watchSeconds, clients: true as const },
  };
  const state = startWatch(plan, 0);
  const callers = bursts(scene, next);
  const drawn = (mean: number, rate: number, extra: number) => {
    const usual = poisson(next, mean * (1 - rate));
    const client = poisson(next, mean * rate) + poisson(next, extra);
    return { total: usual + client, client, failed: 0 };
  };
  const extraIn = (from: number, seconds: number) =>
    rps *
    callers.slice(beforeSeconds + from, beforeSeconds + from + seconds).reduce((sum, one) => sum + one, 0);
  const { before = 1 } = scene;
  if (before !== 'unknown')
    clientsOf(state).before = {
      ...drawn((rps * 300) / before, scene.baseline, extraIn(-600, 300)),
      seconds: 300,
    };
  const phase = full ? ('full' as const) : ('split' as const);
  const request = {
    phase,
    baseline: full ? undefined : 'old',
    rule: undefined,
    policy: {},
    until: undefined,
  };
  for (let t = pollSeconds; t <= watchSeconds + lag; t += pollSeconds) {
    const cells = [];
    const from = t - lag - pollSeconds;
    if (from >= 0) {
      const extra = extraIn(from, pollSeconds);
      const mean = rps * pollSeconds;
      cells.push({
        ...{ phase, share: full ? undefined : share },
        candidate: drawn(mean * share, scene.candidate, extra * share),
        baseline: drawn(mean * (1 - share), scene.baseline, extra * (1 - share)),
      });
    }
    const decision = judgeLook(request, state, {
      ...{ seconds: t, cells: [], dwell: t, lag, ended: t >= watchSeconds + lag, withheld: true },
      clients: { cells, horizon: Math.max(0, t - lag) },
    });
    if (decision.clientErrors) return t;
  }
  return undefined;
}

/** Simulates every scene about 4xx. `trials` holds how many watches a scene of each kind gets. */
export function simulateClients(
  trials: { healthy: number; bad: number },
  seed: number,
  only?: RegExp,
): Result[] {
  return clientScenes().flatMap((scene, index) => {
    if (only && !only.test(`4xx ${scene.name} ${scene.rps} rps share ${scene.share}`)) return [];
    const next = random(seed * 1000 + 500 + index * 7);
    const count = scene.kind === 'healthy' ? trials.healthy : trials.bad;
    const seconds: number[] = [];
    for (let trial = 0; trial < count; trial++) {
      const at = watchOnce(scene, next);
      if (at !== undefined) seconds.push(at);
    }
    seconds.sort((a, b) => a - b);
    return [{ scene, trials: count, ended: seconds.length, seconds }];
  });
}

const percent = ({ ended, trials }: Result) => {
  const value = (100 * ended) / trials;
  return value === 0 ? '0' : value.toFixed(value < 0.1 ? 3 : value < 10 ? 2 : 1);
};
const quantile = (sorted: readonly number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

const titles = {
  healthy: 'Healthy releases that 4xx end by mistake, %: taken back while traffic is split, held at 100 %',
  bad: 'Releases with too many 4xx: % ended · median seconds · 95th percentile',
  trade: 'A few more 4xx than before, so either is acceptable: % taken back',
} as const;

/** One Markdown table for each kind of scene. rps is the traffic of the whole service. */
export function clientTable(results: readonly Result[]): string[] {
  const lines: string[] = [];
  for (const kind of ['healthy', 'bad', 'trade'] as const) {
    const own = results.filter(({ scene }) => scene.kind === kind);
    if (own.length === 0) continue;
    lines.push(
      `### 4xx. ${titles[kind]}`,
      '',
      '| scene | share | rps of the service | ended |',
      '|:--|--:|--:|--:|',
    );
    for (const result of own) {
      const { scene, seconds } = result;
      const when =
        kind === 'bad' && seconds.length > 0
          ? ` · ${quantile(seconds, 0.5)} s · ${quantile(seconds, 0.95)} s`
          : '';
      lines.push(`| ${scene.name} | ${100 * scene.share} % | ${scene.rps} | ${percent(result)} %${when} |`);
    }
    lines.push('');
  }
  return lines;
}

/** What the table must show. A count above the bound is a miss only if chance does not explain it. */
export function clientChecks(results: readonly Result[]): { good: boolean; text: string }[] {
  const split = results.filter(({ scene }) => scene.kind === 'healthy' && scene.share < 1);
  const checks: { good: boolean; text: string }[] = [];
  if (split.length > 0) {
    const worst = split.reduce((a, b) => (b.ended / b.trials > a.ended / a.trials ? b : a));
    const mean = 0.001 * worst.trials;
    checks.push({
      good: worst.ended <= mean + 4 * Math.sqrt(mean),
      text: `4xx: healthy releases taken back while traffic is split: at most 0.1 % (worst ${percent(worst)} %: ${worst.ended} of ${worst.trials})`,
    });
  }
  const within = (name: string, rps: number, share: number, most: number) => {
    const found = results.find(
      ({ scene }) => scene.name === name && scene.rps === rps && scene.share === share,
    );
    if (!found) return;
    const median = quantile(found.seconds, 0.5) ?? Number.POSITIVE_INFINITY;
    checks.push({
      good: median <= most && found.ended === found.trials,
      text: `4xx: ${name} at ${100 * share} % and ${rps} rps: ${percent(found)} % ended, median ${median} s (${most} s)`,
    });
  };
  within('all 404', 1, 0.5, 60);
  within('20 % 404 after none', 10, 0.5, 60);
  within('all 404', 1, 1, 180);
  within('all 404', 10, 1, 180);
  return checks;
}
