import { score } from '../ocr/score.ts';
import { comparable } from '../ocr/units.ts';
import { type Answer, readText } from './answer-text.ts';
import type { Failure } from './judge.ts';
import type { Attempt } from './retry.ts';
import type { SmokeCase } from './suite/model.ts';

const failed = (what: string): Failure[] => [{ check: 'preset', what }];

/** Frames and paths that show the inside of a server: Node (plain, in JSON, in HTML), Python, Java, Go. Linear in the text. */
const insides = [
  /(?:^|\n|\\n|>|;)[ \t]{0,20}at [^\n]{0,200}?[\w)]:\d{1,7}:\d{1,7}/,
  /Traceback \(most recent call last\)/,
  /File "\/[^"\n]{1,200}", line \d/,
  /\bat [\w.$]{3,100}\(\w{1,100}\.java:\d/,
  /goroutine \d{1,9} \[/,
  /\/(?:workspace|layers|node_modules)\/[\w.@-]{3}/,
];

/** Whether an answer gives the case's text away, or any text that is close to it. */
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

/** A request without the right to call must be refused, and must not be answered with the text all the same. */
export function judgeDenial(item: SmokeCase, attempt: Attempt, what: string): Failure[] {
  if (!attempt.answer) return failed(`A request with ${what} was not refused: ${attempt.none.what}`);
  const { answer } = attempt;
  if (answer.status !== 401 && answer.status !== 403)
    return failed(`A request with ${what} was answered with ${answer.status}, expected 401 or 403.`);
  return readsText(item, answer)
    ? failed(`A request with ${what} was answered with ${answer.status}, but the text is in the body.`)
    : [];
}

/** Bad input must be refused with 4xx (or one of `also`), never 5xx, and without showing the inside of the server. */
export function judgeRefusal(attempt: Attempt, what: string, also: readonly number[] = []): Failure[] {
  if (!attempt.answer) return failed(`${what} got no answer: ${attempt.none.what}`);
  const { answer } = attempt;
  const failures: Failure[] = [];
  const refused = (answer.status >= 400 && answer.status < 500) || also.includes(answer.status);
  if (!refused)
    failures.push({ check: 'preset', what: `${what} was answered with ${answer.status}, expected 4xx.` });
  const body = answer.body.slice(0, 100_000);
  const inside = insides.map((pattern) => pattern.exec(body)?.[0]).find((found) => found !== undefined);
  if (inside !== undefined)
    failures.push({
      check: 'preset',
      what: `The answer to ${what.toLowerCase()} shows the inside of the server: "${inside.trim().slice(0, 80)}".`,
    });
  return failures;
}
