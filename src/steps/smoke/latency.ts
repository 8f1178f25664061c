import { explainUnreached } from '../../domain/invocation/unreached.ts';
import { readText } from '../../domain/smoke/answer-text.ts';
import type { Failure } from '../../domain/smoke/failure.ts';
import { judge } from '../../domain/smoke/judge.ts';
import { type Percentiles, percentiles } from '../../domain/smoke/latency.ts';
import { type CaseResult, statusOf } from '../../domain/smoke/results/result.ts';
import type { Latency, SmokeCase } from '../../domain/smoke/suite/model.ts';
import type { Caller } from './caller.ts';
import type { SmokePorts, SmokeTarget } from './ports.ts';
import { type Ran, unreachedIn } from './run-case.ts';

interface Request {
  caller: Caller;
  item: SmokeCase;
  latency: Latency;
  ports: Pick<SmokePorts, 'log' | 'match'>;
  target: SmokeTarget;
}

const shown = (milliseconds: number) => `${Math.round(milliseconds)} ms`;

/** Repeats one case, `concurrency` requests at a time. Every answer is judged, because a fast wrong answer is not a sample. */
export async function measureLatency(
  request: Request,
): Promise<Ran & { percentiles: Percentiles | undefined }> {
  const { caller, item, latency, ports, target } = request;
  const times: number[] = [];
  const bad: string[] = [];
  let unreached: CaseResult['unreached'];
  let issued = 0;
  const lane = async () => {
    while (issued++ < latency.samples && bad.length < 3 && !unreached && caller.timeLeft() > 0) {
      const { attempt } = await caller.call(item, { retries: 0 });
      unreached ??= attempt.answer && unreachedIn(item, attempt.answer, target);
      if (unreached) break;
      const wrong = attempt.answer
        ? judge(item, attempt.answer, readText(attempt.answer, item.text), ports.match).failures[0]?.what
        : attempt.none.what;
      if (wrong !== undefined) bad.push(wrong);
      else if (attempt.answer) times.push(attempt.answer.milliseconds);
    }
  };
  await Promise.all(Array.from({ length: latency.concurrency }, lane));
  const found = percentiles(times);
  const stopped = unreached && explainUnreached(unreached.by, unreached.status, target.invocation).what;
  const failures: Failure[] = [...bad, ...(stopped ? [stopped] : [])].map((what) => ({
    check: 'answer',
    what: `A request of the latency check failed: ${what}`,
  }));
  if (found)
    for (const name of ['p50', 'p95', 'p99', 'max'] as const) {
      const limit = latency.limits[name];
      if (limit !== undefined && found[name] > limit)
        failures.push({
          check: 'latency',
          what: `${name} of ${found.samples} warm requests is ${shown(found[name])}, allowed ${shown(limit)}.`,
        });
    }
  if (latency.coldMs !== undefined && (caller.coldMs ?? Number.MAX_SAFE_INTEGER) > latency.coldMs) {
    const seen = caller.coldMs === undefined ? 'got no answer' : `took ${shown(caller.coldMs)}`;
    failures.push({ check: 'latency', what: `The first request ${seen}, allowed ${shown(latency.coldMs)}.` });
  }
  const note = found
    ? `p50 ${shown(found.p50)}, p95 ${shown(found.p95)}, p99 ${shown(found.p99)}, max ${shown(found.max)} of ${found.samples}`
    : 'no request succeeded';
  if (found) ports.log.line(`  latency  ${note}`);
  const status = unreached || (!found && failures.length === 0) ? 'error' : statusOf(failures);
  const attempts = times.length > 0 ? ['200'] : [];
  return {
    answered: times.length > 0,
    result: {
      kind: 'latency',
      name: 'latency',
      place: latency.place,
      status,
      unreached,
      flaky: false,
      attempts,
      milliseconds: found?.mean ?? 0,
      failures,
      note,
    },
    percentiles: found,
  };
}
