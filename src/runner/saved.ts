import type { Context } from './context.ts';

/** The JSON that the main step saved under a name. Undefined if it saved none, because it ended before. */
export function savedJson(context: Pick<Context, 'state'>, name: string): unknown {
  try {
    return JSON.parse(context.state(name));
  } catch {
    return undefined;
  }
}
