import type { Counts } from './counts.ts';
import { logBeta } from './log-space.ts';

/**
 * The lowest and highest error rate that the counts do not contradict: every rate p at which the evidence of a beta
 * mixture (Robbins, prior 1/2, 1/2) stays below 1/alpha. The interval is wider than a textbook one, because it must hold
 * even if one looks after every request.
 */
export function confidenceSequence(counts: Counts, alpha = 0.05): [low: number, high: number] {
  const { total, bad } = counts;
  if (total <= 0) return [0, 1];
  const good = total - bad;
  const mixture = logBeta(0.5 + bad, 0.5 + good) - logBeta(0.5, 0.5);
  const contradicted = (p: number) => {
    const log = (bad === 0 ? 0 : bad * Math.log(p)) + (good === 0 ? 0 : good * Math.log1p(-p));
    return mixture - log >= -Math.log(alpha);
  };
  const seen = bad / total;
  // The evidence is smallest at the observed rate and grows away from it, so bisection finds each end.
  const search = (outside: number): number => {
    if (!contradicted(outside)) return outside;
    let [far, near] = [outside, seen];
    for (let i = 0; i < 60; i++) {
      const middle = (far + near) / 2;
      if (contradicted(middle)) far = middle;
      else near = middle;
    }
    return far;
  };
  return [bad === 0 ? 0 : search(0), good === 0 ? 1 : search(1)];
}
