import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Objective, PrometheusCounters } from '../../domain/slo/objective.ts';
import { overRevisions, parseSelector, type Selector, selectorText } from '../../domain/slo/selector.ts';
import { CountsUnusable } from '../../steps/ports/counts-refused.ts';

/** The counters of one objective: all requests, and either the bad ones or the good ones. */
export const counterNames = ['total', 'bad', 'good'] as const;
export type CounterName = (typeof counterNames)[number];

/**
 * Returns a function that gives an objective's counters: its own, else `defaults` if it is about availability. Throws
 * at once if any objective has none, so that the run does not watch for ten minutes before it says so.
 */
export function countersByObjective(
  objectives: readonly Objective[],
  defaults: PrometheusCounters | undefined,
): (id: string) => PrometheusCounters {
  const countersOf = (id: string): PrometheusCounters => {
    const objective = objectives.find((other) => other.id === id);
    const counters = objective?.prometheus ?? (objective?.kind === 'availability' ? defaults : undefined);
    if (counters) return counters;
    throw new ReleaseError('slo-invalid', {
      what: `The objective ${id} does not say which Prometheus counters to read.`,
      fix: 'Set prometheus_total and prometheus_bad, or name the counters in the SLO file.',
    });
  };
  for (const { id } of objectives) countersOf(id);
  return countersOf;
}

const escaped = (text: string) => text.replace(/[\\"]/g, '\\$&');

/** Fills in `$revision` and `$service`, escaped for a label value. */
export function fillSelector(selector: string, service: string, revision: string): string {
  return selector.replaceAll('$revision', escaped(revision)).replaceAll('$service', escaped(service));
}

/** Such as `http_requests_total{revision=~"ocr-[a-z0-9-]+"}`: the same counter over all revisions of the service. */
export function anyRevision(selector: string, service: string): Selector {
  return overRevisions(selectorOf(selector), service);
}

/** The same selector without these revisions. */
export function withoutRevisions(selector: string, service: string, except: readonly string[]): Selector {
  const over = anyRevision(selector, service);
  const own = selectorOf(selector).matchers.filter(({ value }) => value.includes('$revision'));
  const left = except.flatMap((revision) =>
    own.map(({ label, op, value }) => ({
      label,
      op: op === '=' ? ('!=' as const) : ('!~' as const),
      value: fillSelector(value, service, revision),
    })),
  );
  return { matchers: [...over.matchers, ...left] };
}

/** Throws if the text is more than a selector, because the watch reads the counter itself. */
export function selectorOf(text: string): Selector {
  const selector = parseSelector(text);
  if (selector) return selector;
  throw new CountsUnusable({
    what: `${text} is not the selector of a counter.`,
    why: 'The watch reads the counter itself, so functions, ranges, offsets and sums do not fit.',
    fix: 'Give a selector such as http_requests_total{revision="$revision"}.',
  });
}

const counted = (counters: PrometheusCounters) =>
  counterNames.flatMap((counter) => {
    const text = counters[counter];
    return text === undefined ? [] : [{ counter, text }];
  });

/** What is wrong with one counter, as a clause. */
export interface CounterProblem {
  /** The counter, under the name that the caller gave it. */
  place: string;
  problem: string;
}

/** Problems of an objective's counters that do not depend on which series exist. */
export function counterProblems(
  counters: PrometheusCounters,
  names: (counter: CounterName) => string,
): CounterProblem[] {
  const found: CounterProblem[] = [];
  const texts = new Map<string, CounterName>();
  for (const { counter, text } of counted(counters)) {
    const selector = parseSelector(text);
    if (selector === undefined) {
      found.push({
        place: names(counter),
        problem: `${text}: expected the selector of a counter, without functions, such as http_requests_total{revision="$revision"}`,
      });
      continue;
    }
    const place = names(counter);
    if (!selector.matchers.some(({ value }) => value.includes('$revision')))
      found.push({ place, problem: 'expected $revision in it, because each revision is counted separately' });
    if (
      counter !== 'total' &&
      selector.matchers.some(({ label, op, value }) => label === 'le' && op === '=' && value === '+Inf')
    )
      found.push({
        place,
        problem: 'the bucket le="+Inf" contains all requests; expected the bucket of a bound',
      });
    const same = texts.get(selectorText(selector));
    if (same) found.push({ place, problem: `expected another counter than ${names(same)}` });
    texts.set(selectorText(selector), counter);
  }
  return found;
}
