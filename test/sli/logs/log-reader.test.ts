import { describe, expect, test } from '@jest/globals';
import { availability, entry, reader, start } from '../../support/log-reader.ts';

describe('reading', () => {
  test('an entry is counted once, in the poll that first sees it', async () => {
    const early = entry({ id: 'early' });
    const late = entry({ id: 'late', at: 1, lag: 30, status: 500 });
    const { open, clock } = reader((_, n) => ({ body: { entries: n === 0 ? [early] : [early, late] } }));
    expect(availability((await open.poll([start])).counts)).toEqual([['new', 1, 0, 0]]);
    await clock.sleep(40_000);
    expect(availability((await open.poll([start])).counts)).toEqual([['new', 1, 1, 0]]);
    await clock.sleep(10_000);
    expect((await open.poll([start])).counts).toEqual([]);
  });

  test('passes overlap in arrival time, once a minute by twice the longest request', async () => {
    const { open, clock, filters } = reader(
      (_, n) => ({ body: { entries: [entry({ at: 300 + n * 10, lag: 0 })] } }),
      { requestTimeoutMs: 90_000 },
      { since: start },
    );
    for (let i = 0; i < 8; i++) {
      await open.poll([start]);
      await clock.sleep(10_000);
    }
    const arrived = filters().map(
      (filter) => (Date.parse(/receiveTimestamp>="([^"]+)"/.exec(filter)?.[1] ?? '') - start) / 1000,
    );
    expect(arrived[0]).toBe(0);
    expect(arrived[1]).toBe(285);
    expect(arrived[6]).toBe(350 - 180);
    expect(filters()[1]).toContain('timestamp>="2026-11-22T12:00:00.000Z"');
    expect(filters()[1]).toContain('resource.labels.revision_name=("new" OR "old")');
  });

  test('pages are followed, and the next poll reads what did not fit', async () => {
    const { open, clock, calls } = reader(
      (_, n) => ({
        body: { entries: [entry(), entry({ status: 500 })], nextPageToken: n < 5 ? `t${n}` : undefined },
      }),
      { pagesPerPoll: 4 },
    );
    expect(availability((await open.poll([start])).counts)).toEqual([['new', 8, 4, 0]]);
    await clock.sleep(20_000);
    const second = await open.poll([start]);
    expect(availability(second.counts)).toEqual([['new', 4, 2, 0]]);
    expect(calls.map(({ body }) => (body as { pageToken?: string }).pageToken)).toEqual([
      undefined,
      't0',
      't1',
      't2',
      't3',
      't4',
    ]);
  });

  test('if entries come faster than they can be read, a fixed sample is judged, and a note says so', async () => {
    const { open, clock, filters } = reader(() => ({ body: { entries: [entry()], nextPageToken: 'more' } }), {
      pagesPerPoll: 2,
      callsPerMinute: 20,
    });
    let notes: string[] = [];
    for (let i = 0; i < 12; i++) {
      ({ notes } = await open.poll([start]));
      await clock.sleep(10_000);
    }
    expect(notes.join()).toMatch(/1 request in \d+ was judged/);
    expect(filters().some((filter) => filter.includes('sample(insertId'))).toBe(false);
  });

  test('at 500 requests a second, the sample lets the horizon keep up', async () => {
    let now = () => start;
    const { open, clock, filters } = reader(({ body: { filter, pageToken } }) => {
      const time = (mark: string) =>
        Date.parse(new RegExp(`receiveTimestamp${mark}"([^"]+)"`).exec(filter)?.[1] ?? '');
      const [from, to] = [time('>='), Math.min(time('<=') || Number.POSITIVE_INFINITY, now())];
      const part = Number(/sample\(insertId, ([\d.]+)\)/.exec(filter)?.[1] ?? 1);
      const first = pageToken ? Number(pageToken) : Math.max(0, Math.ceil((from - start) / 2));
      const entries = [];
      let i = first;
      for (; start + 2 * i <= to && entries.length < 1000; i++)
        if ((i % 64) / 64 < part) entries.push(entry({ id: `r${i}`, at: i / 500, lag: 0 }));
      return { body: { entries, ...(entries.length === 1000 ? { nextPageToken: String(i) } : {}) } };
    });
    now = () => clock.now();
    let reading = await open.poll([start]);
    for (let i = 0; i < 30; i++) {
      await clock.sleep(10_000);
      reading = await open.poll([start]);
    }
    expect(filters().some((filter) => filter.includes('sample(insertId'))).toBe(true);
    expect(reading.sampled).toBeLessThan(1);
    expect(clock.now() - reading.horizon).toBeLessThan(60_000);
  });

  test('the sample begins with the next pass', async () => {
    const { open, clock, filters } = reader(
      (_, n) => ({ body: { entries: [entry()], ...(n < 6 ? { nextPageToken: `t${n}` } : {}) } }),
      { pagesPerPoll: 2 },
    );
    for (let i = 0; i < 6; i++) {
      await open.poll([start]);
      await clock.sleep(10_000);
    }
    expect(filters().at(-1)).toMatch(/sample\(insertId, 0\.\d+\)/);
  });

  test('at most 20 calls in any minute, however often the watch polls', async () => {
    const { open, clock, calls } = reader(() => ({ body: {} }));
    const at: number[] = [];
    for (let i = 0; i < 200; i++) {
      const before = calls.length;
      await open.poll([start]);
      if (calls.length > before) at.push(clock.now());
      await clock.sleep(1000);
    }
    for (const moment of at)
      expect(at.filter((other) => other > moment - 60_000 && other <= moment).length).toBeLessThanOrEqual(20);
    expect(at.length).toBeGreaterThan(55);
  });

  test('a failed attempt also takes one of the 20 calls', async () => {
    const at: number[] = [];
    const { open, clock, calls } = reader(() => {
      at.push(clock.now());
      return { status: 503, body: {} };
    });
    for (let i = 0; i < 120; i++) {
      await open.poll([start]).catch(() => undefined);
      await clock.sleep(1000);
    }
    for (const moment of at)
      expect(at.filter((other) => other > moment - 60_000 && other <= moment).length).toBeLessThanOrEqual(20);
    // The REST client itself must not retry.
    expect(calls.every(({ retry }) => retry === 'never')).toBe(true);
    expect(at.length).toBeGreaterThan(25);
  });

  test('a single failure is tried again and not reported', async () => {
    const { open } = reader((_, n) =>
      n === 0 ? { status: 503, body: {} } : { body: { entries: [entry()] } },
    );
    expect(availability((await open.poll([start])).counts)).toEqual([['new', 1, 0, 0]]);
  });

  test('a failure between pages loses nothing, and a poll that reads nothing does not hide it', async () => {
    const first = entry({ id: 'first', status: 500 });
    const { open, clock } = reader((_, n) => {
      if (n === 0) return { body: { entries: [first], nextPageToken: 'x' } };
      if (n <= 3) return { status: 503, body: { error: { message: 'try later', status: 'UNAVAILABLE' } } };
      return { body: { entries: [first, entry()] } };
    });
    await expect(open.poll([start])).rejects.toThrow('503');
    await clock.sleep(1000);
    await expect(open.poll([start])).rejects.toThrow('503');
    await clock.sleep(10_000);
    expect(availability((await open.poll([start])).counts)).toEqual([['new', 2, 1, 0]]);
  });

  test.each([
    ['429', { status: 429, body: {} }],
    ['500', { status: 500, body: {} }],
    ['entries that are not a list', { body: { entries: 'none' } }],
  ])('%s is an error, not silence', async (_, reply) => {
    await expect(reader(() => reply).open.poll([start])).rejects.toThrow();
  });

  test('an empty answer is no error', async () => {
    const { counts, horizon, lagMs } = await reader(() => ({ body: {} })).open.poll([start]);
    expect(counts).toEqual([]);
    expect(lagMs).toBe(10_000);
    expect(horizon).toBe(start);
  });

  test('the lag is measured from the request to its arrival, and from there to our first read of it', async () => {
    const { open, clock } = reader(() => ({
      body: { entries: Array.from({ length: 40 }, (_, i) => entry({ at: i / 10, lag: i === 0 ? 30 : 3 })) },
    }));
    await clock.sleep(33_000);
    const { lagMs, horizon } = await open.poll([start]);
    expect(lagMs).toBeGreaterThanOrEqual(3000);
    expect(lagMs).toBeLessThan(33_000);
    expect(horizon).toBe(start + 33_000 - lagMs);
  });

  test('a second runner counts nothing twice', async () => {
    const entries = [entry({ at: 1, id: 'a' }), entry({ at: 2, id: 'b' })];
    const { cursor } = await reader(() => ({ body: { entries } })).open.poll([start]);
    const more = [...entries, entry({ at: 9, id: 'c', status: 500 })];
    const { open } = reader(() => ({ body: { entries: more } }), {}, { cursor });
    expect(availability((await open.poll([start])).counts)).toEqual([['new', 1, 1, 0]]);
  });
});
