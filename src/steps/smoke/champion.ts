import { readText } from '../../domain/smoke/answer-text.ts';
import { type Comparison, compare, comparisonText, type Pair } from '../../domain/smoke/champion/compare.ts';
import { judge } from '../../domain/smoke/judge.ts';
import { type CaseResult, statusOf } from '../../domain/smoke/results/result.ts';
import type { SmokeCase, Suite } from '../../domain/smoke/suite/model.ts';
import { createCaller } from './caller.ts';
import type { SmokePorts, SmokeRequest } from './ports.ts';
import { notRun, type Ran } from './run-case.ts';

/** After this many images in a row without an answer the champion gets no more requests. */
const givesUpAfter = 3;
/** Neither if it could read none of so many: each of its answers counts as one to a user, also in its error budget. */
const unreadAfter = 10;

interface Request {
  champion: NonNullable<Suite['champion']>;
  cases: readonly SmokeCase[];
  /** The results of the cases of the candidate. */
  results: readonly CaseResult[];
  ports: SmokePorts;
  request: SmokeRequest;
  timeLeft: number;
}

type Compared = Ran & { comparison?: (Comparison & { revision: string; left: number }) | undefined };

const usable = (score: CaseResult['score']): score is NonNullable<CaseResult['score']> =>
  score !== undefined && score.length > 0;

/**
 * Sends the images that the candidate has read to the revision that serves, and compares the error rates. The requests go to a URL of that revision
 * with the same token, and change no traffic. An image that one of the two did not answer is left out: it is no evidence about reading.
 */
export async function compareWithChampion(input: Request): Promise<Compared> {
  const { champion, cases, results, ports, request, timeLeft } = input;
  const item = { name: 'champion', place: champion.place };
  const target = request.champion;
  if (target === undefined) {
    const why = request.noChampion ?? 'this target has no other revision';
    return { result: notRun(item, 'champion', 'skipped', `Not compared: ${why}.`), answered: false };
  }
  const revision = target.revision ?? 'the revision that serves';
  const caller = createCaller(ports, { ...request, target, deadlineMs: timeLeft }, () => 'champion');
  const started = ports.clock.steady();
  const pairs: Pair[] = [];
  let left = 0;
  let silent = 0;
  for (const one of cases) {
    const own = results.find(({ kind, name }) => kind === 'case' && name === one.name)?.score;
    if (!usable(own)) continue;
    const unread = pairs.length === 0 && left >= unreadAfter;
    if (silent >= givesUpAfter || unread || caller.timeLeft() <= 0) {
      left += 1;
      continue;
    }
    const { answer } = (await caller.call(one)).attempt;
    silent = answer ? 0 : silent + 1;
    const other = answer && judge(one, answer, readText(answer, one.text), ports.match).score;
    if (!usable(other)) left += 1;
    else pairs.push({ name: one.name, candidate: Math.min(1, own.cer), champion: Math.min(1, other.cer) });
  }
  const found = compare(pairs, champion.maxWorse);
  const note =
    pairs.length === 0
      ? `No image was read by both this revision and ${revision}, so there is nothing to compare: ${left} left out.`
      : `${comparisonText(found, revision)}${left > 0 ? ` ${left} more could not be compared.` : ''}`;
  const failures = found.verdict === 'fail' ? [{ check: 'champion' as const, what: note }] : [];
  ports.log.line(`  champion  ${note}`);
  return {
    answered: pairs.length > 0,
    comparison: { ...found, revision, left },
    result: {
      ...{ kind: 'champion', ...item },
      status: found.verdict === 'inconclusive' ? 'error' : statusOf(failures),
      flaky: false,
      attempts: [],
      milliseconds: ports.clock.steady() - started,
      failures,
      note,
    },
  };
}
