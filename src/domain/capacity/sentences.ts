import type { CapacityEvidence, TrialEvidence } from './evidence.ts';
import { pointText } from './point.ts';

export const quantileText = (quantile: number): string => `p${Number((quantile * 100).toFixed(2))}`;

export const objectiveText = ({ quantile, limit_ms: limit }: CapacityEvidence['objective']): string =>
  `${quantileText(quantile)} of at most ${limit} ms`;

export const dollarsText = (dollars: number): string =>
  dollars >= 0.1 ? `$${dollars.toFixed(2)}` : `$${dollars.toPrecision(2)}`;

const stops = {
  calls: 'max_calls was reached',
  cost: 'max_cost was reached',
  time: 'the time was over',
  trials: 'so many revisions were measured as one search may make',
} as const;

/** Why the search ended before its end, as a clause. */
export const stopText = ({ stopped }: Pick<CapacityEvidence, 'stopped'>): string | undefined =>
  stopped && stops[stopped];

export function reasonOf(evidence: CapacityEvidence): string {
  const { found, objective, requests_per_second: rate } = evidence;
  const load = `${objectiveText(objective)} at ${rate} requests a second`;
  const stop = stopText(evidence);
  if (!found)
    return stop ? `No configuration was proved to keep a ${load}: ${stop}.` : noneText(evidence.trials, load);
  const { present_dollars_per_thousand: now, found_dollars_per_thousand: then } = evidence;
  const price =
    now !== undefined && then !== undefined && evidence.changes.length > 0
      ? ` It costs ${dollarsText(then)} per 1 000 requests when all its instances are busy, ${(then / now).toFixed(2)} of the present configuration.`
      : '';
  const as = evidence.changes.length === 0 ? ', as now' : '';
  const final = evidence.final ? 'The cheapest configuration that keeps' : 'A configuration that keeps';
  return `${final} a ${load} is ${pointText(found)}${as}.${price}`;
}

/** Close to the objective, a measurement may end without a proof either way. */
function noneText(trials: readonly TrialEvidence[], load: string): string {
  const none = 'No configuration of those that were asked for';
  const close = trials.filter(({ answer }) => answer === 'undecided').length;
  if (close === 0) return `${none} keeps a ${load}.`;
  return `${none} was proved to keep a ${load}: ${close} ${close === 1 ? 'is' : 'are'} too close to it to tell.`;
}

const answers = {
  keeps: '✓ keeps it',
  misses: '✗ misses it',
  undecided: '? undecided',
  illegal: '- not offered',
} as const;

export const answerText = ({ answer }: Pick<TrialEvidence, 'answer'>): string => answers[answer];

/** One line of the log about a configuration. */
export function trialLine(trial: TrialEvidence): string {
  const times = [
    trial.p50_ms === undefined ? '' : `p50 ${Math.round(trial.p50_ms)} ms`,
    trial.p95_ms === undefined ? '' : `p95 ${Math.round(trial.p95_ms)} ms`,
  ].filter(Boolean);
  const calls = trial.answer === 'illegal' ? [] : [`${trial.misses} of ${trial.calls} missed`];
  return [
    answerText(trial),
    pointText(trial.point),
    ...calls,
    ...times,
    `${dollarsText(trial.dollars_per_thousand)} per 1 000`,
    trial.note ?? '',
  ]
    .filter(Boolean)
    .join('  ');
}
