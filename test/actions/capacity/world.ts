import { runState } from '../../../sandbox/run/model.ts';
import { capacity } from '../../../src/actions/capacity/capacity.ts';
import { capacityPost } from '../../../src/actions/capacity/post.ts';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import type { Ran, ReleaseWorld, RunOptions } from '../../support/release-world.ts';

/** A service whose speed depends on its size, and measurements of it. */

const quick = { step_duration: '1s', duration: '1s', slo: 'none', smoke_suite: 'none', canary: 'none' };

/**
 * A call uses 60 ms of a CPU and waits 20 ms. At 20 calls a second, one instance that takes one call at a time cannot keep up; four can.
 */
export const landscape = { cpuMs: 60, ioMs: 20, threads: 1, baseMib: 200, callMib: 50, sigma: 0.05 };

export async function openService(world: ReleaseWorld, name: string, law: object = landscape): Promise<void> {
  const source = world.source(
    [{ status: 200, body: { text: 'ok' } }],
    'cpuMs' in law ? { landscape: law } : {},
  );
  const ran = await world.release(name, source, { inputs: quick });
  if (ran.report.outcome !== 'promoted') throw new Error(`${ran.report.reason}\n${ran.log.join('\n')}`);
}

export function inputsOf(world: ReleaseWorld, name: string, more: Record<string, string> = {}) {
  return {
    ...world.inputsFor('capacity', name),
    suite: world.suite(),
    latency_slo: '90%',
    latency_threshold: '500ms',
    rate: '20',
    cpu_choices: '1',
    memory_choices: '256Mi, 512Mi',
    concurrency_choices: '1',
    instance_choices: '1, 4',
    warm_up: '0s',
    measure_timeout: '5m',
    ...more,
  };
}

export const measureService = (
  world: ReleaseWorld,
  name: string,
  more: Record<string, string> = {},
  options: RunOptions = {},
): Promise<Ran<'capacity'>> =>
  world.run(capacity, { ...options, inputs: inputsOf(world, name, more), failedAs: 'capacity' });

export const postOf = (world: ReleaseWorld, name: string, main: { state: Record<string, string> }) =>
  world.run(capacityPost, { state: main.state, inputs: inputsOf(world, name), failedAs: 'capacity' });

/** Objects with their fields in one order: the order in which an API shows them says nothing. */
const ordered = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** What a measurement must leave as it was, to the byte. */
export async function stateOf(world: ReleaseWorld, name: string): Promise<string> {
  const service = await world.service(name);
  const { template, traffic, annotations, labels, scaling, ingress } = service?.raw ?? {};
  return JSON.stringify({ template, traffic, annotations, labels, scaling, ingress }, ordered);
}

export const trialsOf = (world: ReleaseWorld, name: string): string[] => {
  const service = [...runState(world.sandbox.world).services.values()].find(({ id }) => id === name);
  return [...(service?.revisions.keys() ?? [])].filter((revision) => revision.includes('-cap-'));
};

/** Every call from the n-th write on fails as if the process were dead: the write itself takes effect or not. */
export async function dies(
  world: ReleaseWorld,
  name: string,
  at: { write: number; took: boolean },
  more: Record<string, string> = {},
): Promise<Ran<'capacity'> & { reached: boolean }> {
  let dead = false;
  let writes = 0;
  const abort = new AbortController();
  const restore = world.onCalls(({ api, method, path }) => {
    if (dead) return { reset: 'before' };
    const changes =
      api === 'run' && (method === 'PATCH' || method === 'DELETE') && !/[?&]validateOnly=true/.test(path);
    if (!changes || ++writes < at.write) return undefined;
    dead = true;
    abort.abort(new ReleaseError('cancelled', { what: 'dead' }));
    return { reset: at.took ? 'after' : 'before' };
  });
  const ran = await measureService(world, name, more, { signal: abort.signal });
  restore();
  return { ...ran, reached: dead };
}
