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

  /** True if another counter of the same target began anew between these two moments, as all of them do if a program restarts. */
  hasRestarted(series: Series, from: number, to: number): boolean {
    const others = (this.#targets.get(targetOf(series.labels)) ?? []).filter(({ key }) => key !== series.key);
    return others.some(({ samples }) =>
      samples.some(
        ({ at, value }, n) =>
          at > from && at <= to && n > 0 && value < (samples[n - 1] as Sample).value * clearly,
      ),
    );
  }
}

/** A counter that falls below this part of its value has begun anew. No replica is so far behind another one. */
const clearly = 0.5;

/** A counter went back, although its program did not restart: another replica of the server answered, which is behind. */
export interface Flip {
  key: string;
  from: Sample;
  to: Sample;
}

/**
 * Why a counter fell. A program that restarts begins at zero, so its value is small, and all its counters fall at once. Servers that
 * keep two copies (Thanos, VictoriaMetrics) may answer from either one, and the second one may be a scrape behind.
 * `unclear`: the counter is so young or so busy that the value can be either one.
 */
function fallOf(series: Series, n: number, from: Sample, scrapes: Scrapes): 'restart' | 'flip' | 'unclear' {
  const sample = series.samples[n] as Sample;
  if (sample.value < from.value * clearly || scrapes.hasRestarted(series, from.at, sample.at))
    return 'restart';
  const fastest = series.samples.slice(1, n).reduce((most, { at, value }, index) => {
    const before = series.samples[index] as Sample;
    return Math.max(most, (value - before.value) / Math.max(1, at - before.at));
  }, 0);
  return sample.value <= 3 * fastest * (sample.at - from.at) ? 'unclear' : 'flip';
}

/**
 * Follows counters by their raw samples. A value that falls means a restart, so the new value was counted since then; or another replica
 * answered, and then nothing counts until the counter is above its old value again. A
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

  /**
   * The increments that these samples add. They count as taken only once `keep` was called. `flips` are counters that went back and have
   * not returned yet: what they counted is unknown, so nothing of this answer may count.
   */
  take(
    series: readonly Series[],
    scrapes: Scrapes,
  ): { increments: Increment[]; flips: Flip[]; keep: () => void } {
    const increments: Increment[] = [];
    const flips: Flip[] = [];
    const ends = new Map<string, Sample>();
    for (const one of series) {
      let last = this.#last.get(one.key);
      for (let n = 0; n < one.samples.length; n++) {
        let sample = one.samples[n] as Sample;
        if (last && sample.at <= last.at) continue;
        const began = last === undefined ? scrapes.beganAfter(one, sample) : undefined;
        const from = last ?? (began === undefined ? undefined : { at: began, value: 0 });
        let count = from === undefined ? 0 : sample.value - from.value;
        if (from !== undefined && count < 0) {
          const fall = fallOf(one, n, from, scrapes);
          count = fall === 'restart' ? sample.value : 0;
          if (fall === 'flip') {
            const back = one.samples.findIndex(({ value }, index) => index > n && value >= from.value);
            if (back < 0) {
              flips.push({ key: one.key, from, to: sample });
              break;
            }
            n = back;
            sample = one.samples[n] as Sample;
            count = sample.value - from.value;
          }
        }
        if (sample.at > this.#since && from !== undefined && count > 0)
          increments.push({ from: Math.max(this.#since, from.at), to: sample.at, count });
        last = sample;
      }
      if (last) ends.set(one.key, last);
    }
    const keep = () => {
      for (const [key, end] of ends) this.#last.set(key, end);
    };
    return { increments, flips, keep };
  }
}
