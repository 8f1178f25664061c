import { z } from 'zod';
import { noCounts } from '../../evidence/counts.ts';
import { type Blame, type Decision, decide } from '../../evidence/decide.ts';
import {
  advance,
  type Cell,
  type EvidencePlan,
  type EvidenceState,
  type Phase,
} from '../../evidence/state.ts';
import type { Verdict } from '../../findings/verdict.ts';
import { limitOf } from '../../slo/objective.ts';
import type { OpenEnd } from '../outcome.ts';
import { resumeWatch } from '../resume.ts';
import { decideBy, type WatchRule } from '../rules.ts';
import { startWatch, testsOf } from '../state.ts';
import type { ReplayFile } from './file.ts';
import { mostLooks, type RecordedWatch } from './recorded.ts';

const countKeys = { total: z.number().int().nonnegative(), bad: z.number().int().nonnegative() };
const fits = ({ total, bad }: { total: number; bad: number }) => bad <= total;
const notMore = { message: 'bad must not be more than total' };
const counts = z.object(countKeys).refine(fits, notMore);
const share = z.number().gt(0).lte(1);

const cell = z.looseObject({
  test: z.number().int().nonnegative().max(80),
  phase: z.enum(['split', 'full']),
  share: z.number().gte(0).lte(1).optional(),
  candidate: counts,
  baseline: counts.optional(),
});
const whole = z.number().int().nonnegative();
const answers = z
  .object({ total: whole, client: whole, failed: whole })
  .refine(({ total, client, failed }) => client + failed <= total, {
    message: 'client and failed must not be more than total',
  });
const clients = z.looseObject({
  cells: z
    .array(
      z.looseObject({
        phase: z.enum(['split', 'full']),
        share: z.number().gte(0).lte(1).optional(),
        candidate: answers,
        baseline: answers.optional(),
      }),
    )
    .max(200),
  horizon: z.number(),
  most: z.string().max(300).optional(),
});
const seconds = z.number().nonnegative();
const name = z.string().max(300);
const obstacle = z.union([
  z.object({ kind: z.literal('unreadable'), message: z.string(), role: name.optional() }),
  z.object({ kind: z.literal('stale') }),
  z.looseObject({ kind: z.literal('traffic'), message: z.string() }),
]);
const ending = z.enum(['promote', 'hold', 'roll_back']);
const rule = z.union([
  z.object({ kind: z.literal('evidence') }),
  z.object({ kind: z.literal('burn-rate'), fewestBad: z.number() }),
  z.object({
    kind: z.literal('threshold'),
    maxRate: z.number().optional(),
    windowSeconds: z.number(),
    failuresAllowed: z.number(),
  }),
]);

/** A step as its watch recorded it. The state is checked as one from the record of a release is. */
const step = z
  .looseObject({
    candidate: name,
    baseline: name.optional(),
    phase: z.enum(['split', 'full']),
    share: z.number().gte(0).lte(1),
    objectives: z
      .array(
        z.looseObject({
          id: name,
          kind: z.enum(['availability', 'latency', 'log_field']),
          target: z.number().gt(0.05).lt(1),
          slowerThanMs: z.number().optional(),
          clientErrors: z.literal(true).optional(),
          title: name.optional(),
        }),
      )
      .min(1)
      .max(20),
    probes: z.boolean(),
    rule: rule.optional(),
    policy: z
      .looseObject({
        too_few_requests: ending.optional(),
        blind: ending.optional(),
        platform: ending.optional(),
        client_errors: ending.optional(),
      })
      .optional(),
    clientErrors: z.enum(['compare', 'ignore', 'count']).optional(),
    until: z.enum(['pass', 'duration']).optional(),
    last: z.boolean(),
    source: name,
    start: z.unknown(),
    looks: z
      .array(
        z.looseObject({
          t: seconds,
          cells: z.array(cell).max(200),
          dwell: z.number(),
          lag: seconds,
          ended: z.literal(true).optional(),
          withheld: z.literal(true).optional(),
          clients: clients.optional(),
          obstacle: obstacle.optional(),
          blind: z.literal(true).optional(),
        }),
      )
      .min(1)
      .max(mostLooks + 1),
  })
  .transform((value, context): RecordedWatch => {
    const start = resumeWatch(value.start, testsOf(value.objectives, value.probes));
    if (start) return { ...value, start } as RecordedWatch;
    context.addIssue({ code: 'custom', path: ['start'], message: 'it does not belong to these objectives' });
    return z.NEVER;
  });

/** A key that is not known may be a misspelt one, so it is refused: counts that are left out would change the verdict. */
const recordedCounts = z.strictObject(countKeys).refine(fits, notMore);
const replaySchema = z.strictObject({
  steps: z.array(step).min(1).max(40).optional(),
  slo: z.number().gt(0.05).lt(1),
  duration_seconds: z.number().positive(),
  alpha: z.number().gt(0).lt(1).default(0.001),
  share: share.optional(),
  /** Seconds by which the source lagged. A pass takes at least twice as long. */
  lag_seconds: z.number().nonnegative().default(0),
  polls: z
    .array(
      z.strictObject({
        t: z.number().nonnegative(),
        share: share.optional(),
        candidate: recordedCounts,
        baseline: recordedCounts.optional(),
      }),
    )
    .min(1)
    .max(100_000),
});

export type Replay = z.output<typeof replaySchema>;

/** Reads a recording. Each problem is one line, with its place in the file. */
export function readReplay(value: unknown): { replay: Replay } | { problems: string[] } {
  const parsed = replaySchema.safeParse(value);
  if (!parsed.success)
    return {
      problems: parsed.error.issues
        .slice(0, 20)
        .map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`),
    };
  const replay = parsed.data;
  const problems: string[] = [];
  replay.polls.forEach((poll, i) => {
    if (i > 0 && poll.t < (replay.polls[i - 1]?.t ?? 0))
      problems.push(`polls.${i}.t: ${poll.t} is earlier than the poll before it`);
    if (poll.baseline && poll.share === undefined && replay.share === undefined)
      problems.push(
        `polls.${i}.share: missing, although the poll has a baseline: add it, or a share at the top of the file`,
      );
  });
  return problems.length > 0 ? { problems: problems.slice(0, 20) } : { replay };
}

/** Finds the recording in a file, which is a recording itself, or a report of a watch or a release. */
export function recordingIn(value: unknown): unknown {
  const evidence = (value as { evidence?: { watch?: unknown; release?: unknown } } | null)?.evidence;
  const own = (evidence?.watch as { replay?: unknown } | undefined)?.replay;
  if (own !== undefined) return own;
  const segments = (
    evidence?.release as { segments?: ({ evidence?: { replay?: unknown } | null } | null)[] } | undefined
  )?.segments;
  const recorded = Array.isArray(segments)
    ? segments.flatMap((segment) => segment?.evidence?.replay ?? [])
    : [];
  if (recorded.length === 0) return value;
  const parts = recorded as { polls?: unknown[]; steps?: unknown[] }[];
  // A step that was too long to be recorded whole leaves the polls, which are then judged for all steps.
  const whole = parts.every((part) => Array.isArray(part?.steps));
  const steps = whole ? parts.flatMap((part) => part?.steps ?? []) : undefined;
  return { ...parts[0], steps, polls: parts.flatMap((part) => part?.polls ?? []) };
}

export interface ReplayResult {
  verdict: Verdict;
  blame: Blame;
  open: OpenEnd | undefined;
  decidedAtSeconds: number;
  decision: Decision;
  plan: EvidencePlan;
  state: EvidenceState;
  /** Evidence after each poll (natural logarithms), for the chart. */
  points: { seconds: number; share: number; against: number; pass: number }[];
}

/**
 * Judges a recording by the rule of the watch. It judges the whole file, because the recording did not stop at a decision: a failure
 * anywhere is the result, else a platform outage, else the moment at which the last step proved the objective.
 */
export function judgeReplay(replay: Replay, rule?: WatchRule): ReplayResult {
  const { polls, duration_seconds: planned } = replay;
  const plan: EvidencePlan = {
    tests: [{ objective: 'availability', limit: limitOf({ target: replay.slo }), stream: 'users' }],
    alpha: replay.alpha,
    splitSeconds: planned,
    fullSeconds: planned,
  };
  const watch = startWatch(plan, 0);
  const state = watch.evidence;
  const shareOf = (poll: ReplayFile['polls'][number]) =>
    poll.baseline ? (poll.share ?? replay.share ?? 1) : 1;
  const lastShare = shareOf(polls.at(-1) as Replay['polls'][number]);
  const lastStep = polls.length - [...polls].reverse().findIndex((poll) => shareOf(poll) !== lastShare);
  const firstOfLast = lastStep > polls.length ? 0 : lastStep;

  let stepBegan = 0;
  let before = { t: 0, share: shareOf(polls[0] as Replay['polls'][number]) };
  let passedAt: number | undefined;
  let decision = decide(plan, state, { phase: 'split', dwell: 0, lag: 0 });
  const points: ReplayResult['points'] = [];
  for (const [i, poll] of polls.entries()) {
    const at = shareOf(poll);
    if (at !== before.share) stepBegan = before.t;
    before = { t: poll.t, share: at };
    const phase: Phase = at >= 1 || state.fullSince !== null ? 'full' : 'split';
    const split = phase === 'split';
    const cells: Cell[] = [
      {
        test: 0,
        phase,
        share: split ? at : undefined,
        candidate: poll.candidate,
        baseline: split ? poll.baseline : noCounts,
      },
    ];
    advance(plan, state, { seconds: poll.t, phase, cells });
    const judged = decide(plan, state, { phase, dwell: poll.t - stepBegan, lag: replay.lag_seconds });
    decision = decideBy(rule, watch, { seconds: poll.t, cells, ended: i === polls.length - 1, judged });
    const standing = decision.standings[0];
    points.push({
      seconds: poll.t,
      share: at,
      against: standing?.full ?? standing?.base ?? 0,
      pass: standing?.pass ?? 0,
    });
    if (decision.kind === 'fail') return finish('fail', decision.blame, poll.t);
    if (decision.kind === 'pass' && i >= firstOfLast) passedAt ??= poll.t;
  }
  if (decision.platform) return finish('inconclusive', 'platform', before.t, 'platform');
  if (passedAt !== undefined) return finish('pass', 'none', passedAt);
  return finish('inconclusive', 'none', before.t, 'too_few_requests');

  function finish(verdict: Verdict, blame: Blame, at: number, open?: OpenEnd): ReplayResult {
    return { verdict, blame, open, decidedAtSeconds: at, decision, plan, state, points };
  }
}
