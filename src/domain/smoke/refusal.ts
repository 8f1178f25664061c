import { score } from '../ocr/score.ts';
import { comparable } from '../ocr/units.ts';
import { type Answer, readText } from './answer-text.ts';
import type { CheckFailure } from './failure.ts';
import type { Attempt } from './retry.ts';
import type { SmokeCase } from './suite/model.ts';

const failure = (what: string): CheckFailure[] => [{ check: 'preset', what }];

/** Stack frames and paths that reveal server internals: Node (plain, in JSON, in HTML), Python, Java and Go. Each runs in linear time. */
const internals = [
  /(?:^|\n|\\n|>|;)[ \t]{0,20}at [^\n]{0,200}?[\w)]:\d{1,7}:\d{1,7}/,
  /Traceback \(most recent call last\)/,
  /File "\/[^"\n]{1,200}", line \d/,
  /\bat [\w.$]{3,100}\(\w{1,100}\.java:\d/,
  /goroutine \d{1,9} \[/,
  /\/(?:workspace|layers|node_modules)\/[\w.@-]{3}/,
];

/** Whether an answer reveals the text of the case, or a text that is close to it. */
export function readsText(item: SmokeCase, answer: Answer): boolean {
  const read = readText(answer, item.text);
  const text = read.text ?? answer.body;
  const needles = [...item.expect.contains, ...(item.expect.text === undefined ? [] : [item.expect.text])];
  const folded = comparable(text, { ...item.policy, whitespace: 'ignore' });
  if (
    needles.some(
      (needle) =>
        needle.trim() !== '' && folded.includes(comparable(needle, { ...item.policy, whitespace: 'ignore' })),
    )
  )
    return true;
  return (
    read.text !== undefined &&
    item.expect.text !== undefined &&
    item.expect.text !== '' &&
    score(item.expect.text, read.text, item.policy).cer < 0.5
  );
}

/** A request that has no right to call must get 401 or 403, and a body without the text of the image. */
export function judgeDenial(item: SmokeCase, attempt: Attempt, what: string): CheckFailure[] {
  if (!attempt.answer) return failure(`A request with ${what} was not refused: ${attempt.none.what}`);
  const { answer } = attempt;
  if (answer.status !== 401 && answer.status !== 403)
    return failure(`A request with ${what} was answered with ${answer.status}, expected 401 or 403.`);
  return readsText(item, answer)
    ? failure(
        `A request with ${what} was refused with ${answer.status}, but the body contains the text of the image.`,
      )
    : [];
}

/** Bad input must be refused with a 4xx (or a status in `also`), never with a 5xx, and without revealing server internals. */
export function judgeRefusal(attempt: Attempt, what: string, also: readonly number[] = []): CheckFailure[] {
  if (!attempt.answer) return failure(`The function did not answer ${what}: ${attempt.none.what}`);
  const { answer } = attempt;
  const failures: CheckFailure[] = [];
  const refused = (answer.status >= 400 && answer.status < 500) || also.includes(answer.status);
  if (!refused)
    failures.push({
      check: 'preset',
      what: `The function answered ${what} with ${answer.status}, expected a 4xx.`,
    });
  const body = answer.body.slice(0, 100_000);
  const inside = internals.map((pattern) => pattern.exec(body)?.[0]).find((found) => found !== undefined);
  if (inside !== undefined)
    failures.push({
      check: 'preset',
      what: `The answer to ${what} reveals server internals: "${inside.trim().slice(0, 80)}".`,
    });
  return failures;
}
