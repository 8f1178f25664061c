import { type Counts, rateOf } from '../evidence/counts.ts';
import { type Decision, passAt, platformAt, type Standing } from '../evidence/decide.ts';
import type { Objective } from '../slo/objective.ts';
import { countText, elapsedText, percentText } from '../text/numbers.ts';
import { oddsRatio } from '../text/odds.ts';

export interface LiveFacts {
  candidate: Counts;
  baseline: Counts | undefined;
  kind: Objective['kind'];
  limit: number;
  standing: Standing;
  decision: Decision['kind'];
  /** The test acts once its evidence reaches 1/alpha. */
  alpha: number;
  /** The classical rule that decides in place of the evidence. */
  rule?: string | undefined;
}

/** The evidence that decides in this phase: that the candidate is worse, or at 100 % that it breaks the objective. */
export function againstOf(at: Standing): number {
  return at.full ?? at.base;
}

/** Index of the test that decided, else of the test that is closest to a rollback. */
export function worstOf(decision: Decision): number {
  let worst = 0;
  decision.standings.forEach((at, i) => {
    if (againstOf(at) > againstOf(decision.standings[worst] as Standing)) worst = i;
  });
  return decision.test ?? worst;
}

/** The line mentions an outage of both revisions from half of the odds at which the watch acts on it. */
const bothAt = Math.log(platformAt / 2);

const bads = { availability: 'failed', latency: 'too slow', log_field: 'bad by its own log' } as const;
const outcomes = { fail: 'fails', pass: 'passes', undecided: 'undecided' } as const;

/** `new 19 of 62 failed (30.6 %)` */
function armText(name: string, counts: Counts, word: string): string {
  const rate = counts.bad > 0 ? ` (${percentText(rateOf(counts))})` : '';
  return `${name} ${countText(counts.bad)} of ${countText(counts.total)}${word}${rate}`;
}

/**
 * `new 0 of 26 failed, old 0 of 752; undecided (worse 1:1, acts at 2 000:1; good 1:1, passes at 20:1)`: the counts,
 * and how far they are from either decision.
 */
export function liveText(facts: LiveFacts): string {
  const { standing, baseline, rule, limit, decision } = facts;
  const arms = [
    armText('new', facts.candidate, ` ${bads[facts.kind]}`),
    ...(baseline ? [armText('old', baseline, '')] : []),
    ...(facts.candidate.bad > 0 ? [`${percentText(limit)} allowed`] : []),
  ].join(', ');
  if (rule !== undefined) return `${arms}; ${outcomes[decision]} (the ${rule} rule decides)`;
  const both = baseline ? Math.min(standing.slo, standing.beside) : Number.NEGATIVE_INFINITY;
  const against = `${baseline ? 'worse' : 'breaks the objective'} ${oddsRatio(againstOf(standing))}, acts at ${oddsRatio(-Math.log(facts.alpha))}`;
  const good = `good ${oddsRatio(standing.pass)}, passes at ${oddsRatio(Math.log(passAt))}`;
  const platform = both >= bothAt ? [`both break the objective ${oddsRatio(both)}`] : [];
  return `${arms}; ${outcomes[decision]} (${[against, good, ...platform].join('; ')})`;
}

/** `logs read up to 2 s ago`; `behindSeconds` is undefined until the source has read anything of this step. */
export function readText(source: string, behindSeconds: number | undefined): string {
  if (behindSeconds === undefined) return `no ${source} of this step read yet`;
  const ago = behindSeconds < 60 ? `${Math.round(behindSeconds)} s` : elapsedText(behindSeconds);
  return `${source} read up to ${ago} ago`;
}
