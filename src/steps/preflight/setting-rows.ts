import { type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import { type InstanceSize, sizeProblems } from '../../domain/preflight/limits.ts';
import type { CheckRow } from '../../domain/preflight/row.ts';
import type { PreflightUse } from '../../domain/preflight/use.ts';

/** Rows about settings: what Google would refuse, or what would keep the smoke test away. */

const count = (value: unknown): number | undefined => {
  const number = Number(value);
  return value === undefined || value === null || Number.isNaN(number) ? undefined : number;
};

export function liveSize(live: JsonObject | undefined): InstanceSize | undefined {
  if (live === undefined) return undefined;
  const config = objectOf(live.serviceConfig);
  return {
    memory: textOf(config.availableMemory),
    cpu: textOf(config.availableCpu),
    concurrency: count(config.maxInstanceRequestConcurrency),
    min: count(config.minInstanceCount),
    max: count(config.maxInstanceCount),
  };
}

export const sizeRows = (use: PreflightUse, live: JsonObject | undefined): CheckRow[] =>
  use.stages.has('Build')
    ? sizeProblems(use.asked, liveSize(live)).map((problem) => ({
        need: { kind: 'size', problem },
        stage: 'Build',
        weight: 'stop',
        state: 'missing',
      }))
    : [];

const closed = new Set(['ALLOW_INTERNAL_ONLY', 'ALLOW_INTERNAL_AND_GCLB']);

/**
 * Internal ingress lets in neither the smoke test nor probes from outside. A runner of the user may be inside, and a
 * runner that does not say where it is proves nothing.
 */
export function ingressRows(use: PreflightUse, live: JsonObject | undefined): CheckRow[] {
  if (!use.smoke && !use.probes) return [];
  const ingress = use.ingress ?? textOf(objectOf(live?.serviceConfig).ingressSettings);
  if (ingress === undefined || !closed.has(ingress) || use.hosted === undefined) return [];
  const weight = use.hosted ? (use.smoke ? 'stop' : 'warn') : 'note';
  return [
    { need: { kind: 'ingress', ingress, hosted: use.hosted }, stage: 'Smoke test', weight, state: 'missing' },
  ];
}

/** A function of the same name in another region: then `region` is more likely wrong than meant. */
export function elsewhereRows(elsewhere: Reading<string[]> | undefined): CheckRow[] {
  if (elsewhere?.ok !== true) return [];
  const regions = [...new Set(elsewhere.value)].sort();
  const state = regions.length > 0 ? 'missing' : 'ok';
  return [{ need: { kind: 'elsewhere', regions }, stage: 'State', weight: 'stop', state }];
}

/** Google refuses to answer at all: the project does not exist, or this identity has nothing in it. */
export function projectRows(described: Reading<unknown>, granted: Reading<string[]>): CheckRow[] {
  const hidden =
    !granted.ok &&
    (granted.cause === 'denied' || granted.cause === 'absent') &&
    !described.ok &&
    described.cause === 'denied';
  if (!hidden) return [];
  return [
    { need: { kind: 'project' }, stage: 'State', weight: 'stop', state: 'missing', detail: granted.detail },
  ];
}
