import { objectOf } from '../../domain/data/json.ts';
import type { Context } from '../../runner/context.ts';
import { savedJson } from '../../runner/saved.ts';

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

/** Undefined if the main step ended before it changed anything. */
export function readBegun(context: Context): Begun | undefined {
  const { id, service } = objectOf(savedJson(context, key));
  return typeof id === 'string' && typeof service === 'string' ? { id, service } : undefined;
}
