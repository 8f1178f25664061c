/**
 * Parsers of the small languages that inputs use. Each throws an `Error` that says what it expected. The messages never
 * quote the text: it may hold a password.
 */

const unitSeconds: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `90s`, `10m`, `1h30m`, `30d`, or a bare number of seconds, as seconds. */
export function parseDuration(text: string): number {
  const value = text.trim();
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(value))
    throw new Error('expected a duration such as 90s, 10m or 30d');
  let seconds = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g))
    seconds += Number(amount) * (unitSeconds[unit ?? ''] ?? Number.NaN);
  return seconds;
}

/** `99.5%` or `0.995`, as a fraction from 0 to 1. */
export function parsePercentage(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(text.trim());
  const value = match ? Number(match[1]) / (match[2] ? 100 : 1) : Number.NaN;
  if (!(value >= 0 && value <= 1))
    throw new Error('expected a percentage such as 99.5% or a fraction such as 0.995');
  return value;
}

/** `true` and `false`, and the short forms that Google's actions take. */
export function parseBoolean(text: string): boolean {
  const value = text.trim().toLowerCase();
  if (['true', 't', '1'].includes(value)) return true;
  if (['false', 'f', '0'].includes(value)) return false;
  throw new Error('expected true or false');
}

export function parseInteger(text: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  const value = text.trim();
  const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= min && number <= max))
    throw new Error(
      max === Number.MAX_SAFE_INTEGER
        ? `expected a whole number of at least ${min}`
        : `expected a whole number from ${min} to ${max}`,
    );
  return number;
}

/** Splits at commas and newlines. Quotes protect both, `\` escapes, and a line that begins with `#` is a comment. */
function split(text: string): string[] {
  const found: string[] = [];
  let current = '';
  let quoted = false;
  let quote = '';
  let lineStart = true;
  const push = () => {
    if (current.trim() !== '' || quoted) found.push(quoted ? current : current.trim());
    current = '';
    quoted = false;
  };
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (quote) {
      if (char === '\\' && quote === '"' && i + 1 < text.length) current += text[++i];
      else if (char === quote) quote = '';
      else current += char;
      continue;
    }
    if (lineStart && char === '#') {
      while (i + 1 < text.length && text[i + 1] !== '\n') i++;
      continue;
    }
    if (char === '\n' || char === ',') push();
    else if (char === '\\' && i + 1 < text.length && /[,\\"'\n]/.test(text[i + 1] as string))
      current += text[++i];
    else if ((char === '"' || char === "'") && /(^|=)\s*$/.test(current)) {
      current = current.trimEnd();
      quote = char;
      quoted = true;
    } else if (quoted && /\s/.test(char)) {
      // White space after a closing quote is dropped.
    } else current += char;
    lineStart = char === '\n' || (lineStart && /\s/.test(char));
  }
  if (quote) throw new Error(`expected every quote to be closed, but one ${quote} is not`);
  push();
  return found;
}

/** A list by commas or newlines. Quotes protect a comma. */
export function parseList(text: string): string[] {
  return split(text);
}
