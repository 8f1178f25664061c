import { setTimeout as delay } from 'node:timers/promises';
import type { World } from '../../sandbox/core/state.ts';
import { functionState } from '../../sandbox/functions/model.ts';

/** Waits until a condition holds. The test's own time limit ends the wait. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(10);
}

/** Waits until an operation on the function is under way. */
export const operationUnderWay = (world: World, functionId: string): Promise<void> =>
  until(() => [...functionState(world).functions.values()].some((fn) => fn.id === functionId && fn.running));

interface HeldCall {
  api: string;
  method?: string;
  /** A part of the path. */
  path?: string;
  /** Which matching call is held, from 1. Default 1. */
  nth?: number;
}

/**
 * Holds one call to the sandbox until `ready` resolves. With this, a test puts two events in order by what happens and not
 * by how long something takes, which differs on a busy machine.
 */
export function holdCall({ faults }: World, call: HeldCall, ready: () => Promise<unknown>): void {
  const original = faults.next;
  let seen = 0;
  faults.next = (api, method, path, now) => {
    const matches =
      api === call.api &&
      (call.method === undefined || method === call.method) &&
      path.includes(call.path ?? '') &&
      ++seen === (call.nth ?? 1);
    if (!matches) return original.call(faults, api, method, path, now);
    faults.next = original;
    return ready().then(() => original.call(faults, api, method, path, now));
  };
}
