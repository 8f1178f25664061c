import { isObject } from '../../domain/data/json.ts';
import type { Context } from '../../runner/context.ts';

const key = 'capacity';

/** Saved before anything is changed, so that the post step knows what to put back even if the main step is killed. */
export interface Begun {
  /** Id of the measurement. */
  id: string;
  /** projects/P/locations/L/services/S */
  service: string;
}

export const saveBegun = (context: Context, begun: Begun): void =>
  context.saveState(key, JSON.stringify(begun));

export function readBegun(context: Context): Begun | undefined {
  try {
    const value: unknown = JSON.parse(context.state(key));
    if (isObject(value) && typeof value.id === 'string' && typeof value.service === 'string')
      return { id: value.id, service: value.service };
  } catch {
    // The main step ended before it changed anything.
  }
  return undefined;
}
