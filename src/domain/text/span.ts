/** A time in seconds as `0.4 s`, `21 s`, `3m12s` or `2h05m`. */
export function spanText(seconds: number): string {
  const exact = Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
  if (exact < 9.95) return `${exact.toFixed(1)} s`;
  const whole = Math.round(exact);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return minutes < 60
    ? `${minutes}m${rest}s`
    : `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}
