import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type LogLine, startLoki } from '../../../sandbox/monitors/loki.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { logQueryProblems } from '../../../src/sli/prometheus/loki/problems.ts';
import { createPrometheus } from '../../../src/sli/prometheus/source.ts';
import { watch } from '../../../src/steps/watch/watch.ts';
import { fakeRest } from '../../support/fake-rest.ts';
import { seeded } from '../../support/fake-source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;
const counters = {
  total: '{app="ocr",revision="$revision"} | json | kind = "request"',
  bad: '{app="ocr",revision="$revision"} | json | kind = "request" | status >= 500 or status = 429',
};

let loki: Awaited<ReturnType<typeof startLoki>>;
let clock: VirtualClock;
beforeEach(async () => {
  clock = new VirtualClock(start);
  loki = await startLoki({ now: () => clock.now(), tenant: 'team' });
});
afterEach(async () => {
  closeConnections();
  await loki.close();
});

const sourceOf = (more: object = {}) =>
  createPrometheus({
    settings: {
      flavour: 'loki',
      url: loki.url,
      tenant: 'team',
      managed: false,
      counters,
      delayMs: 30_000,
      ...more,
    },
    rest: fakeRest(() => ({})).rest,
    clock,
    projectId: 'p',
    objectives,
    random: () => 0.5,
  });
const reader = (source = sourceOf()) =>
  source.open({ service: 'ocr', revisions: ['ocr-2', 'ocr-1'], objectives, since: start });

/** The entry of a request, and beside it one that is none. */
function entry(revision: string, at: number, status: number, more: Partial<LogLine> = {}) {
  const stream = { app: 'ocr', revision };
  loki.lines.push({ at, stream, line: JSON.stringify({ kind: 'request', status, ms: 12 }), ...more });
  loki.lines.push({ at, stream, line: JSON.stringify({ kind: 'note', status: 500 }) });
}
/** Requests of one minute after the start, spread over it. */
function requests(revision: string, n: number, total: number, bad: number, more: Partial<LogLine> = {}) {
  for (let i = 0; i < total; i++)
    entry(
      revision,
      start + n * minute + Math.floor(((i + 0.5) * minute) / total),
      i < bad ? (i % 2 ? 429 : 503) : 200,
      more,
    );
}
const sumOf = (counts: readonly { revision: string; total: number; bad: number }[], revision = 'ocr-2') =>
  counts
    .filter((count) => count.revision === revision)
    .reduce((sum, { total, bad }) => ({ total: sum.total + total, bad: sum.bad + bad }), {
      total: 0,
      bad: 0,
    });

describe('counts of log entries', () => {
  test('are those of each minute and revision, and nothing else that was logged', async () => {
    requests('ocr-2', 0, 20, 3);
    requests('ocr-1', 0, 40, 1);
    requests('other-1', 0, 9, 9);
    requests('ocr-2', 1, 7, 0);
    await clock.sleep(2.6 * minute);
    const reading = await reader().poll([start]);
    expect(sumOf(reading.counts)).toEqual({ total: 27, bad: 3 });
    expect(sumOf(reading.counts, 'ocr-1')).toEqual({ total: 40, bad: 1 });
    expect(reading).toMatchObject({ horizon: start + 2 * minute, source: 'prometheus', bucketMs: minute });
    expect(loki.asked[0]?.query).toBe(
      'sum(count_over_time({app="ocr",revision="ocr-2"} | json | kind = "request"[60s]))',
    );
  });

  test('good entries can stand for the bad ones', async () => {
    requests('ocr-2', 0, 20, 3);
    const good = '{app="ocr",revision="$revision"} | json | kind = "request" | status < 400';
    await clock.sleep(2 * minute);
    const source = createPrometheus({
      settings: {
        flavour: 'loki',
        url: loki.url,
        tenant: 'team',
        managed: false,
        counters: undefined,
        delayMs: 0,
      },
      ...{ rest: fakeRest(() => ({})).rest, clock, projectId: 'p' },
      objectives: [{ ...objectives[0], prometheus: { total: counters.total, good } }],
    });
    expect(sumOf((await reader(source).poll([start])).counts)).toEqual({ total: 20, bad: 3 });
  });

  test('entries that come late are counted once, and later minutes wait longer', async () => {
    requests('ocr-2', 0, 20, 0);
    requests('ocr-2', 0, 4, 4, { visibleAt: start + 5 * minute });
    const one = reader();
    const all: { revision: string; total: number; bad: number }[] = [];
    for (let n = 0; n < 30; n++) {
      await clock.sleep(minute / 3);
      all.push(...(await one.poll([start])).counts);
    }
    expect(sumOf(all)).toEqual({ total: 24, bad: 4 });
    expect((await one.poll([start])).lagMs).toBeGreaterThanOrEqual(4 * minute);
  });

  test.each([
    ['partial', 'counts-partial'],
    ['outage', 'remote-error'],
    ['page', 'remote-error'],
    ['vector', 'counts-unusable'],
  ] as const)('%s is no count, and the next look counts everything', async (trouble, code) => {
    requests('ocr-2', 0, 20, 3);
    await clock.sleep(2 * minute);
    const one = reader();
    // An outage is tried again, so it has to last.
    loki.troubles.push(...Array.from({ length: 40 }, () => trouble));
    await expect(one.poll([start])).rejects.toMatchObject({ code });
    loki.troubles.length = 0;
    await clock.sleep(minute);
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 20, bad: 3 });
  });

  test('too many queries make it wait', async () => {
    requests('ocr-2', 0, 20, 3);
    await clock.sleep(2 * minute);
    const one = reader();
    loki.troubles.push(...Array.from({ length: 40 }, () => 'too many' as const));
    expect(await one.poll([start])).toMatchObject({
      counts: [],
      notes: [expect.stringMatching(/limits the queries/)],
    });
  });

  test('a total covers all revisions but those that were taken back', async () => {
    requests('ocr-2', 0, 20, 3);
    requests('ocr-1', 0, 40, 1);
    // Another service, whose name begins with ours.
    requests('ocr-worker-00001-abc', 0, 500, 500);
    await clock.sleep(30 * minute);
    const total = (except?: string[]) =>
      sourceOf().total(
        { service: 'ocr', objectives, ...(except ? { except } : {}) },
        start - 30 * 86_400_000,
        clock.now(),
      );
    expect(await total()).toEqual({ availability: { total: 60, bad: 4 } });
    expect(await total(['ocr-2'])).toEqual({ availability: { total: 40, bad: 1 } });
  });
});

describe('before the first change', () => {
  const inspect = (more: object = {}) =>
    sourceOf(more).inspect?.({ service: 'ocr', objectives }, start - 30 * minute, clock.now());

  test('queries that can be right pass, also if the last request was days ago', async () => {
    requests('ocr-1', -5 * 24 * 60, 40, 0);
    expect(await inspect()).toEqual([]);
    requests('ocr-1', -9, 40, 0);
    expect(await inspect()).toEqual([]);
  });

  test('they pass too where a frontend moves the start to the step before it', async () => {
    await loki.close();
    clock = new VirtualClock(start + 17 * minute);
    loki = await startLoki({ now: () => clock.now(), tenant: 'team', alignsWithStep: true });
    requests('ocr-1', -90, 40, 0);
    expect(await inspect()).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    [
      'no entry',
      { counters: { ...counters, total: counters.total.replace('ocr"', 'orc"') } },
      /no entry for \{app="orc"/,
    ],
    [
      'a filter by a label that no entry has',
      { counters: { ...counters, bad: `${counters.total} | statuss >= 500` } },
      /has the label statuss/,
    ],
    ['another tenant', { tenant: 'other' }, /no entry for/],
  ])('%s is refused', async (_, more, what) => {
    requests('ocr-1', -9, 40, 0);
    await expect(inspect(more)).rejects.toMatchObject({
      code: 'counts-unusable',
      what: expect.stringMatching(what),
    });
  });

  test('what Loki says of a query is said, and entries that are no JSON are no zero', async () => {
    requests('ocr-1', -9, 40, 0);
    loki.lines.push({ at: start - 9 * minute, stream: { app: 'ocr', revision: 'ocr-1' }, line: 'plain' });
    await expect(inspect()).rejects.toMatchObject({
      code: 'counts-unusable',
      what: expect.stringContaining('pipeline error'),
    });
  });

  test('without a tenant the login is explained', async () => {
    await expect(inspect({ tenant: undefined })).rejects.toMatchObject({ fix: 'Set prometheus_tenant.' });
  });

  test.each([
    [{ total: 'reqs{revision="$revision"}', bad: '{revision="$revision"}' }, /expected a log query of Loki/],
    [{ total: '{app="ocr"}', bad: '{revision="$revision"} | json' }, /expected \$revision/],
    [{ total: '{revision="$revision"}', bad: '{revision="$revision"}' }, /expected another query than total/],
    [{ total: '{revision="$revision"}', bad: 'rate({revision="$revision"}[5m])' }, /without functions/],
  ])('%j is refused as an input', (given, problem) => {
    expect(logQueryProblems(given, (counter) => counter).map((one) => one.problem)).toEqual([
      expect.stringMatching(problem),
    ]);
  });
});

describe('a watch', () => {
  const lines: string[] = [];
  const keep = (text: string) => void lines.push(text);
  function traffic(rate: number) {
    const random = seeded(5);
    for (let n = -20; n < 20; n++)
      for (const revision of ['ocr-1', 'ocr-2'])
        if (n >= 0 || revision === 'ocr-1') {
          let bad = 0;
          for (let i = 0; i < 60; i++) if (random() < (revision === 'ocr-2' ? rate : 0.001)) bad++;
          requests(revision, n, 60, bad);
        }
  }
  const run = () =>
    watch(
      { clock, log: { line: keep, warning: keep, detail: () => {}, debug: () => {} }, source: sourceOf() },
      {
        service: 'projects/p/locations/r/services/ocr',
        candidate: 'ocr-2',
        baseline: 'ocr-1',
        share: 0.5,
        phase: 'split',
        objectives,
        durationSeconds: 900,
        pollSeconds: 20,
      },
    );

  test('passes a healthy canary and fails one that is not', async () => {
    traffic(0.001);
    expect(await run()).toMatchObject({ verdict: 'pass' });
    loki.lines.length = 0;
    clock = new VirtualClock(start);
    traffic(0.1);
    expect(await run()).toMatchObject({ verdict: 'fail' });
  });
});
