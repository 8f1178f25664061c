import type { Context } from '../../runner/context.ts';

/** What the main step saves before its first write, so that the post step knows what to remove if the step is killed. */
const key = 'drill_run';

export const saveBegun = (context: Context, run: string): void => context.saveState(key, run);

const outKey = 'drill_out';

/** A region is being taken out of the load balancer, or is back. If the step is killed in between, the write may end after it. */
export const saveOut = (context: Context, isOut: boolean): void =>
  context.saveState(outKey, isOut ? 'out' : 'back');

export const readOut = (context: Context): boolean => context.state(outKey) === 'out';

/** Id of the main step's run. Empty if it began no restore. */
export const readBegun = (context: Context): string => context.state(key);
