import { parseZone, type Wall } from './zone.ts';

export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const names = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** A moment of every week. `weekday` is 0 for Monday. */
export interface WeekTime {
  weekday: number;
  /** Minutes since midnight. 1440 is the end of the day. */
  minutes: number;
}

/** A time in which nothing is released. The begin belongs to it, the end does not. */
export type FreezeWindow = { zone: string; text: string } & (
  | { every: 'week'; from: WeekTime; to: WeekTime }
  | { every: 'never'; from: Wall; to: Wall }
);

export const freezeForm =
  'one window a line, such as `Fri 16:00-Mon 08:00 Europe/Berlin` or `2026-12-20 00:00-2027-01-04 08:00 Europe/Berlin`';

const clock = String.raw`(\d{1,2}):(\d{2})`;
const weekly = new RegExp(`^([a-z]+)\\s+${clock}\\s*[-–—]\\s*([a-z]+)\\s+${clock}(?:\\s+(.+))?$`, 'i');
const moment = String.raw`(\d{4})-(\d{2})-(\d{2})[T\s]\s*${clock}`;
const dated = new RegExp(`^${moment}\\s*[-–—]\\s*${moment}(?:\\s+(.+))?$`, 'i');

const maxWindows = 50;

/** The windows of the input `freeze`. Empty lines and lines that begin with # are comments. */
export function parseFreeze(text: string): FreezeWindow[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const windows = lines.flatMap((line, index) => {
    if (line === '' || line.startsWith('#')) return [];
    try {
      return [parseWindow(line)];
    } catch (error) {
      throw new Error(lines.length > 1 ? `line ${index + 1}: ${messageOf(error)}` : messageOf(error));
    }
  });
  if (windows.length > maxWindows)
    throw new Error(`expected at most ${maxWindows} windows, found ${windows.length}`);
  return windows;
}

const messageOf = (error: unknown): string => (error as Error).message;

function parseWindow(line: string): FreezeWindow {
  const week = weekly.exec(line);
  if (week) {
    const [, day = '', hour, minute, lastDay = '', lastHour, lastMinute, zone] = week;
    const from = { weekday: weekdayOf(day), minutes: minutesOf(hour, minute) };
    const to = { weekday: weekdayOf(lastDay), minutes: minutesOf(lastHour, lastMinute) };
    if (ofWeek(from) === ofWeek(to))
      throw new Error('the window ends when it begins, so it would be either no time or the whole week');
    return { every: 'week', from, to, ...inZone(line, zone) };
  }
  const once = dated.exec(line);
  if (once) {
    const [, ...parts] = once;
    const [from, to] = [dateOf(parts.slice(0, 5)), dateOf(parts.slice(5, 10))];
    if (orderOf(to) <= orderOf(from)) throw new Error('the window ends before it begins');
    return { every: 'never', from, to, ...inZone(line, parts[10]) };
  }
  throw new Error(`expected ${freezeForm}`);
}

function inZone(line: string, zone: string | undefined): { zone: string; text: string } {
  if (zone === undefined) throw new Error('expected a time zone at the end, such as Europe/Berlin or UTC');
  const known = parseZone(zone.trim());
  const times = line.slice(0, line.length - zone.length).trim();
  return { zone: known, text: `${times.replace(/\s+/g, ' ')} ${known}` };
}

/** Minutes since Monday 00:00. The end of a Sunday is the beginning of the week. */
export const ofWeek = ({ weekday, minutes }: WeekTime): number => (weekday * 1440 + minutes) % (7 * 1440);

const orderOf = ({ year, month, day, minutes }: Wall): number =>
  Date.UTC(year, month - 1, day) + minutes * 60_000;

function weekdayOf(text: string): number {
  const word = text.toLowerCase();
  const found = names.findIndex((name) => name === word || (word.length >= 2 && name.slice(0, 3) === word));
  if (found >= 0) return found;
  throw new Error(`expected a day of the week: ${weekdays.join(', ')}`);
}

function minutesOf(hour = '', minute = ''): number {
  const minutes = Number(hour) * 60 + Number(minute);
  if (Number(minute) > 59 || minutes > 1440) throw new Error('expected a time from 00:00 to 24:00');
  return minutes;
}

function dateOf([year, month, date, hour, minute]: string[]): Wall {
  const found = { year: Number(year), month: Number(month), day: Number(date) };
  const real = new Date(Date.UTC(found.year, found.month - 1, found.day));
  if (real.getUTCMonth() + 1 !== found.month || real.getUTCDate() !== found.day || found.year < 1970)
    throw new Error('expected a date of the calendar, such as 2026-12-20');
  return { ...found, minutes: minutesOf(hour, minute) };
}
