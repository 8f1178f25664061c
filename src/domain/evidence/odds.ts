/** Evidence in words: how much better "it breaks the objective" explains the counts than "it keeps it". */

function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `41 to 1`, `0.3 to 1`, `more than 1 000 000 to 1`, from the logarithm of the evidence. */
export function oddsText(logEvidence: number): string {
  if (Number.isNaN(logEvidence)) return 'unknown';
  if (logEvidence > Math.log(1e6)) return 'more than 1 000 000 to 1';
  const odds = Math.exp(logEvidence);
  if (odds >= 9.95) return `${grouped(odds)} to 1`;
  if (odds >= 0.05) return `${odds.toFixed(1)} to 1`;
  return 'less than 0.1 to 1';
}

/** `2 000 to 1` for alpha 0.0005. */
export function actsAtText(alpha: number): string {
  return `${grouped(1 / alpha)} to 1`;
}
