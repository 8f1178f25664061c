import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { freezeText, frozenAt } from '../../../src/domain/freeze/freeze.ts';
import { parseFreeze } from '../../../src/domain/freeze/window.ts';

const at = (text: string) => Date.parse(text);
const ends = (window: string, now: string) => frozenAt(parseFreeze(window), at(now))?.ends;

const weekend = 'Fri 16:00-Mon 08:00 Europe/Berlin';

describe('a window of every week', () => {
  test.each([
    // Winter: Berlin is one hour ahead.
    ['2026-11-27T14:59:59Z', undefined],
    ['2026-11-27T15:00:00Z', '2026-11-30T07:00:00Z'],
    ['2026-11-29T12:00:00Z', '2026-11-30T07:00:00Z'],
    ['2026-11-30T06:59:59Z', '2026-11-30T07:00:00Z'],
    ['2026-11-30T07:00:00Z', undefined],
    ['2026-12-02T12:00:00Z', undefined],
    // Over the change to summer time (29 March 2026) and back (25 October 2026).
    ['2026-03-27T14:59:59Z', undefined],
    ['2026-03-27T15:00:00Z', '2026-03-30T06:00:00Z'],
    ['2026-10-23T13:59:59Z', undefined],
    ['2026-10-23T14:00:00Z', '2026-10-26T07:00:00Z'],
    // Over the end of a year.
    ['2027-01-01T20:00:00Z', '2027-01-04T07:00:00Z'],
  ])('%s: %s', (now, expected) => expect(ends(weekend, now)).toBe(expected));

  test.each([
    ['Sat 00:00-Sun 24:00 UTC', '2026-11-29T23:59:59Z', '2026-11-30T00:00:00Z'],
    ['Sat 00:00-Sun 24:00 UTC', '2026-11-30T00:00:00Z', undefined],
    ['Tue 09:00-Tue 17:00 UTC', '2026-12-01T16:59:00Z', '2026-12-01T17:00:00Z'],
    // Longer than six days.
    ['Tue 17:00-Tue 09:00 UTC', '2026-12-01T12:00:00Z', undefined],
    ['Tue 17:00-Tue 09:00 UTC', '2026-12-01T17:00:00Z', '2026-12-08T09:00:00Z'],
    ['Tue 17:00-Tue 09:00 UTC', '2026-12-01T08:59:00Z', '2026-12-01T09:00:00Z'],
    // The day of Kiritimati is 14 hours ahead of UTC, that of Pago Pago 11 hours behind.
    ['Mon 00:00-Mon 01:00 Pacific/Kiritimati', '2026-11-29T10:30:00Z', '2026-11-29T11:00:00Z'],
    ['Mon 23:00-Tue 00:00 Pacific/Pago_Pago', '2026-12-01T10:30:00Z', '2026-12-01T11:00:00Z'],
    ['mon 10:00 – friday 18:00 europe/berlin', '2026-12-03T12:00:00Z', '2026-12-04T17:00:00Z'],
  ])('%s at %s: %s', (window, now, expected) => expect(ends(window, now)).toBe(expected));
});

describe('clocks that are changed', () => {
  test.each([
    // Put forward: 02:30 is never shown on 29 March 2026, so the change at 01:00 UTC stands for it.
    ['Sun 02:30-Sun 04:00 Europe/Berlin', '2026-03-29T00:59:59Z', undefined],
    ['Sun 02:30-Sun 04:00 Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29T02:00:00Z'],
    ['Sun 01:00-Sun 02:30 Europe/Berlin', '2026-03-29T00:30:00Z', '2026-03-29T01:00:00Z'],
    // Put back: 02:30 is shown twice on 25 October 2026. The window lasts from the first to the last.
    ['Sun 02:30-Sun 02:45 Europe/Berlin', '2026-10-25T00:29:59Z', undefined],
    ['Sun 02:30-Sun 02:45 Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T01:45:00Z'],
    ['Sun 02:30-Sun 02:45 Europe/Berlin', '2026-10-25T01:10:00Z', '2026-10-25T01:45:00Z'],
    ['Sun 02:30-Sun 02:45 Europe/Berlin', '2026-10-25T01:45:00Z', undefined],
    // Half an hour, at Lord Howe.
    ['Sun 01:00-Sun 02:15 Australia/Lord_Howe', '2026-10-03T15:00:00Z', '2026-10-03T15:30:00Z'],
    // Samoa left out the whole 30 December 2011.
    ['2011-12-30 12:00-2011-12-31 12:00 Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-30T22:00:00Z'],
  ])('%s at %s: %s', (window, now, expected) => expect(ends(window, now)).toBe(expected));
});

describe('a window of dates', () => {
  const holidays = '2026-12-20 00:00-2027-01-04 08:00 Europe/Berlin';
  test.each([
    ['2026-12-19T22:59:59Z', undefined],
    ['2026-12-19T23:00:00Z', '2027-01-04T07:00:00Z'],
    ['2027-01-04T07:00:00Z', undefined],
  ])('%s: %s', (now, expected) => expect(ends(holidays, now)).toBe(expected));
});

describe('several windows', () => {
  const both = `# the weekend, and the holidays\n${weekend}\n\n2026-11-30 07:00-2026-12-01 09:00 Asia/Seoul`;
  test('windows that overlap or touch are one freeze, and its end is in the zone of the last one', () => {
    const weeks = `${weekend}\n2026-11-30 16:00-2026-12-01 09:00 Asia/Seoul`;
    expect(frozenAt(parseFreeze(weeks), at('2026-11-28T00:00:00Z'))).toMatchObject({
      window: weekend,
      until: 'Tue 2026-12-01 09:00 Asia/Seoul (Tue 2026-12-01 00:00 UTC)',
      ends: '2026-12-01T00:00:00Z',
    });
    expect(ends(both, '2026-11-29T23:00:00Z')).toBe('2026-12-01T00:00:00Z');
  });
  test('windows without any gap have no end', () => {
    const always = parseFreeze('Mon 00:00-Thu 00:00 UTC\nThu 00:00-Mon 00:00 UTC');
    const frozen = frozenAt(always, at('2026-11-29T23:00:00Z'));
    expect(frozen?.ends).toBeUndefined();
    expect(frozen && freezeText(frozen)).toContain('no time between them');
  });
  test('no window, no freeze', () => expect(frozenAt(parseFreeze('# none'), 0)).toBeUndefined());
});

test('the sentence says which window, and until when', () => {
  const frozen = frozenAt(parseFreeze(weekend), at('2026-11-29T12:00:00Z'));
  expect(frozen && freezeText(frozen)).toBe(
    'Releases are frozen by the window "Fri 16:00-Mon 08:00 Europe/Berlin" until Mon 2026-11-30 08:00 Europe/Berlin (Mon 2026-11-30 07:00 UTC).',
  );
});

describe('what is refused', () => {
  test.each([
    ['Fri 16:00-Fri 16:00 UTC', 'either no time or the whole week'],
    ['Sun 24:00-Mon 00:00 UTC', 'either no time or the whole week'],
    ['2026-12-20 00:00-2026-12-20 00:00 UTC', 'ends before it begins'],
    ['2026-12-20 00:00-2026-12-19 00:00 UTC', 'ends before it begins'],
    ['2026-02-30 00:00-2026-03-01 00:00 UTC', 'a date of the calendar'],
    ['Fri 16:00-Mon 08:00', 'a time zone at the end'],
    ['Fri 16:00-Mon 08:00 Europe/Berln', 'did you mean Europe/Berlin?'],
    ['Fri 16:00-Mon 08:00 Berlin', 'did you mean Europe/Berlin?'],
    ['Fri 16:00-Mon 08:00 New York', 'did you mean America/New_York?'],
    ['Fri 16:00-Mon 08:00 Asia/Soul', 'did you mean Asia/Seoul?'],
    ['Fri 25:00-Mon 08:00 UTC', '00:00 to 24:00'],
    ['Fri 16:61-Mon 08:00 UTC', '00:00 to 24:00'],
    ['Freitag 16:00-Mon 08:00 UTC', 'a day of the week'],
    ['always', 'one window a line'],
  ])('%s', (text, expected) => {
    expect(() => parseFreeze(text)).toThrow(expected);
    expect(() => parseFreeze(`${weekend}\n${text}`)).toThrow(`line 2: `);
  });
});

describe('at any moment, in any zone', () => {
  // Halves and quarters of an hour, changes of half an hour, none at all, a change in Ramadan, and both ends of the day.
  const zones = fc.constantFrom(
    ...['Europe/Berlin', 'America/New_York', 'Asia/Seoul', 'Asia/Kathmandu', 'Australia/Lord_Howe'],
    ...['Africa/Casablanca', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'America/Sao_Paulo', 'UTC'],
  );
  const moments = fc.integer({
    min: at('2000-01-01T00:00:00Z') / 1000,
    max: at('2040-01-01T00:00:00Z') / 1000,
  });
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const time = (minute: number) =>
    `${days[Math.floor(minute / 1440)]} ${String(Math.floor((minute % 1440) / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const times = fc
    .tuple(fc.integer({ min: 0, max: 10_079 }), fc.integer({ min: 0, max: 10_079 }))
    .filter(([from, to]) => from !== to);

  const formats = new Map<string, Intl.DateTimeFormat>();
  const formatOf = (timeZone: string) => {
    const shown = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, ...shown });
    formats.set(timeZone, format);
    return format;
  };

  test('a window or the rest of the week holds it', () => {
    fc.assert(
      fc.property(zones, moments, times, (zone, seconds, [from, to]) => {
        const holds = (a: number, b: number) =>
          frozenAt(parseFreeze(`${time(a)}-${time(b)} ${zone}`), seconds * 1000) !== undefined;
        expect(holds(from, to) || holds(to, from)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('a freeze holds until its end, and no longer', () => {
    fc.assert(
      fc.property(zones, moments, times, (zone, seconds, [from, to]) => {
        const windows = parseFreeze(`${time(from)}-${time(to)} ${zone}`);
        const frozen = frozenAt(windows, seconds * 1000);
        if (!frozen?.ends) return;
        const end = at(frozen.ends);
        expect(end).toBeGreaterThan(seconds * 1000);
        expect(frozenAt(windows, end - 1)?.ends).toBe(frozen.ends);
        expect(frozenAt(windows, end)).toBeUndefined();
        const middle = Math.floor((seconds * 1000 + end) / 2);
        expect(frozenAt(windows, middle)?.ends).toBe(frozen.ends);
      }),
      { numRuns: 300 },
    );
  });

  test('away from a change of clocks, the weekday and the time on the wall decide', () => {
    fc.assert(
      fc.property(zones, moments, times, (zone, seconds, [from, to]) => {
        const wall = (ms: number) => {
          const format = formatOf(zone);
          const part = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
          return days.indexOf(part.weekday ?? '') * 1440 + Number(part.hour) * 60 + Number(part.minute);
        };
        const now = seconds * 1000;
        const day = 86_400_000;
        const week = 10_080;
        // The same time eight days before and after: no clock was changed in between.
        if (wall(now - 7 * day) !== wall(now) || wall(now + 7 * day) !== wall(now)) return;
        const since = (wall(now) - from + week) % week;
        const inside = since < (to - from + week) % week;
        expect(frozenAt(parseFreeze(`${time(from)}-${time(to)} ${zone}`), now) !== undefined).toBe(inside);
      }),
      { numRuns: 300 },
    );
  });
});
