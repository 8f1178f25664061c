import { jsonText } from '../../../domain/data/json.ts';
import { fold } from '../../../domain/ocr/units.ts';
import { readText, valueAt } from '../../../domain/smoke/answer-text.ts';
import { type CacheAnswers, judgeCache } from '../../../domain/smoke/cache.ts';
import type { CheckFailure } from '../../../domain/smoke/failure.ts';
import { freshImage, freshTypes } from '../../../domain/smoke/image/fresh.ts';
import { judge } from '../../../domain/smoke/judge.ts';
import { needsText } from '../../../domain/smoke/judge-text.ts';
import type { Attempt } from '../../../domain/smoke/retry.ts';
import type { SmokeCase } from '../../../domain/smoke/suite/model.ts';
import { type Called, createCaller } from '../caller.ts';
import type { PresetContext, PresetOutcome } from './preset.ts';

type Bytes = readonly Uint8Array[];
type Answers = CacheAnswers & { warm: string[] };
/** What is compared of an answer, as one text, or why nothing can be compared. */
type Seen = { answer: string; problem?: undefined } | { answer?: undefined; problem: string };

const failed = (what: string): CheckFailure => ({ check: 'preset', what });
const median = (times: readonly number[]) =>
  Math.round([...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0);

function seenIn(one: SmokeCase, attempt: Attempt, compare: readonly string[]): Seen {
  if (!attempt.answer) return { problem: attempt.none.what };
  const read = readText(attempt.answer, one.text);
  if (read.text === undefined) return { problem: read.problem };
  const values = compare.map((path) => jsonText(valueAt(read.json, path) ?? null));
  return { answer: JSON.stringify([fold(read.text, one.policy).trim(), ...values]) };
}

/** Sends variants, and keeps every call with its time. */
function createSender({ caller, preset, ports }: PresetContext) {
  const called: Called[] = [];
  const times: Record<'first' | 'repeated', number[]> = { first: [], repeated: [] };
  return {
    called,
    times: () =>
      `first answers after ${median(times.first)} ms, repeated ones after ${median(times.repeated)} ms`,
    async send(one: SmokeCase, instead: Bytes, kind: keyof typeof times): Promise<Seen> {
      const call = await caller.call(one, { instead });
      called.push(call);
      const { answer } = call.attempt;
      if (!answer) return { problem: `${one.name}: ${call.attempt.none.what}` };
      times[kind].push(answer.milliseconds);
      const [failure] = judge(one, answer, readText(answer, one.text), ports.match).failures;
      const seen: Seen = failure ? { problem: failure.what } : seenIn(one, call.attempt, preset.compare);
      return seen.problem === undefined ? seen : { problem: `${one.name}: ${seen.problem}` };
    },
  };
}

/** What the revision that serves answers to the same bytes. It is not judged: whatever it answers may now be in a cache. */
async function askChampion(
  { caller: own, ports, preset, request }: PresetContext,
  all: readonly SmokeCase[],
  instead: Bytes,
) {
  if (!request.champion) return [];
  const caller = createCaller(
    ports,
    { ...request, target: request.champion, deadlineMs: own.timeLeft() },
    () => 'the revision that serves',
  );
  const answers: (string | undefined)[] = [];
  for (const one of all)
    answers.push(seenIn(one, (await caller.call(one, { instead })).attempt, preset.compare).answer);
  return answers;
}

/**
 * Sends one image with different languages, options or models, first with bytes that no cache knows, and then twice with bytes that all of
 * them share. A cache may answer, but only with what belongs to the request. If the revision that serves is known, it gets the shared bytes
 * first: a cache that several revisions share then holds the answers of its model.
 */
export async function cacheCorrect(context: PresetContext): Promise<PresetOutcome> {
  const { caller, item, preset } = context;
  const image = await caller.image(item);
  const newBytes = () => freshImage(image, crypto.randomUUID());
  const shared = newBytes();
  if (shared === undefined)
    return {
      kind: 'skipped',
      note: `The bytes of ${item.name} cannot be changed: it is none of ${freshTypes}.`,
    };
  const { send, called, times } = createSender(context);
  const all = [item, ...preset.variants];
  const answers: Answers[] = [];
  for (const one of all) {
    const { answer, problem } = await send(one, newBytes() ?? shared, 'first');
    if (answer === undefined)
      return { kind: 'ran', failures: [failed(`Without a cache, ${problem}`)], called };
    answers.push({ name: one.name, cold: answer, judged: needsText(one), warm: [] });
  }
  const champion = await askChampion(context, all, shared);
  const failures: CheckFailure[] = [];
  for (const kind of ['first', 'repeated'] as const)
    for (const [i, own] of answers.entries()) {
      own.champion = champion[i];
      const { answer, problem } = await send(all[i] ?? item, shared, kind);
      if (answer === undefined) failures.push(failed(`With an image that others have sent, ${problem}`));
      else own.warm.push(answer);
    }
  const judged = judgeCache(answers);
  failures.unshift(...judged.wrong.map(failed));
  for (const i of failures.length > 0 ? [] : judged.unexplained) {
    const own = answers[i];
    const again = await send(all[i] ?? item, newBytes() ?? shared, 'first');
    if (again.answer !== own?.cold)
      return {
        kind: 'unknown',
        note: `${own?.name} is answered differently each time, also without a cache, so nothing can be compared.`,
      };
    failures.push(failed(`${own?.name} got an answer with a warm cache that it never gets without one.`));
  }
  if (failures.length === 0 && judged.blind.length > 0)
    return {
      kind: 'unknown',
      note: `${judged.blind.join(', ')} gets the answer of ${item.name} without a cache too, so a missing part of the key would not show. Take an image that it reads differently, or say under expect what is right.`,
    };
  const silent =
    champion.length > 0 && champion.every((answer) => answer === undefined)
      ? '; the revision that serves gave no text, so nothing is known about the model in the key'
      : judged.note;
  return { kind: 'ran', failures, called, note: `${times()}${silent}` };
}
