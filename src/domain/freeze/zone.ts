import { nearest } from '../data/nearest.ts';

/** What a clock on the wall of a time zone shows. */
export interface Wall {
  year: number;
  /** 1 to 12 */
  month: number;
  day: number;
  /** Minutes since midnight. 1440 is the end of the day. */
  minutes: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

/** The time on the wall at a moment, as if it were UTC: milliseconds since the epoch, whole seconds. */
function shown(at: number, zone: string): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day: date = 1, hour = 0, minute: minutes = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, date, hour, minutes, second);
}

export function wallAt(at: number, zone: string): Wall {
  const date = new Date(shown(at, zone));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    minutes: date.getUTCHours() * 60 + date.getUTCMinutes(),
  };
}

/** How far the wall of a zone is ahead of UTC, in milliseconds. */
const offsetAt = (at: number, zone: string): number => shown(at, zone) - Math.floor(at / 1000) * 1000;

/**
 * The moments at which the wall shows a time. When clocks are put back there are two. When they are put forward there is none, and
 * the change itself counts as both.
 */
export function momentsOf({ year, month, day: date, minutes }: Wall, zone: string): [number, number] {
  const asUtc = Date.UTC(year, month - 1, date) + minutes * minute;
  const before = offsetAt(asUtc - day, zone);
  const after = offsetAt(asUtc + day, zone);
  const fits = [asUtc - before, asUtc - after].filter((at) => shown(at, zone) === asUtc);
  if (fits.length > 0) return [Math.min(...fits), Math.max(...fits)];
  const change = changeBetween(asUtc - day, asUtc + day, zone);
  return [change, change];
}

/** The first moment at which the wall is no longer as far ahead of UTC as at `from`. */
function changeBetween(from: number, to: number, zone: string): number {
  const offset = offsetAt(from, zone);
  let [low, high] = [from, to];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle, zone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** Throws an `Error` that names the nearest zone. It does not quote the text. */
export function parseZone(text: string): string {
  const known = [...Intl.supportedValuesOf('timeZone'), 'UTC'];
  const same = known.find((zone) => zone.toLowerCase() === text.toLowerCase());
  if (same) return same;
  // Names of the past, such as Asia/Calcutta, are not in the list and still known.
  if (/^[A-Za-z][\w+-]*(\/[\w+-]+)*$/.test(text) && isZone(text)) return text;
  const near = nearestZone(text, known);
  throw new Error(
    `expected a time zone such as Europe/Berlin or UTC${near === undefined ? '' : ` (did you mean ${near}?)`}`,
  );
}

function isZone(text: string): boolean {
  try {
    formatOf(text);
    return true;
  } catch {
    return false;
  }
}

/** People often write the city alone, so the last part of a name counts as the whole. */
function nearestZone(text: string, known: readonly string[]): string | undefined {
  if (text.length > 60) return undefined;
  const word = text.replace(/\s+/g, '_');
  const whole = nearest(word, known);
  const cities = new Map(known.map((zone) => [zone.slice(zone.lastIndexOf('/') + 1), zone]));
  const city = nearest(word.slice(word.lastIndexOf('/') + 1), [...cities.keys()]);
  return whole ?? (city === undefined ? undefined : cities.get(city));
}
