/** `1.28 %`, with enough digits that a small rate does not look like zero. */
export function percentText(rate: number | undefined): string {
  if (rate === undefined || Number.isNaN(rate)) return '-';
  const percent = rate * 100;
  if (percent === 0) return '0 %';
  return `${percent.toFixed(percent >= 10 ? 1 : percent >= 0.1 ? 2 : 3)} %`;
}

/** `2 880`: a space between thousands, in every locale. */
export function countText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `3m12s`: a duration as the log writes it. */
export function elapsedText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole}s`;
  const rest = whole % 60;
  return minutes < 60
    ? `${minutes}m${String(rest).padStart(2, '0')}s`
    : `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}
