import { type FreezeWindow, ofWeek, weekdays } from './window.ts';
import { momentsOf, type Wall, wallAt } from './zone.ts';

/** The window that a release falls into. */
export interface Freeze {
  /** As the user wrote it. */
  window: string;
  /** The end in the zone of the window and in UTC. Undefined if the windows leave no gap. */
  until: string | undefined;
  /** The end, RFC 3339. */
  ends: string | undefined;
  /** The reason that a person gave for a release all the same. */
  override?: string | undefined;
}

interface Span {
  window: FreezeWindow;
  from: number;
  to: number;
}

/** More changes of windows than this in a row mean that there is never a gap. */
const maxLinks = 150;

/**
 * The window that holds a moment, and when the freeze ends: windows that touch or overlap are one freeze. Undefined if no window
 * holds the moment. When clocks are put back, a window lasts from the first time that its begin is shown to the last time that its
 * end is.
 * @param now milliseconds since the epoch
 */
export function frozenAt(windows: readonly FreezeWindow[], now: number): Freeze | undefined {
  const first = longestAt(windows, now);
  if (!first) return undefined;
  let last = first;
  for (let links = 0; links < maxLinks; links += 1) {
    const next = longestAt(windows, last.to);
    if (!next) {
      const ends = new Date(last.to).toISOString().replace('.000Z', 'Z');
      return { window: first.window.text, until: untilText(last), ends };
    }
    last = next;
  }
  return { window: first.window.text, until: undefined, ends: undefined };
}

/** Of the windows that hold a moment, the one that ends last. */
function longestAt(windows: readonly FreezeWindow[], at: number): Span | undefined {
  return windows
    .flatMap((window) => spansAround(window, at))
    .filter(({ from, to }) => from <= at && at < to)
    .sort((a, b) => b.to - a.to)[0];
}

/** The one time of a dated window, or those of a weekly one that may hold the moment. */
function spansAround(window: FreezeWindow, at: number): Span[] {
  if (window.every === 'never') return [spanOf(window, window.from, window.to)];
  const { from, to } = window;
  const minutes = (ofWeek(to) - ofWeek(from) + 7 * 1440) % (7 * 1440);
  const today = wallAt(at, window.zone);
  // A window is shorter than a week, and a day of the wall may be missing or come twice.
  return [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1].flatMap((days) => {
    const start = shifted(today, days);
    if (weekdayOf(start) !== from.weekday) return [];
    const begin = { ...start, minutes: from.minutes };
    return [spanOf(window, begin, later(begin, minutes))];
  });
}

const spanOf = (window: FreezeWindow, from: Wall, to: Wall): Span => ({
  window,
  from: momentsOf(from, window.zone)[0],
  to: momentsOf(to, window.zone)[1],
});

const dayMs = 86_400_000;
const asDate = ({ year, month, day }: Wall): number => Date.UTC(year, month - 1, day);

function shifted(wall: Wall, days: number): Wall {
  const date = new Date(asDate(wall) + days * dayMs);
  return { ...wall, year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

const later = (wall: Wall, minutes: number): Wall => {
  const sum = wall.minutes + minutes;
  return { ...shifted(wall, Math.floor(sum / 1440)), minutes: sum % 1440 };
};

/** 0 for Monday. */
const weekdayOf = (wall: Wall): number => (new Date(asDate(wall)).getUTCDay() + 6) % 7;

const two = (count: number): string => String(count).padStart(2, '0');

const wallText = (wall: Wall): string =>
  `${weekdays[weekdayOf(wall)]} ${wall.year}-${two(wall.month)}-${two(wall.day)} ${two(Math.floor(wall.minutes / 60))}:${two(wall.minutes % 60)}`;

/** `Mon 2026-11-30 08:00 Europe/Berlin (Mon 2026-11-30 07:00 UTC)` */
function untilText({ window, to }: Span): string {
  const here = `${wallText(wallAt(to, window.zone))} ${window.zone}`;
  return window.zone === 'UTC' ? here : `${here} (${wallText(wallAt(to, 'UTC'))} UTC)`;
}

/** What the freeze means for a release, in one sentence. */
export const freezeText = ({ window, until }: Freeze): string =>
  `Releases are frozen by the window "${window}"${until === undefined ? ', and the windows leave no time between them' : ` until ${until}`}.`;

export const freezeFix = ({ until }: Freeze): string =>
  `${until === undefined ? 'Leave a gap between the windows of `freeze`' : 'Run this job again after that'}, or set freeze_override to the reason why this release cannot wait. A rollback is never frozen`;
