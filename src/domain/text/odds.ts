import { countText } from './numbers.ts';

/**
 * Evidence as betting odds. Odds of 41 to 1 against the candidate mean: the counts are 41 times more likely if it breaks
 * its objective than if it keeps it. Both functions take the natural logarithm of the evidence.
 */

/** `41 to 1`, `0.3 to 1`, `more than 1 000 000 to 1` */
export function oddsText(logEvidence: number): string {
  if (Number.isNaN(logEvidence)) return 'unknown';
  if (logEvidence > Math.log(1e6)) return 'more than 1 000 000 to 1';
  const odds = Math.exp(logEvidence);
  if (odds >= 9.95) return `${countText(odds)} to 1`;
  if (odds >= 0.05) return `${odds.toFixed(1)} to 1`;
  return 'less than 0.1 to 1';
}

/** The same in short: `41:1`, `0.3:1`, `>1 000 000:1`, `<0.1:1`. */
export function oddsRatio(logEvidence: number): string {
  if (Number.isNaN(logEvidence)) return '?:1';
  if (logEvidence > Math.log(1e6)) return '>1 000 000:1';
  const odds = Math.exp(logEvidence);
  if (odds < 0.05) return '<0.1:1';
  return `${odds >= 9.95 ? countText(odds) : Number(odds.toFixed(1))}:1`;
}
