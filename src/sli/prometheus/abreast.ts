import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Series } from './answer.ts';
import { targetOf } from './counter-track.ts';
import type { CounterName } from './selectors.ts';

interface Answer {
  objective: string;
  counter: CounterName;
  series: Series[];
}

/** One exporter may be this many seconds behind another. */
const mostSeconds = 90;

/**
 * Cuts the counters of an objective at the moment up to which all of them are known. Only counters of different targets can have
 * different moments. Without the cut, one that is late would be judged against too many or too few requests. Throws if one stays behind
 * while another rises.
 */
export function cutAbreast<A extends Answer>(answers: readonly A[]): A[] {
  const cuts = new Map(
    [...new Set(answers.map(({ objective }) => objective))].map((id) => [id, cutOf(answers, id)]),
  );
  return answers.map((answer) => {
    const cut = cuts.get(answer.objective) ?? Number.POSITIVE_INFINITY;
    if (!Number.isFinite(cut)) return answer;
    const series = answer.series.map((one) => ({
      ...one,
      samples: one.samples.filter(({ at }) => at <= cut),
    }));
    return { ...answer, series: series.filter(({ samples }) => samples.length > 0) };
  });
}

function cutOf(answers: readonly Answer[], objective: string): number {
  const own = answers.filter((answer) => answer.objective === objective);
  const total = own.filter(({ counter }) => counter === 'total').flatMap(({ series }) => series);
  const parts = own.filter(({ counter }) => counter !== 'total');
  const partSeries = parts.flatMap(({ series }) => series);
  const targets = new Set(total.map(({ labels }) => targetOf(labels)));
  const sameTargets = partSeries.some(({ labels }) => targets.has(targetOf(labels)));
  if (total.length === 0 || partSeries.length === 0 || sameTargets) return Number.POSITIVE_INFINITY;
  const cut = Math.min(newest(total), newest(partSeries));
  const risenAt = Math.max(...[...total, ...partSeries].map((one) => lastRise(one, cut)));
  if (risenAt - cut > mostSeconds)
    throw new ReleaseError('counts-unusable', {
      what: `The counter of ${newest(total) > cut ? (parts[0]?.counter ?? 'bad') : 'all'} requests is ${Math.round(risenAt - cut)} s behind the other one.`,
      why: 'It has other targets, and what it counted since then is unknown.',
      fix: 'Look at its targets in Prometheus, or raise prometheus_delay.',
    });
  return cut;
}

const newest = (series: readonly Series[]) =>
  Math.max(...series.map(({ samples }) => samples.at(-1)?.at ?? 0));

/** The last moment after `cut` at which a series rose; `cut` if none did. */
function lastRise({ samples }: Series, cut: number): number {
  for (let i = samples.length - 1; i > 0; i--) {
    const { at, value } = samples[i] as Series['samples'][number];
    if (at <= cut) break;
    if (value > (samples[i - 1]?.value ?? value)) return at;
  }
  return cut;
}
