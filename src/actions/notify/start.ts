import type { Note } from '../../domain/notify/note.ts';
import type { Target } from '../../domain/report/report.ts';
import type { Context } from '../../runner/context.ts';

/**
 * Tells the webhooks of `notify` that an action begins, if there are any. Nobody waits for it, and its code is loaded only then, so that a
 * start without webhooks stays fast.
 */
export function tellStart(context: Context, action: Note['action'], target: Target): void {
  if (context.inputs.hooks.length === 0) return;
  void import('./notify.ts').then(({ tellBegin }) => tellBegin(context, action, target));
}
