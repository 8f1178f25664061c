import type { Labels } from '../../domain/slo/selector.ts';
import type { Sample, Series } from './answer.ts';

/** By how much a counter grew between two samples (seconds since the epoch). */
export interface Increment {
  from: number;
  to: number;
  count: number;
}

/** The samples of a series. */
export const targetOf = ({ instance = '', job = '' }: Labels) => `${job}\n${instance}`;

/**
 * The moments at which each target was scraped, from one answer. They distinguish a series that began just now from one that is only seen
 * for the first time and whose value includes its whole past.
 */
export class Scrapes {
  readonly #targets = new Map<string, Series[]>();

  constructor(all: readonly Series[]) {
    for (const one of all) {
      const target = targetOf(one.labels);
      this.#targets.set(target, [...(this.#targets.get(target) ?? []), one]);
    }
  }

  /**
   * The moment of the scrape before `first`, if the series was provably absent then: another series of its target has a
   * sample before and one at (or after) that moment. If a series of the same name ended in between, this one continues
   * it under other labels, so it has a past.
   */
  beganAfter(series: Series, first: Sample): number | undefined {
    const others = (this.#targets.get(targetOf(series.labels)) ?? []).filter(({ key }) => key !== series.key);
    const before = others
      .filter(({ samples }) => (samples.at(-1)?.at ?? 0) >= first.at)
      .map(({ samples }) => samples.findLast(({ at }) => at < first.at)?.at ?? Number.NEGATIVE_INFINITY);
    const latest = Math.max(Number.NEGATIVE_INFINITY, ...before);
    if (!Number.isFinite(latest)) return undefined;
    const continued = others.some(({ labels, samples }) => {
      const end = samples.at(-1)?.at ?? first.at;
      return labels.__name__ === series.labels.__name__ && end < first.at && end >= latest - 1;
    });
    return continued ? undefined : latest;
  }
}

/**
 * Follows counters by their raw samples. A value that falls means a restart, so the new value was counted since then. A
 * series that was there before the start begins at its last earlier value. One that appears later begins at zero if it
 * provably began between two scrapes of its target (a program makes the counter of an error at the first one); else it
 * begins at its first value, because nothing says which of those requests came before the watch.
 */
export class CounterTrack {
  readonly #last = new Map<string, Sample>();
  readonly #since: number;

  /** @param since seconds since the epoch */
  constructor(since: number) {
    this.#since = since;
  }

  /** The increments that these samples add. They count as taken only once `keep` was called. */
  take(series: readonly Series[], scrapes: Scrapes): { increments: Increment[]; keep: () => void } {
    const increments: Increment[] = [];
    const ends = new Map<string, Sample>();
    for (const one of series) {
      let last = this.#last.get(one.key);
      for (const sample of one.samples) {
        if (last && sample.at <= last.at) continue;
        const began = last === undefined ? scrapes.beganAfter(one, sample) : undefined;
        const from = last ?? (began === undefined ? undefined : { at: began, value: 0 });
        if (sample.at > this.#since && from !== undefined) {
          const count = sample.value < from.value ? sample.value : sample.value - from.value;
          if (count > 0) increments.push({ from: Math.max(this.#since, from.at), to: sample.at, count });
        }
        last = sample;
      }
      if (last) ends.set(one.key, last);
    }
    const keep = () => {
      for (const [key, end] of ends) this.#last.set(key, end);
    };
    return { increments, keep };
  }
}
