import { readText } from '../../../domain/smoke/answer-text.ts';
import type { CheckFailure } from '../../../domain/smoke/failure.ts';
import type { Called } from '../caller.ts';
import type { PresetContext, RunPreset } from './preset.ts';

/** Presets that send the same image several times and expect the same text every time. */

/** Compares the texts of several requests. It is a failure if one has no text or if two differ. */
function compareTexts({ item }: PresetContext, calls: readonly Called[], what: string): CheckFailure[] {
  const failure = (detail: string): CheckFailure[] => [{ check: 'preset', what: `${what}: ${detail}` }];
  const texts = new Set<string>();
  for (const { attempt } of calls) {
    if (!attempt.answer) return failure(attempt.none.what);
    if (attempt.answer.status !== 200) return failure(`The answer was ${attempt.answer.status}.`);
    const read = readText(attempt.answer, item.text);
    if (read.text === undefined) return failure(read.problem);
    texts.add(read.text);
  }
  if (texts.size <= 1) return [];
  const [first = '', second = ''] = texts;
  const shown = (text: string) => `"${text.replace(/\s+/g, ' ').slice(0, 60)}"`;
  return failure(
    `${texts.size} different texts from one image, such as ${shown(first)} and ${shown(second)}.`,
  );
}

export const deterministic: RunPreset = async (context) => {
  const { caller, item, preset } = context;
  const called: Called[] = [];
  for (let i = 0; i < preset.times; i++) called.push(await caller.call(item));
  const failures = compareTexts(context, called, `${preset.times} requests one after the other`);
  return { kind: 'ran', failures, called };
};

export const concurrentEqualsSerial: RunPreset = async (context) => {
  const { caller, item, preset } = context;
  const serial = await caller.call(item);
  const together = await Promise.all(Array.from({ length: preset.times }, () => caller.call(item)));
  const called = [serial, ...together];
  return {
    kind: 'ran',
    failures: compareTexts(context, called, `${preset.times} requests at a time`),
    called,
  };
};
