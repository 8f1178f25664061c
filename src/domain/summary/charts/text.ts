/**
 * Text, numbers and blocks for Mermaid charts that GitHub renders in a job summary (Mermaid 10.9 to 11.17 parse them).
 * Colours have names and a contrast of at least 3:1 on white and on black. If a chart cannot be drawn, it is left out;
 * a table beside it holds the same values. Charts are drawn 500 wide: GitHub's page on a phone is 390 wide and shrinks
 * them to fit, and so their letters stay legible.
 */

export const red = '#e5534b';
export const blue = '#2f81f7';
export const amber = '#b08800';
export const green = '#2da44e';
export const purple = '#986ee2';
export const grey = '#8b949e';

export const chartWidth = 500;

const maxCharacters = 50_000;

/** Words that Mermaid reads as keywords at the start of a gantt line. */
const reserved =
  /^(click|section|title|dateformat|axisformat|tickinterval|excludes|includes|todaymarker|topaxis|weekday|weekend|inclusiveenddates|acctitle|accdescr|vert|gantt|call|href|end)\b/i;

/** Keeps letters, digits, spaces and `._%()/+-`. The result is never empty and never begins with a keyword. */
export function chartText(text: string, maxLength = 30): string {
  const clean = text
    .normalize('NFKC')
    .replace(/[^A-Za-z0-9 ._%()/+-]+/g, ' ')
    .replace(/%{2,}/g, '%')
    .replace(/-{2,}/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxLength)
    .trim();
  if (clean === '') return 'unnamed';
  return reserved.test(clean) || !/^[A-Za-z0-9]/.test(clean) ? `a ${clean}`.slice(0, maxLength) : clean;
}

/** The title of an axis. It stands in quotes, so it may begin with any allowed character. */
export const axisText = (text: string, maxLength: number) =>
  text
    .replace(/[^A-Za-z0-9 ._%()/+-]+/g, ' ')
    .replace(/%{2,}/g, '%')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxLength) || 'value';

/** A number with as many digits as it needs, never with an exponent. */
export function chartNumber(value: number): string {
  if (!Number.isFinite(value)) return '0';
  const bounded = Math.max(-1e9, Math.min(1e9, value));
  const digits = Math.abs(bounded) >= 100 ? 0 : Math.abs(bounded) >= 1 ? 2 : 4;
  const text = bounded.toFixed(digits);
  return (text.includes('.') ? text.replace(/\.?0+$/, '') : text) || '0';
}

/** A Mermaid block. Empty if it would be longer than GitHub renders. */
export const fence = (lines: string[]): string[] => {
  const text = lines.join('\n');
  return text.length > maxCharacters ? [] : ['```mermaid', ...lines, '```', ''];
};
