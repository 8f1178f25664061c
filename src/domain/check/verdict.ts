import type { Severity } from '../findings/rule.ts';
import type { Verdict } from '../findings/verdict.ts';
import { plural } from '../text/sentence.ts';
import type { FailOn } from './evidence.ts';
import type { Judged } from './judge/judge.ts';

const ranks: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

export interface Threshold {
  failOn: FailOn;
  severity: Severity;
}

/** Does the finding fail the check? */
export const counts = (found: Judged, { failOn, severity }: Threshold): boolean =>
  failOn !== 'never' &&
  (failOn === 'any' || found.isNew) &&
  ranks.indexOf(found.severity) <= ranks.indexOf(severity);

/** The verdict and its sentence. */
export function verdictOf(
  found: readonly Judged[],
  threshold: Threshold,
  files: number,
  hasBase: boolean,
): { verdict: Verdict; reason: string } {
  const failing = found.filter((one) => counts(one, threshold));
  const [worst] = failing;
  const rest = found.filter((one) => !failing.includes(one) && one.severity !== 'info').length;
  const known =
    rest === 0 ? '' : ` ${plural(rest, 'more finding')} ${rest === 1 ? 'does' : 'do'} not fail the check.`;
  if (files === 0) return { verdict: 'inconclusive', reason: 'There is no file to check here.' };
  if (!worst) {
    const new_ = hasBase ? 'No new problem' : 'No problem';
    return { verdict: 'pass', reason: `${new_} in ${plural(files, 'file')}.${known}` };
  }
  const others = failing.length - 1;
  return {
    verdict: 'fail',
    reason: `${worst.at.file}:${worst.at.line}: ${worst.title}${others > 0 ? ` And ${others} more.` : ''}${known}`,
  };
}
