import type { Fault } from './types.ts';

interface Armed {
  fault: Fault;
  seen: number;
  /** The time at which the first matching call failed, in milliseconds. */
  since: number | undefined;
}

/** The faults that tests asked for. Each counts its matching calls. Several may be armed; the first that fires wins. */
export class FaultBook {
  readonly #armed: Armed[] = [];

  add(fault: Fault): void {
    this.#armed.push({ fault, seen: 0, since: undefined });
  }

  clear(): void {
    this.#armed.length = 0;
  }

  list(): { fault: Fault; seen: number }[] {
    return this.#armed.map(({ fault, seen }) => ({ fault, seen }));
  }

  /**
   * Counts this call for every armed fault and returns the one that hits it, if any. A test may replace this method by
   * one that returns a promise, to hold a call until something has happened.
   */
  next(
    api: string,
    method: string,
    path: string,
    now: number,
    location = locationIn(path),
  ): Fault['fault'] | undefined | Promise<Fault['fault'] | undefined> {
    let hit: Fault['fault'] | undefined;
    for (const armed of this.#armed) {
      if (!matches(armed.fault, api, method, path, location)) continue;
      armed.seen += 1;
      if (hit || !fires(armed, now)) continue;
      armed.since ??= now;
      hit = armed.fault.fault;
    }
    return hit;
  }
}

function fires({ fault, seen, since }: Armed, now: number): boolean {
  const first = fault.nth ?? 1;
  if (seen < first) return false;
  if (fault.fault.forMs !== undefined) return since === undefined || now - since < fault.fault.forMs;
  return seen < first + (fault.times ?? 1);
}

/** The location of the resource that a path names. */
const locationIn = (path: string) => /\/locations\/([^/?:]+)/.exec(path)?.[1];

function matches(
  fault: Fault,
  api: string,
  method: string,
  path: string,
  location: string | undefined,
): boolean {
  if (fault.location !== undefined && fault.location !== location) return false;
  if (fault.api !== api && fault.api !== '*') return false;
  if (fault.method && fault.method.toUpperCase() !== method) return false;
  if (!fault.path) return true;
  const expression = /^\/(.+)\/$/.exec(fault.path);
  // A plain path such as /v1/token starts with a slash too, but does not end with one.
  return expression ? new RegExp(expression[1] as string).test(path) : path.includes(fault.path);
}
