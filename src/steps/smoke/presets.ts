import { slug } from '../../domain/product.ts';
import { readText } from '../../domain/smoke/answer-text.ts';
import type { CheckFailure, Failure } from '../../domain/smoke/failure.ts';
import { corrupt, pixelBomb } from '../../domain/smoke/hostile-image.ts';
import { judge } from '../../domain/smoke/judge.ts';
import { judgeDenial, judgeRefusal } from '../../domain/smoke/refusal.ts';
import { type CaseResult, statusOf } from '../../domain/smoke/results/result.ts';
import type { Attempt } from '../../domain/smoke/retry.ts';
import type { Preset, SmokeCase } from '../../domain/smoke/suite/model.ts';
import type { PresetName } from '../../domain/smoke/suite/schema-parts.ts';
import type { Called, Caller, Override } from './caller.ts';
import type { SmokePorts, SmokeRequest } from './ports.ts';

export interface PresetContext {
  caller: Caller;
  /** The case whose image and text are used. */
  item: SmokeCase;
  preset: Preset;
  ports: SmokePorts;
  request: SmokeRequest;
}

interface Outcome {
  failures: Failure[];
  called: Called[];
  note?: string | undefined;
  skipped?: boolean | undefined;
  /** Nothing was found out. */
  unknown?: boolean | undefined;
}

type Runner = (context: PresetContext) => Promise<Outcome>;

const encode = (value: object) =>
  btoa(JSON.stringify(value)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

/** Looks like Google's OAuth access tokens, and was issued by nobody: a real one is never sent to a function. */
const foreignAccessToken = `ya29.${slug}-smoke-test-not-a-token`;

/** The token's own claims with an `exp` in the past. Its signature no longer fits, which alone must be enough. */
function outdated(token: string, now: number): string {
  const [head = '', body = '', signature = ''] = token.split('.');
  let claims: object = {};
  try {
    claims = JSON.parse(atob(body.replace(/-/g, '+').replace(/_/g, '/'))) as object;
  } catch {
    // Not a JWT: what is sent then is one with nothing but times.
  }
  const seconds = Math.floor(now / 1000);
  return `${head}.${encode({ ...claims, iat: seconds - 7200, exp: seconds - 3600 })}.${signature}`;
}

const denial =
  (
    what: string,
    tokenOf: (context: PresetContext) => Promise<{ token: Override['token']; note?: string }>,
  ): Runner =>
  async (context) => {
    const { caller, item } = context;
    if (!caller.denials)
      return { failures: [], called: [], skipped: true, note: 'The target takes no token.' };
    const { token, note } = await tokenOf(context);
    const called = await caller.call(item, { token });
    return { failures: judgeDenial(item, called.attempt, what), called: [called], note };
  };

/** The function must still read the image after whatever was done to it. */
async function stillGood(
  { caller, item, ports }: PresetContext,
  after: string,
): Promise<{ failures: Failure[]; called: Called }> {
  const called = await caller.call(item);
  const { answer, none } = called.attempt;
  const wrong = answer
    ? judge(item, answer, readText(answer, item.text), ports.match).failures[0]?.what
    : none.what;
  return {
    called,
    failures:
      wrong === undefined
        ? []
        : [{ check: 'preset', what: `After ${after} a good image went wrong: ${wrong}` }],
  };
}

const refusalThenGood =
  (
    what: string,
    after: string,
    overrideOf: (context: PresetContext) => Promise<Override>,
    judgeIt = judgeRefusal,
  ): Runner =>
  async (context) => {
    const refused = await context.caller.call(context.item, await overrideOf(context));
    const good = await stillGood(context, after);
    return {
      failures: [...judgeIt(refused.attempt, what), ...good.failures],
      called: [refused, good.called],
    };
  };

/** A server may close the connection on a body that it does not want to read; it must live on all the same. */
function judgeTooLarge(attempt: Attempt, what: string): CheckFailure[] {
  return attempt.none?.cause === 'reset' ? [] : judgeRefusal(attempt, what);
}

const bomb: Runner = async (context) => {
  const { caller, item, preset } = context;
  const image = pixelBomb(preset.pixels);
  const called = await caller.call(item, { image, timeoutMs: preset.withinMs, retries: 0 });
  const what = `An image of ${preset.pixels} x ${preset.pixels} pixels`;
  const failures =
    called.attempt.none?.cause === 'timeout'
      ? [{ check: 'preset' as const, what: `${what} was not answered within ${preset.withinMs / 1000} s.` }]
      : judgeRefusal(called.attempt, what, [200]);
  const good = await stillGood(context, 'the pixel bomb');
  return { failures: [...failures, ...good.failures], called: [called, good.called] };
};

/** Texts of several requests; a failure where one is missing or they differ. */
async function sameTexts(context: PresetContext, calls: Called[], what: string): Promise<Failure[]> {
  const texts = new Set<string>();
  for (const { attempt } of calls) {
    if (!attempt.answer) return [{ check: 'preset', what: `${what}: ${attempt.none.what}` }];
    const read =
      attempt.answer.status === 200
        ? readText(attempt.answer, context.item.text)
        : { problem: `The answer was ${attempt.answer.status}.` };
    if (read.text === undefined) return [{ check: 'preset', what: `${what}: ${read.problem}` }];
    texts.add(read.text);
  }
  if (texts.size <= 1) return [];
  const [first = '', second = ''] = texts;
  const shown = (text: string) => `"${text.replace(/\s+/g, ' ').slice(0, 60)}"`;
  return [
    {
      check: 'preset',
      what: `${what}: ${texts.size} different texts from one image, such as ${shown(first)} and ${shown(second)}.`,
    },
  ];
}

const deterministic: Runner = async (context) => {
  const called: Called[] = [];
  for (let i = 0; i < context.preset.times; i++) called.push(await context.caller.call(context.item));
  return {
    called,
    failures: await sameTexts(context, called, `${context.preset.times} requests one after the other`),
  };
};

const concurrent: Runner = async (context) => {
  const serial = await context.caller.call(context.item);
  const together = await Promise.all(
    Array.from({ length: context.preset.times }, () => context.caller.call(context.item)),
  );
  return {
    called: [serial, ...together],
    failures: await sameTexts(context, [serial, ...together], `${context.preset.times} requests at a time`),
  };
};

const coldStart: Runner = async ({ caller, preset }) => {
  const seen = caller.coldMs;
  if (seen === undefined)
    return { failures: [], called: [], unknown: true, note: 'No request was answered.' };
  const note = `The first answer took ${Math.round(seen)} ms.`;
  const late =
    seen > preset.withinMs
      ? [
          {
            check: 'preset' as const,
            what: `${note.slice(0, -1)}, allowed ${Math.round(preset.withinMs)} ms.`,
          },
        ]
      : [];
  return { failures: late, called: [], note };
};

const runners: Record<PresetName, Runner> = {
  'denies-anonymous': denial('no token', async () => ({ token: 'none' })),
  'denies-access-token': denial('an access token', async () => ({ token: { bearer: foreignAccessToken } })),
  'denies-wrong-audience': denial('an ID token for another audience', async ({ caller }) => ({
    token: { bearer: await caller.idToken(`https://wrong-audience.${slug}.invalid`) },
  })),
  'denies-expired-token': denial('an expired ID token', async ({ caller, ports, request }) =>
    request.expiredToken !== undefined
      ? { token: { bearer: request.expiredToken } }
      : {
          token: { bearer: outdated(await caller.idToken(), ports.clock.now()) },
          note: 'Without the input expired_token, a token with a past date and so a broken signature was sent.',
        },
  ),
  'corrupt-then-good': refusalThenGood('A corrupt image', 'a corrupt image', async ({ caller, item }) => ({
    image: corrupt(await caller.image(item)),
  })),
  'empty-body': refusalThenGood('An empty body', 'an empty body', async () => ({ body: 'none' })),
  'wrong-type': refusalThenGood('A text instead of an image', 'a wrong type', async () => ({
    body: { parts: ['This is not an image.'], image: new Uint8Array(0) },
    contentType: 'text/plain',
  })),
  'too-large': refusalThenGood(
    'A body that is too large',
    'a body that was too large',
    async ({ preset }) => ({ body: { zeros: preset.bytes }, retries: 0 }),
    judgeTooLarge,
  ),
  'pixel-bomb': bomb,
  deterministic,
  'concurrent-equals-serial': concurrent,
  'cold-start': coldStart,
};

/** Presets that send an image of their own, so that a case that only names its image does not serve them. */
export const ownImage: ReadonlySet<PresetName> = new Set(['corrupt-then-good', 'pixel-bomb']);

/** One preset as one result. */
export async function runPreset(context: PresetContext): Promise<CaseResult> {
  const { preset } = context;
  const outcome: Outcome =
    ownImage.has(preset.name) && context.item.image.kind !== 'file'
      ? {
          failures: [],
          called: [],
          skipped: true,
          note: `${context.item.name} sends a reference, not an image.`,
        }
      : await runners[preset.name](context);
  const last = outcome.called.at(-1)?.attempt;
  const unreachable = outcome.called.some(
    ({ attempt }) => attempt.none && ['dns', 'tls', 'refused'].includes(attempt.none.cause),
  );
  const flaky = outcome.called.some(({ attempts }) => attempts.length > 1);
  return {
    kind: 'preset',
    name: preset.name,
    place: preset.place,
    status: outcome.skipped
      ? 'skipped'
      : outcome.unknown || unreachable
        ? 'error'
        : statusOf(outcome.failures),
    flaky: flaky && outcome.failures.length === 0,
    attempts: outcome.called.flatMap((called) => called.attempts),
    milliseconds: last?.answer?.milliseconds ?? last?.none?.milliseconds ?? 0,
    failures: outcome.failures,
    note: outcome.note,
  };
}
