import { readText } from '../../../domain/smoke/answer-text.ts';
import type { CheckFailure } from '../../../domain/smoke/failure.ts';
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
): Promise<{ failures: CheckFailure[]; called: Called }> {
  const called = await caller.call(item);
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

export const corruptThenGood = refusedThenGood('a corrupt image', async ({ caller, item }) => ({
  instead: [corrupt(await caller.image(item))],
}));

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
