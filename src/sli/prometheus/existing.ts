import { ReleaseError } from '../../domain/errors/errors.ts';
import { absenceOf, mayComeYet } from '../../domain/slo/absence.ts';
import { doubleOf } from '../../domain/slo/doubles.ts';
import { type Doubt, doubtFix, doubtText } from '../../domain/slo/doubt.ts';
import { voidExclusion } from '../../domain/slo/exclusion.ts';
import { metricOf } from '../../domain/slo/selector.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';
import type { Series } from './answer.ts';
import { type CounterName, selectorOf } from './selectors.ts';

/** The counters that exist, or that may be absent. Only for these does an absent series count as zero. All readers share this. */
export class ExistingCounters {
  readonly #known = new Set<string>();
  readonly #badOptional: boolean;

  /** @param badOptional the user says that the counter of bad requests need not exist */
  constructor(badOptional: boolean) {
    this.#badOptional = badOptional;
  }

  add(objective: string, counter: CounterName): void {
    this.#known.add(`${counter} ${objective}`);
  }

  has(objective: string, counter: CounterName): boolean {
    return (counter === 'bad' && this.#badOptional) || this.#known.has(`${counter} ${objective}`);
  }
}

/** The samples of one counter over all its revisions, as one look of a watch read them. */
export interface CounterAnswer {
  objective: string;
  counter: CounterName;
  selector: string;
  series: Series[];
}

/**
 * Throws if these answers are not counts: if a counter has never had a series, which is not the number 0, or if its series count a
 * request twice.
 */
export function requireCounts(answers: readonly CounterAnswer[], existing: ExistingCounters): void {
  for (const { objective, counter, selector, series } of answers) {
    const double = doubleOf(series);
    if (double) refuse({ objective, counter, selector, kind: 'double', double, fatal: true });
    if (series.length > 0) existing.add(objective, counter);
  }
  for (const answer of answers) {
    const { objective, counter, selector } = answer;
    const total = answers.find((other) => other.objective === objective && other.counter === 'total');
    if (total && total !== answer) requireExclusion(answer, total);
    if (existing.has(objective, counter)) continue;
    const counted = total?.series.some(({ samples }) => (samples.at(-1)?.value ?? 0) > 0);
    if (counter !== 'total' && !counted) continue;
    // The revisions of these series are those of the watch, so only the other conditions can fail.
    const { matchers } = selectorOf(selector);
    const wanted = { matchers: matchers.filter(({ value }) => !value.includes('$')) };
    const alike = total?.series.filter(({ labels }) => labels.__name__ === metricOf(wanted)) ?? [];
    const absence = absenceOf(
      wanted,
      alike.map(({ labels }) => labels),
    );
    // A program may make the counter of an error at the first one. Then its labels exist already.
    if (counter === 'bad' && mayComeYet(absence)) continue;
    const doubt: Doubt = { objective, counter, selector, kind: 'absent', absence, fatal: true };
    throw new ReleaseError('counts-unusable', { what: doubtText(doubt), fix: doubtFix(doubt) });
  }
}

/** A first release has no series at its first look, so its conditions are checked with its first counts. */
function requireExclusion({ objective, counter, selector }: CounterAnswer, total: CounterAnswer): void {
  const part = selectorOf(selector);
  const name = metricOf(part);
  const alike = total.series.map(({ labels }) => labels).filter((labels) => labels.__name__ === name);
  const absence = name === undefined ? undefined : voidExclusion(part, selectorOf(total.selector), alike);
  if (absence) refuse({ objective, counter, selector, kind: 'void', absence, fatal: true });
}

function refuse(doubt: Doubt): never {
  throw new CountsUnusable({ what: doubtText(doubt), fix: doubtFix(doubt) });
}
