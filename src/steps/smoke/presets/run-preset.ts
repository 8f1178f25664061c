import { explainUnreached, unreachedBy } from '../../../domain/invocation/unreached.ts';
import type { CheckFailure } from '../../../domain/smoke/failure.ts';
import { type CaseResult, statusOf } from '../../../domain/smoke/results/result.ts';
import type { PresetName } from '../../../domain/smoke/suite/schema/parts.ts';
import type { Called } from '../caller.ts';
import type { SmokeTarget } from '../ports.ts';
import { notRun, type Ran } from '../run-case.ts';
import { bomb, corruptThenGood, emptyBody, tooLarge, wrongType } from './bad-input.ts';
import { cacheCorrect } from './cache-correct.ts';
import { deniesAccessToken, deniesAnonymous, deniesExpiredToken, deniesWrongAudience } from './denials.ts';
import type { PresetContext, RunPreset } from './preset.ts';
import { concurrentEqualsSerial, deterministic } from './same-text.ts';

/** Sends nothing, because the first request of the run was already measured. */
const coldStart: RunPreset = async ({ caller, preset }) => {
  const seen = caller.coldMs;
  if (seen === undefined) return { kind: 'unknown', note: 'No request was answered.' };
  const what = `The first answer took ${Math.round(seen)} ms`;
  const late: CheckFailure = {
    check: 'preset',
    what: `${what}, allowed ${Math.round(preset.withinMs)} ms.`,
  };
  return { kind: 'ran', failures: seen > preset.withinMs ? [late] : [], called: [], note: `${what}.` };
};

const presets: Record<PresetName, RunPreset> = {
  'denies-anonymous': deniesAnonymous,
  'denies-access-token': deniesAccessToken,
  'denies-wrong-audience': deniesWrongAudience,
  'denies-expired-token': deniesExpiredToken,
  'corrupt-then-good': corruptThenGood,
  'empty-body': emptyBody,
  'wrong-type': wrongType,
  'too-large': tooLarge,
  'pixel-bomb': bomb,
  deterministic,
  'concurrent-equals-serial': concurrentEqualsSerial,
  'cold-start': coldStart,
  'cache-correct': cacheCorrect,
};

/** Whether a preset replaces the image of the case. A case that only sends an address cannot be used for it. */
export const sendsOwnImage = (name: PresetName) =>
  name === 'corrupt-then-good' || name === 'pixel-bomb' || name === 'cache-correct';

/** The first answer that the front end gave instead of the function. The denial presets expect 401 and 403. */
function unreachedIn(
  called: readonly Called[],
  denial: boolean,
  target: SmokeTarget,
): CaseResult['unreached'] {
  for (const { attempt } of called) {
    const by = attempt.answer && unreachedBy(attempt.answer, target);
    const expected = denial && (by === 'token' || by === 'invoker' || by === 'iap' || by === 'gateway');
    if (by && !expected) return { by, status: attempt.answer?.status ?? 0 };
  }
  return undefined;
}

/** Runs one preset and turns what it did into one result. */
export async function runPreset(context: PresetContext): Promise<Ran> {
  const { preset, item } = context;
  const { target } = context.request;
  if (sendsOwnImage(preset.name) && item.image.kind !== 'file') {
    const note = `The case ${item.name} sends an address instead of an image.`;
    return { result: notRun(preset, 'preset', 'skipped', note), answered: false };
  }
  const outcome = await presets[preset.name](context);
  if (outcome.kind !== 'ran') {
    const status = outcome.kind === 'skipped' ? 'skipped' : 'error';
    return { result: notRun(preset, 'preset', status, outcome.note), answered: false };
  }
  const { failures, called, note } = outcome;
  const last = called.at(-1)?.attempt;
  const unreachable = called.some(
    ({ attempt }) => attempt.none && ['dns', 'tls', 'refused', 'proxy'].includes(attempt.none.cause),
  );
  const unreached = unreachedIn(called, preset.name.startsWith('denies-'), target);
  const repeated = called.some(({ attempts }) => attempts.length > 1);
  return {
    answered: last?.answer !== undefined && unreached === undefined,
    result: {
      kind: 'preset',
      name: preset.name,
      place: preset.place,
      status: unreachable || unreached ? 'error' : statusOf(failures),
      unreached,
      flaky: repeated && failures.length === 0,
      attempts: called.flatMap(({ attempts }) => attempts),
      milliseconds: last?.answer?.milliseconds ?? last?.none?.milliseconds ?? 0,
      failures: unreached
        ? [
            {
              check: 'answer',
              what: explainUnreached(unreached.by, unreached.status, target.invocation).what,
            },
          ]
        : failures,
      note,
    },
  };
}
