import { readText } from '../../../domain/smoke/answer-text.ts';
import type { CheckFailure } from '../../../domain/smoke/failure.ts';
import { freshImage } from '../../../domain/smoke/image/fresh.ts';
import { corrupt, pixelBomb } from '../../../domain/smoke/image/hostile.ts';
import { judge } from '../../../domain/smoke/judge.ts';
import { judgeRefusal } from '../../../domain/smoke/refusal.ts';
import type { Attempt } from '../../../domain/smoke/retry.ts';
import type { Called, Override } from '../caller.ts';
import type { PresetContext, RunPreset } from './preset.ts';

/** Presets that send bad input. The function must refuse it, and must still read a good image afterwards. */

/** Sends the case as it is. A failure says what went wrong `after` the bad input. */
async function stillGood(
  { caller, item, ports }: PresetContext,
  after: string,
  instead?: readonly Uint8Array[],
): Promise<{ failures: CheckFailure[]; called: Called }> {
  const called = await caller.call(item, { instead });
  const { answer, none } = called.attempt;
  const wrong = answer
    ? judge(item, answer, readText(answer, item.text), ports.match).failures[0]?.what
    : none.what;
  const what = `After ${after}, a good image failed: ${wrong}`;
  return { called, failures: wrong === undefined ? [] : [{ check: 'preset', what }] };
}

const refusedThenGood =
  (
    what: string,
    overrideOf: (context: PresetContext) => Promise<Override>,
    judgeInput: (attempt: Attempt, what: string) => CheckFailure[] = judgeRefusal,
  ): RunPreset =>
  async (context) => {
    const refused = await context.caller.call(context.item, await overrideOf(context));
    const good = await stillGood(context, what);
    return {
      kind: 'ran',
      failures: [...judgeInput(refused.attempt, what), ...good.failures],
      called: [refused, good.called],
    };
  };

/**
 * The corrupt image is the beginning of the good one. In a suite with `fresh`, no cache knows either of them, and both have the same new
 * bytes in front: a cache with a key that lacks the rest of the content, and that keeps failures, then serves the failure for the good one.
 */
export const corruptThenGood: RunPreset = async (context) => {
  const { caller, item } = context;
  const image = await caller.image(item);
  const whole = item.fresh ? freshImage(image, crypto.randomUUID()) : undefined;
  const what = 'a corrupt image';
  const refused = await caller.call(item, { instead: [corrupt(whole ? Buffer.concat(whole) : image)] });
  const good = await stillGood(context, what, whole);
  const called = [refused, good.called];
  if (whole && good.failures.length > 0) {
    const other = await stillGood(context, what);
    called.push(other.called);
    if (other.failures.length === 0)
      good.failures = [
        {
          check: 'preset',
          what: `${good.failures[0]?.what} Another copy of it is read: a failure is kept in a cache whose key lacks the whole content.`,
        },
      ];
  }
  return { kind: 'ran', failures: [...judgeRefusal(refused.attempt, what), ...good.failures], called };
};

export const emptyBody = refusedThenGood('an empty body', async () => ({ body: 'none' }));

export const wrongType = refusedThenGood('a text instead of an image', async () => ({
  body: { parts: ['This is not an image.'], image: [] },
  contentType: 'text/plain',
}));

/** A server may close the connection instead of reading a body that it does not want. That is a refusal too. */
export const tooLarge = refusedThenGood(
  'a body that is too large',
  async ({ preset }) => ({ body: { zeros: preset.bytes }, retries: 0 }),
  (attempt, what) => (attempt.none?.cause === 'reset' ? [] : judgeRefusal(attempt, what)),
);

/** The function may read such an image or refuse it, but within the time limit. */
export const bomb: RunPreset = async (context) => {
  const { caller, item, preset } = context;
  const instead = [pixelBomb(preset.pixels)];
  const called = await caller.call(item, { instead, timeoutMs: preset.withinMs, retries: 0 });
  const what = `an image of ${preset.pixels} x ${preset.pixels} pixels`;
  const late = called.attempt.none?.cause === 'timeout';
  const failures: CheckFailure[] = late
    ? [
        {
          check: 'preset',
          what: `The function did not answer ${what} within ${preset.withinMs / 1000} s.`,
        },
      ]
    : judgeRefusal(called.attempt, what, [200]);
  const good = await stillGood(context, what);
  return { kind: 'ran', failures: [...failures, ...good.failures], called: [called, good.called] };
};
