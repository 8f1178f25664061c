import type { Context } from '../../runner/context.ts';

/** What the main step saves before its first write, so that the post step knows what to remove if the step is killed. */
const key = 'drill_run';

export const saveBegun = (context: Context, run: string): void => context.saveState(key, run);

/** Id of the main step's run. Empty if it began no restore. */
export const readBegun = (context: Context): string => context.state(key);
