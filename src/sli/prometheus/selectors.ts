import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Objective, PrometheusCounters } from '../../domain/slo/objective.ts';

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

/** The same counter over all revisions: `x="$revision"` becomes `x!=""`. */
export function anyRevision(selector: string, service: string): string {
  return fillSelector(selector.replace(/=~?\s*"\$revision"/g, '!=""'), service, '.*');
}
