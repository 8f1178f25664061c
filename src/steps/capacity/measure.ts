import {
  type Answer,
  answerOf,
  count,
  newTally,
  type Tally,
  type Test,
} from '../../domain/capacity/sequential.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { explainUnreached } from '../../domain/invocation/unreached.ts';
import { readText } from '../../domain/smoke/answer-text.ts';
import { judge } from '../../domain/smoke/judge.ts';
import type { SmokeCase } from '../../domain/smoke/suite/model.ts';
import { type Caller, createCaller } from '../smoke/caller.ts';
import type { SmokePorts, SmokeTarget } from '../smoke/ports.ts';
import { isMissing, unreachedIn } from '../smoke/run-case.ts';
import { warmUp } from '../smoke/warm-up.ts';
import { type Budget, BudgetSpent, type Stop } from './budget.ts';

export interface Load {
  suite: string;
  /** The cases that are sent in turn, each with its image. */
  cases: readonly { item: SmokeCase; image: Uint8Array }[];
  /** Requests a second, on average. */
  rate: number;
  limitMs: number;
  /** The first calls are not counted until so many milliseconds have passed: more instances are still starting. */
  warmMs: number;
  test: Test;
}

export interface Measured {
  answer: Answer;
  tally: Tally;
  late: number;
  wrong: number;
  full: number;
  unsent: number;
  firstAnswerMs: number | undefined;
  /** What ended the measurement before there was an answer. */
  stopped: Stop | undefined;
}

/** So many requests under way mean that the queue only grows. Further ones are not sent, and count as late. */
const mostUnderWay = 256;

/** For so long, Google's front end may not know the URL of a new tag everywhere. */
const newUrlMs = 30_000;

interface Ended {
  /** Undefined if no right answer came. */
  milliseconds: number | undefined;
  /** `elsewhere`: no revision got the call, so it says nothing about the configuration. */
  kind?: 'late' | 'wrong' | 'full' | 'unsent' | 'elsewhere';
}

/**
 * Sends requests at a fixed average rate, whatever the answers do, as users would. Each is timed from the moment at which it was due, so
 * a slow answer cannot hide the ones that would have come behind it. The calls are judged in the order in which they were due: the
 * quick ones come back first, and would look better than they are.
 */
export async function measure(
  ports: SmokePorts & { random?: (() => number) | undefined },
  target: SmokeTarget,
  load: Load,
  { budget, signal }: { budget: Budget; signal: AbortSignal },
): Promise<Measured> {
  const over = new AbortController();
  const both = AbortSignal.any([signal, over.signal]);
  const counting = { ...ports, http: budget.counting(ports.http) };
  const request = {
    ...{ suite: load.suite, target, deadlineMs: Number.MAX_SAFE_INTEGER, signal: both },
    ...{ settleMs: newUrlMs, newUrl: true },
  };
  const caller = createCaller(counting, request, () => '');
  const run: Measured = {
    answer: 'undecided',
    tally: newTally(),
    ...{ late: 0, wrong: 0, full: 0, unsent: 0 },
    ...{ firstAnswerMs: undefined, stopped: undefined },
  };
  const first = load.cases[0];
  if (!first) return run;
  try {
    await warmUp(caller, { ...first.item, retries: 2 }, counting, request);
    run.firstAnswerMs = caller.coldMs;
    await stream(caller, target, load, run, { ports, budget, signal: both, over });
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    run.stopped = error.stop;
  } finally {
    over.abort(new Error('the measurement is over'));
  }
  signal.throwIfAborted();
  return run;
}

interface Around {
  ports: Pick<SmokePorts, 'clock' | 'match'> & { random?: (() => number) | undefined };
  budget: Budget;
  signal: AbortSignal;
  over: AbortController;
}

/** Sends until there is an answer, or until nothing more may be sent and all have ended. */
async function stream(
  caller: Caller,
  target: SmokeTarget,
  load: Load,
  run: Measured,
  { ports, budget, signal, over }: Around,
): Promise<void> {
  const { clock, random = Math.random } = ports;
  const ended: (Ended | undefined)[] = [];
  const underWay = new Set<Promise<void>>();
  let judged = 0;
  let answer: Answer | undefined;
  let failure: unknown;
  const wake = new AbortController();
  const stop = (found?: Answer, error?: unknown) => {
    answer ??= found;
    failure ??= error;
    wake.abort();
  };
  const advance = () => {
    for (let next = ended[judged]; next && !answer; next = ended[++judged]) {
      if (next.kind === 'elsewhere') continue;
      count(run.tally, { milliseconds: next.milliseconds, limitMs: load.limitMs }, load.test);
      if (next.milliseconds !== undefined && next.milliseconds > load.limitMs) run.late++;
      if (next.kind) run[next.kind]++;
      const found = answerOf(run.tally, load.test);
      if (found) stop(found);
    }
  };
  const start = clock.steady();
  const wakes = AbortSignal.any([signal, wake.signal]);
  let due = start;
  for (let sent = 0; !wakes.aborted && !budget.spent(); sent++) {
    const wait = due - clock.steady();
    if (wait > 0) await clock.sleep(wait, wakes).catch(() => {});
    if (wakes.aborted) break;
    const counted = due - start >= load.warmMs;
    const at = counted ? ended.push(undefined) - 1 : undefined;
    const note = (one: Ended) => {
      if (at === undefined) return;
      ended[at] = one;
      advance();
    };
    if (underWay.size >= mostUnderWay) note({ milliseconds: undefined, kind: 'unsent' });
    else {
      const one = load.cases[sent % load.cases.length] as Load['cases'][number];
      const call = callOnce(caller, target, one, { load, due, ports, isNew: due - start < newUrlMs }).then(
        note,
        (error) => {
          if (!signal.aborted) stop(undefined, error);
        },
      );
      underWay.add(call);
      void call.finally(() => underWay.delete(call));
    }
    // Independent users: exponential gaps.
    due += (-Math.log(1 - random()) * 1000) / load.rate;
  }
  if (!answer && !failure && !signal.aborted) {
    await Promise.all(underWay);
    run.stopped = budget.spent();
  }
  over.abort(new Error('the measurement is over'));
  await Promise.all(underWay);
  if (failure) throw failure;
  run.answer = answer ?? 'undecided';
  if (answer) run.stopped = undefined;
}

async function callOnce(
  caller: Caller,
  target: SmokeTarget,
  { item, image }: Load['cases'][number],
  { load, due, ports, isNew }: { load: Load; due: number; ports: Around['ports']; isNew: boolean },
): Promise<Ended> {
  const { attempt } = await caller.call(item, { image, retries: 0, timeoutMs: 2 * load.limitMs });
  const milliseconds = ports.clock.steady() - due;
  if (!attempt.answer)
    return { milliseconds: undefined, kind: attempt.none.cause === 'timeout' ? 'late' : 'wrong' };
  if (attempt.answer.status === 429) return { milliseconds: undefined, kind: 'full' };
  const unreached = unreachedIn(item, attempt.answer, target);
  if (isNew && isMissing(unreached)) return { milliseconds: undefined, kind: 'elsewhere' };
  if (unreached) {
    const { what, ...repair } = explainUnreached(unreached.by, unreached.status, target.invocation);
    throw new ReleaseError('permission-denied', {
      what: `The configuration could not be measured. ${what}`,
      ...repair,
    });
  }
  const { failures } = judge(item, attempt.answer, readText(attempt.answer, item.text), ports.match);
  return failures.length > 0 ? { milliseconds: undefined, kind: 'wrong' } : { milliseconds };
}
