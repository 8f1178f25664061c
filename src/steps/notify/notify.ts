import { bodyOf } from '../../domain/notify/body.ts';
import type { Hook } from '../../domain/notify/hook.ts';
import type { Note } from '../../domain/notify/note.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { HookAnswer, Webhooks } from './ports.ts';

export interface NotifyPorts {
  webhooks: Webhooks;
  clock: Pick<Clock, 'steady' | 'sleep'>;
  log: Pick<Log, 'line' | 'debug'>;
}

const usualPauseMs = 500;

/**
 * Tells every webhook at once. Never throws and takes no longer than the deadline, because no release may fail or wait for a chat. What
 * a webhook did not take is one line of the log.
 */
export async function notify(
  { webhooks, clock, log }: NotifyPorts,
  hooks: readonly Hook[],
  note: Note,
  deadlineMs: number,
): Promise<void> {
  const deadline = clock.steady() + deadlineMs;
  await Promise.all(
    hooks.map(async (hook) => {
      const body = JSON.stringify(bodyOf[hook.kind](note));
      const name = `${hook.kind} at ${hook.host}`;
      let why = whyNot(undefined);
      try {
        why = whyNot(await sendTwice(webhooks, clock, hook, body, deadline));
      } catch (error) {
        why = (error as Error).message;
      }
      if (why === undefined) log.debug(`${name} was told that the ${note.action} ${note.event}.`);
      else
        log.line(
          `  Not told that the ${note.action} ${note.event}: ${name}, ${why}. The result does not depend on it.`,
        );
    }),
  );
}

/** One repetition, if the webhook asks to come back later or failed itself, and if that is still within the deadline. */
async function sendTwice(
  webhooks: Webhooks,
  clock: NotifyPorts['clock'],
  hook: Hook,
  body: string,
  deadline: number,
): Promise<HookAnswer> {
  const first = await webhooks.post(hook, body, deadline - clock.steady());
  if (first.status === undefined || !(first.status === 429 || first.status >= 500)) return first;
  const pause = first.retryAfterMs ?? usualPauseMs;
  if (clock.steady() + pause >= deadline) return first;
  await clock.sleep(pause);
  const left = deadline - clock.steady();
  return left > 0 ? webhooks.post(hook, body, left) : first;
}

/** Undefined if the webhook took the message. */
function whyNot(answer: HookAnswer | undefined): string | undefined {
  if (answer === undefined) return 'nothing was sent';
  if (answer.status === undefined) return answer.why;
  if (answer.status >= 200 && answer.status < 300) return undefined;
  if (answer.status >= 300 && answer.status < 400)
    return `which answered ${answer.status}: a redirect is not followed`;
  return `which answered ${answer.status}`;
}
