import type { AlertPair } from '../../../src/domain/alerting/pairs.ts';
import type { AlertingRequest } from '../../../src/domain/alerting/request.ts';
import { burning, newHistory, remember } from '../../../src/domain/watch/policies.ts';

/** A stream of requests, minute by minute, with the restarts of the process that counts them. */
export interface Stream {
  service: string;
  target: number;
  minutes: { total: number; bad: number }[];
  /** Minutes at whose beginning the counters start from zero again. */
  restarts: ReadonlySet<number>;
}

/** A small generator with a seed (mulberry32), so that a stream that differs can be looked at again. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const targets = [0.95, 0.99, 0.995, 0.999];

const hides = (before: number, count: number) => before > 0 && count >= before;

/** Traffic of any size with quiet times, and failures that come, grow, and go. */
export function streamOf(seed: number, length: number): Stream {
  const next = random(seed);
  const target = targets[Math.floor(next() * targets.length)] as number;
  const rate = 10 ** (next() * 3);
  const minutes: Stream['minutes'] = [];
  const restarts = new Set<number>();
  let fails = 0;
  let quiet = 0;
  let value = { total: 0, bad: 0 };
  for (let minute = 0; minute < length; minute++) {
    if (next() < 0.01) fails = next() < 0.5 ? 0 : Math.min(1, (1 - target) * 40 * next() ** 2);
    if (next() < 0.005) quiet = Math.floor(next() * 40);
    const restarted = minute > 0 && next() < 0.004;
    const total = quiet-- > 0 ? 0 : Math.round(rate * (0.5 + next()));
    let bad = 0;
    for (let i = 0; i < total; i++) if (next() < fails) bad++;
    minutes.push({ total, bad });
    // A counter that has passed its old value before the next scrape hides its restart, and every Prometheus loses requests then.
    if (restarted && !hides(value.total, total) && !hides(value.bad, bad)) {
      restarts.add(minute);
      value = { total: 0, bad: 0 };
    }
    value = { total: value.total + total, bad: value.bad + bad };
  }
  return { service: `s${seed}`, target, minutes, restarts };
}

export const requestOf = ({ service, target }: Stream): AlertingRequest => ({
  ...{ slo: service, service, region: 'us-central1', windowSeconds: 30 * 86_400 },
  objectives: [
    {
      ...{ id: 'availability', kind: 'availability', target },
      prometheus: {
        total: 'requests_total{revision="$revision"}',
        bad: 'failures_total{revision="$revision"}',
      },
    },
  ],
});

/** Whether the domain's own rule fires at the end of each minute. */
export function burnsOf({ minutes }: Stream, pairs: readonly AlertPair[], limit: number): boolean[] {
  const history = newHistory();
  const longest = Math.max(...pairs.map(({ longSeconds }) => longSeconds));
  return minutes.map((counts, minute) => {
    const now = (minute + 1) * 60;
    remember(history, now, counts, longest);
    return burning(history, { limit, pairs, fewestBad: 0 }, now) !== undefined;
  });
}

/** The samples of a counter, which begins at zero and again after each restart. */
function samples({ minutes, restarts }: Stream, of: 'total' | 'bad'): string {
  let value = 0;
  const values = minutes.map((counts, minute) => {
    value = (restarts.has(minute) ? 0 : value) + counts[of];
    return value;
  });
  return [0, ...values].join(' ');
}

/** 1 if an alert must fire, 0 if it must not, 2 within one evaluation of a change. */
function expectation(burns: readonly boolean[]): string {
  const marks = burns.map((now, minute) => {
    const near = [burns[minute - 1] ?? false, burns[minute + 1] ?? now];
    return near.every((other) => other === now) ? Number(now) : 2;
  });
  return [0, ...marks].join(' ');
}

/** The input of promtool for one stream: its counters, and what its alerts have to do. */
export function inputOf(
  stream: Stream,
  burns: Readonly<Record<'page' | 'ticket', boolean[]>>,
): { series: string; values: string }[] {
  const { service } = stream;
  return [
    { series: `requests_total{revision="${service}-00001-abc"}`, values: samples(stream, 'total') },
    { series: `failures_total{revision="${service}-00001-abc"}`, values: samples(stream, 'bad') },
    ...(['page', 'ticket'] as const).map((severity) => ({
      series: `expected{service="${service}",severity="${severity}"}`,
      values: expectation(burns[severity]),
    })),
  ];
}
