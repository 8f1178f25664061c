import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { trafficRules } from '../../domain/findings/rules/traffic.ts';
import type { RecordedAnswer } from '../../domain/traffic/outside/settings.ts';
import type { Clock } from '../ports/clock.ts';
import type { Answer } from './prove-back.ts';

/** Compares how a function answers after a rollback with how it answered before the release: the same request both times. */

const hundreds = (status: number | undefined) => Math.floor((status ?? 0) / 100);

/** True if the function itself answered with the same kind of status, or if the front end stopped both requests for the same reason. */
export const sameAnswer = (a: RecordedAnswer, b: RecordedAnswer): boolean =>
  a.answered === b.answered && a.by === b.by && hundreds(a.status) === hundreds(b.status);

/** A change of ingress or of the invoker check takes a while to reach every front end (milliseconds). */
const withinMs = 15_000;
const pauseMs = 1500;

/** Asks again for a while if the answer differs from the one before. Passes on what `ask` throws at the last try. */
export async function askUntilSame(
  clock: Clock,
  ask: () => Promise<Answer>,
  before: RecordedAnswer | undefined,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const end = clock.steady() + withinMs;
  for (;;) {
    const isLast = clock.steady() + pauseMs > end || before?.answered !== true;
    try {
      const answer = await ask();
      if (isLast || (before && sameAnswer(before, answer))) return answer;
    } catch (error) {
      if (isLast || signal?.aborted) throw error;
    }
    await clock.sleep(pauseMs, signal);
  }
}

/** A finding if the function answers in another way than before the release. */
export function differentAnswer(revision: string, before: RecordedAnswer, after: Answer): Finding[] {
  if (!before.answered || sameAnswer(before, after)) return [];
  return [
    {
      ...ofRule(trafficRules, 'answers-differently'),
      title: `${revision} does not answer as it did before the release: it answered ${before.status} then, and now ${after.text}.`,
      why: 'The same request was sent both times. Something that traffic does not carry has changed, for example ingress or who may call.',
      fix: after.fix ?? 'Compare the settings of the service with those of the last good release.',
      commands: after.commands,
    },
  ];
}
