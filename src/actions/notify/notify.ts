import { endNote, type Note, startNote } from '../../domain/notify/note.ts';
import { userAgent } from '../../domain/product.ts';
import type { Report, Target } from '../../domain/report/report.ts';
import { createWebhooks } from '../../http/webhook.ts';
import type { Context } from '../../runner/context.ts';
import { notify } from '../../steps/notify/notify.ts';

/** Milliseconds that all webhooks together may take. A runner kills a cancelled step after seconds. */
const deadlineMs = 5000;
const cancelledMs = 1500;

const asDate = ({ clock }: Context): string => new Date(clock.now()).toISOString();

/** Tells the webhooks of `notify` that an action begins. Never throws. */
export const tellBegin = (context: Context, action: Note['action'], target: Target): Promise<void> =>
  tell(context, startNote(action, target, context.env, asDate(context)));

/** Tells them how it ended. Never throws. */
export async function tellEnd(context: Context, report: Report): Promise<void> {
  await tell(context, endNote(report, context.env, asDate(context)));
}

async function tell(context: Context, note: Note): Promise<void> {
  const { clock, log, signal, secrets, id, inputs } = context;
  const webhooks = createWebhooks(clock, userAgent(id));
  // Everything that leaves the action is redacted.
  const clean = secrets.redactAll(note);
  await notify({ webhooks, clock, log }, inputs.hooks, clean, signal.aborted ? cancelledMs : deadlineMs);
}
