import { thin } from './lines.ts';

const ticks = '▁▂▃▄▅▆▇█';

/**
 * The course of the values as one line of text, which also reads in a log, an e-mail or the phone app. `highest` is the
 * top of the scale if several lines share one.
 */
export function sparkline(values: readonly number[], width = 12, highest?: number): string {
  const shown = thin(
    values.map((value) => (Number.isFinite(value) ? Math.max(0, value) : 0)),
    width,
  );
  const top = Math.max(...shown, highest ?? 0, 0);
  if (shown.length === 0) return '';
  return shown.map((value) => ticks[top === 0 ? 0 : Math.min(7, Math.floor((value / top) * 7.999))]).join('');
}
