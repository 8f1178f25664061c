import { bucketMembers, desired } from '../../domain/setup/desired.ts';
import { type Leave, planOf, type SetupPlan, toWrite } from '../../domain/setup/plan.ts';
import type { Resource } from '../../domain/setup/resource.ts';
import { undoPlan } from '../../domain/setup/undo.ts';
import { rights, type SetupWish } from '../../domain/setup/wish.ts';
import type { Log } from '../ports/log.ts';
import { apply } from './apply.ts';
import { observeAll } from './observe.ts';
import type { ProjectFacts, SetupPlace } from './ports.ts';

export interface SetupPorts {
  places: readonly SetupPlace[];
  project: Pick<ProjectFacts, 'ownAccounts' | 'bucketsOf'>;
  log: Log;
}

export interface SetupOptions {
  wish: SetupWish;
  leave: Leave;
  undo: boolean;
  apply: boolean;
}

export interface SetupEnd {
  /** What was found before anything was written. */
  plan: SetupPlan;
  written: number;
  /** What is left after the writes, from a second look. Undefined if nothing was written. */
  left: SetupPlan | undefined;
}

/**
 * Reads everything, plans, and writes if it may. With APIs that were off, much of a project looks empty, so they are
 * switched on first and everything is read again. After the writes, everything is read once more.
 */
export async function setUp(
  ports: SetupPorts,
  options: SetupOptions,
  signal?: AbortSignal,
): Promise<SetupEnd> {
  const wish = options.undo ? await everythingOf(ports, options.wish, signal) : options.wish;
  const resources = desired(wish);
  const plan = await look(ports, resources, options, signal);
  if (!options.apply) return { plan, written: 0, left: undefined };
  let written = 0;
  let rest = plan;
  const apis = options.undo ? [] : plan.filter(({ resource }) => resource.kind === 'api');
  if (toWrite(apis).length > 0) {
    written += await apply(ports.places, apis, ports.log, signal);
    rest = await look(
      ports,
      resources.filter(({ kind }) => kind !== 'api'),
      options,
      signal,
    );
  }
  written += await apply(ports.places, rest, ports.log, signal);
  const left = written === 0 ? undefined : await look(ports, resources, options, signal);
  return { plan, written, left };
}

/** An undo takes away what an earlier run made, also if it is not told again what that run was asked for. */
async function everythingOf(
  { project, log }: SetupPorts,
  wish: SetupWish,
  signal?: AbortSignal,
): Promise<SetupWish> {
  const all: SetupWish = { ...wish, may: rights };
  const found = await project.bucketsOf(wish.project, bucketMembers(all), signal);
  if (found === undefined)
    log.warning(
      'Not every bucket of the project could be read. Grants on a bucket that no flag names stay there. They let nobody in once their accounts are gone.',
    );
  const named = Object.values(wish.buckets).flat();
  const buckets = [...new Set([...named, ...(found ?? [])])].sort();
  return { ...all, buckets: { drill: buckets, copies: buckets, models: buckets, pipelines: buckets } };
}

async function look(
  { places, project }: SetupPorts,
  resources: readonly Resource[],
  { leave, undo, wish }: SetupOptions,
  signal?: AbortSignal,
): Promise<SetupPlan> {
  const observed = await observeAll(places, resources, signal);
  if (!undo) return planOf(resources, observed, leave);
  return undoPlan(resources, observed, await project.ownAccounts(wish.project, signal));
}
