import { error, type Result, unknown } from './value.ts';

/** Timestamps of conditions. Durations, time zones and fractions below a millisecond are left to Google. */

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d:\d\d(?:\.(\d{1,9}))?(?:Z|[+-]\d\d:\d\d)$/;

export function timestamp(text: string): Result {
  const [, , , day, fraction = ''] = rfc3339.exec(text) ?? [];
  if (day === undefined) return error(`no timestamp: ${text.slice(0, 60)}`);
  if (/[1-9]/.test(fraction.slice(3))) return unknown('a timestamp below a millisecond');
  const time = Date.parse(text);
  if (Number.isNaN(time)) return error(`no timestamp: ${text.slice(0, 60)}`);
  // JavaScript turns 30 February into 1 March.
  const offset = /([+-])(\d\d):(\d\d)$/.exec(text);
  const shift = offset ? (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) : 0;
  return new Date(time + shift * 60_000).getUTCDate() === Number(day)
    ? new Date(time)
    : error(`no timestamp: ${text}`);
}

const startOfYear = (time: Date) => Date.UTC(time.getUTCFullYear(), 0, 1);

const parts: ReadonlyMap<string, (time: Date) => number> = new Map([
  ['getFullYear', (time) => time.getUTCFullYear()],
  ['getMonth', (time) => time.getUTCMonth()],
  ['getDate', (time) => time.getUTCDate()],
  ['getDayOfMonth', (time) => time.getUTCDate() - 1],
  ['getDayOfWeek', (time) => time.getUTCDay()],
  ['getDayOfYear', (time) => Math.floor((time.getTime() - startOfYear(time)) / 86_400_000)],
  ['getHours', (time) => time.getUTCHours()],
  ['getMinutes', (time) => time.getUTCMinutes()],
  ['getSeconds', (time) => time.getUTCSeconds()],
  ['getMilliseconds', (time) => time.getUTCMilliseconds()],
]);

export const timeParts: readonly string[] = [...parts.keys()];

/** A part of a timestamp in UTC. With a time zone it is unknown. */
export function timePart(time: Date, name: string, args: readonly unknown[]): Result {
  const part = parts.get(name);
  return part && args.length === 0
    ? BigInt(part(time))
    : unknown(`${name}() of a timestamp is not evaluated here`);
}
