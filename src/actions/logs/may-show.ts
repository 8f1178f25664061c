import { isObject } from '../../domain/data/json.ts';
import type { Context } from '../../runner/context.ts';
import { readEvent } from '../../runner/event.ts';

/** Whether messages of a log may be shown: what the user said, else whether strangers can read this run. */
export function mayShowText({
  inputs,
  env,
  onTerminal,
}: Pick<Context, 'inputs' | 'env' | 'onTerminal'>): boolean {
  const { repository } = readEvent(env);
  return inputs.logText ?? (onTerminal === true || (isObject(repository) && repository.private === true));
}
