import { type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { factsOf } from '../../domain/deploy/kind.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import type { ImageAnswer } from '../../domain/image/image.ts';
import { type InstanceSize, sizeProblems } from '../../domain/preflight/limits.ts';
import type { CheckRow } from '../../domain/preflight/row.ts';
import type { PreflightUse } from '../../domain/preflight/use.ts';
import type { CallAnswer } from '../ports/preflight.ts';

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

const derivesCpu = ({ kind }: PreflightUse) => kind === undefined || factsOf(kind).api !== 'run';

export const sizeRows = (use: PreflightUse, live: JsonObject | undefined): CheckRow[] =>
  use.stages.has('Build')
    ? sizeProblems(use.asked, liveSize(live), derivesCpu(use)).map((problem) => ({
        need: { kind: 'size', problem },
        stage: 'Build',
        weight: 'stop',
        state: 'missing',
      }))
    : [];

const closed = new Set(['ALLOW_INTERNAL_ONLY', 'ALLOW_INTERNAL_AND_GCLB']);

const savedIngress = (live: JsonObject | undefined) => textOf(objectOf(live?.serviceConfig).ingressSettings);

/** True if the service keeps callers out by its ingress now, so that one call tells whether this runner is inside. */
export const isClosedNow = (use: PreflightUse, live: JsonObject | undefined): boolean =>
  (use.smoke || use.probes) && closed.has(savedIngress(live) ?? '');

/**
 * Internal ingress lets in neither the smoke test nor probes from outside. A call of the service as it is now settles it. Before
 * the first one, only the runner's own place speaks: a machine of GitHub's is outside, another one may be inside.
 */
export function ingressRows(
  use: PreflightUse,
  live: JsonObject | undefined,
  answer: CallAnswer | undefined,
): CheckRow[] {
  if (!use.smoke && !use.probes) return [];
  const ingress = use.ingress ?? savedIngress(live);
  if (ingress === undefined || !closed.has(ingress)) return [];
  const hosted = use.hosted === true;
  const needed = use.smoke ? 'stop' : 'warn';
  const row = (proved: boolean, rest: Pick<CheckRow, 'weight' | 'state'>): CheckRow[] => [
    {
      need: { kind: 'ingress', ingress, hosted, ...(proved ? { proved } : {}) },
      stage: 'Smoke test',
      ...rest,
    },
  ];
  // The front end looks at the ingress first: who is refused for a missing role has passed it.
  if (answer === 'function' || answer === 'invoker') return row(true, { weight: needed, state: 'ok' });
  if (answer === 'ingress') return row(true, { weight: needed, state: 'missing' });
  return row(false, { weight: hosted ? needed : 'note', state: 'missing' });
}

/** A function of the same name in another region: then `region` is more likely wrong than meant. */
export function elsewhereRows(elsewhere: Reading<string[]> | undefined): CheckRow[] {
  if (elsewhere?.ok !== true) return [];
  const regions = [...new Set(elsewhere.value)].sort();
  const state = regions.length > 0 ? 'missing' : 'ok';
  return [{ need: { kind: 'elsewhere', regions }, stage: 'State', weight: 'stop', state }];
}

/** The container image: is it there, may it be read, and does it run on Cloud Run? */
export function imageRows(image: string | undefined, found: Reading<ImageAnswer> | undefined): CheckRow[] {
  if (image === undefined || found === undefined) return [];
  const row = { stage: 'Build', weight: 'stop' } as const;
  if (!found.ok) return [{ ...row, need: { kind: 'image', image }, state: 'unknown', detail: found.detail }];
  const problem = found.value.ok ? undefined : found.value.problem;
  return [{ ...row, need: { kind: 'image', image, problem }, state: problem ? 'missing' : 'ok' }];
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
