import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type NewRelicOptions, startNewRelic } from '../../../sandbox/monitors/newrelic.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { wrongKind } from '../../../src/sli/newrelic/login.ts';
import { type CountQuery, parseCount } from '../../../src/sli/newrelic/query.ts';
import { createNewRelic } from '../../../src/sli/newrelic/source.ts';
import { watch } from '../../../src/steps/watch/watch.ts';
import { seeded } from '../../support/fake-source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const key = 'NRAK-0123456789ABCDEF';
const account = 1234567;
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;

let newRelic: Awaited<ReturnType<typeof startNewRelic>>;
let clock: VirtualClock;
const open = async (options: Partial<NewRelicOptions> = {}) => {
  clock = new VirtualClock(start);
  newRelic = await startNewRelic({ now: () => clock.now(), ...options });
  newRelic.keys.set(key, [account]);
};
beforeEach(() => open());
afterEach(async () => {
  closeConnections();
  await newRelic.close();
});

const count = (text: string) => parseCount(text) as CountQuery;
const metrics = {
  total: count("SELECT count(apm.service.transaction.duration) FROM Metric WHERE appName = '$revision'"),
  bad: count("SELECT count(apm.service.error.count) FROM Metric WHERE appName = '$revision'"),
};
const events = {
  total: count("SELECT count(*) FROM Transaction WHERE appName = 'ocr' AND revision = '$revision'"),
  bad: count(
    "SELECT filter(count(*), WHERE error IS TRUE) FROM Transaction WHERE appName = 'ocr' AND revision = '$revision'",
  ),
};
const whole = {
  total: count("SELECT count(*) FROM Transaction WHERE appName = 'ocr'"),
  bad: count("SELECT filter(count(*), WHERE error IS TRUE) FROM Transaction WHERE appName = 'ocr'"),
};

const masked: string[] = [];
const sourceOf = ({
  counts = metrics,
  badOptional = false,
  account: of = account,
  reservoir = 10_000,
} = {}) =>
  createNewRelic({
    settings: {
      region: 'eu',
      account: of,
      key,
      pairs: new Map([['availability', counts]]),
      badOptional,
      reservoir,
      delayMs: 3 * minute,
    },
    world: {
      clock,
      env: { NEW_RELIC_NERDGRAPH: newRelic.url },
      sandbox: true,
      userAgent: 'test',
      mask: (value) => masked.push(value),
      identityToken: async () => '',
    },
    random: () => 0.5,
  });
const reader = (source = sourceOf(), revisions = ['ocr-2', 'ocr-1']) =>
  source.open({ service: 'ocr', revisions, objectives, since: start });

/** Metrics of one revision in one minute after the start. */
function requests(
  n: number,
  revision: string,
  total: number,
  bad: number,
  lateMs = minute,
  badLateMs = lateMs,
) {
  const at = start + n * minute + 20_000;
  newRelic.put(
    'Metric',
    at,
    { appName: revision, 'apm.service.transaction.duration': total },
    40_000 + lateMs,
  );
  if (bad > 0)
    newRelic.put('Metric', at, { appName: revision, 'apm.service.error.count': bad }, 40_000 + badLateMs);
}
/** Events of one revision, evenly over a minute. */
function eventsIn(n: number, total: number, more: Record<string, string | number | boolean> = {}) {
  for (let i = 0; i < total; i++)
    newRelic.put(
      'Transaction',
      start + n * minute + Math.floor((i * minute) / total),
      { appName: 'ocr', revision: 'ocr-2', error: i % 10 === 0, realAgentId: 7, ...more },
      30_000,
    );
}
const past = () => requests(-120, 'ocr-1', 10, 1);
const sumOf = (counts: readonly { total: number; bad: number }[]) =>
  counts.reduce((sum, { total, bad }) => ({ total: sum.total + total, bad: sum.bad + bad }), {
    total: 0,
    bad: 0,
  });

describe('counts in NRQL', () => {
  test.each([
    ["SELECT count(*) FROM Transaction WHERE appName = 'ocr'", undefined],
    ["select count(*) from Transaction where revision = '$revision' AND appName = 'ocr'", 'revision'],
    ["FROM Metric SELECT sum(ocr.requests) WHERE `service.version` = '$revision'", '`service.version`'],
    [
      "SELECT filter(count(*), WHERE httpResponseCode >= 500) FROM Transaction WHERE revision = '$revision'",
      'revision',
    ],
    [
      "SELECT count(*) FROM Transaction WHERE name = 'since until limit' AND revision = '$revision'",
      'revision',
    ],
  ])('%s', (text, attribute) => {
    expect(count(text)).toMatchObject({ attribute });
  });

  test.each([
    ['SELECT average(duration) FROM Transaction', /others are no numbers of requests/],
    ['SELECT uniqueCount(user) FROM Transaction', /others are no numbers of requests/],
    ['SELECT percentage(count(*), WHERE error IS TRUE) FROM Transaction', /others are no numbers/],
    ['SELECT count(*), sum(x) FROM Transaction', /others are no numbers of requests/],
    ['SELECT count(*) FROM Transaction SINCE 1 hour ago', /no SINCE/],
    ["SELECT count(*) FROM Transaction WHERE appName = 'ocr' FACET host", /no FACET/],
    ['SELECT count(*) FROM Transaction TIMESERIES', /no TIMESERIES|a count in NRQL/],
    ['SELECT count(*) AS n FROM Transaction', /no name after AS/],
    ['SELECT count(*) FROM Transaction, PageView', /a count in NRQL/],
    ['count(*)', /a count in NRQL/],
    ["SELECT count(*) FROM Transaction WHERE revision LIKE '$revision'", /once/],
    ["SELECT count(*) FROM Transaction WHERE a = '$revision' AND b = '$revision'", /once/],
    ["SELECT count(*) FROM Transaction WHERE a = '$revision' OR b = 'x'", /joined by AND/],
    ["SELECT count(*) FROM Transaction WHERE a = 'x", /quotation/],
  ])('%s is refused', (text, why) => {
    expect(parseCount(text)).toEqual(expect.stringMatching(why));
  });

  test.each([
    ['a license key', '0123456789abcdef0123456789abcdef0123NRAL', /license key/],
    ['an old license key', '0123456789abcdef0123456789abcdef01234567', /license key/],
    ['a query key of Insights', 'NRIQ-abc', /Insights/],
    ['an insert key', 'NRII-abc', /insert key/],
    ['a key of the REST API', 'NRRA-abc', /REST API/],
  ])('%s is told from a user key', (_, text, what) => {
    expect(wrongKind(text)).toEqual(expect.stringMatching(what));
    expect(wrongKind(key)).toBeUndefined();
  });
});

describe('the login', () => {
  test('the key is masked, and sent as Api-Key', async () => {
    past();
    requests(0, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute);
    expect(sumOf((await reader().poll([start - minute])).counts)).toEqual({ total: 10, bad: 1 });
    expect(masked).toContain(key);
  });

  test.each([
    ['a wrong key', () => newRelic.keys.clear(), /region eu does not know it/],
    ['an account that the user may not see', () => newRelic.keys.set(key, [99]), /no access to this account/],
  ])('%s is explained', async (_, spoil, why) => {
    await clock.sleep(5 * minute);
    spoil();
    const failure = await reader()
      .poll([start])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'permission-denied', why: expect.stringMatching(why) });
    expect(JSON.stringify(failure)).not.toContain(key);
  });
});

describe('answers', () => {
  test.each([
    ['message', 'counts-partial'],
    ['some-error', 'counts-partial'],
    ['lost-step', 'counts-partial'],
    ['redirect', 'redirect-refused'],
    [{ stepSeconds: 300 }, 'counts-unusable'],
  ] as const)('%j is no count, and the next look counts everything', async (trouble, code) => {
    past();
    requests(0, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute);
    const one = reader();
    newRelic.troubles.push(trouble);
    await expect(one.poll([start])).rejects.toMatchObject({ code });
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 10, bad: 1 });
  });

  test.each([
    ['timeout', 'counts-partial'],
    ['server-error', 'remote-error'],
    ['outage', 'remote-error'],
  ] as const)('%s is tried again, and then told', async (trouble, code) => {
    past();
    requests(0, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute);
    newRelic.troubles.push(trouble, trouble);
    expect(sumOf((await reader().poll([start])).counts)).toEqual({ total: 10, bad: 1 });
    newRelic.troubles.push(trouble, trouble, trouble);
    await expect(reader().poll([start])).rejects.toMatchObject({ code });
  });

  test.each(['throttle', 'limit'] as const)('after %s nothing is sent for a while', async (trouble) => {
    past();
    requests(0, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute);
    const one = reader();
    newRelic.troubles.push(trouble);
    expect(await one.poll([start])).toMatchObject({ counts: [], notes: [expect.stringMatching(/limit/)] });
    const sent = newRelic.queries.length;
    await clock.sleep(10_000);
    await one.poll([start]);
    expect(newRelic.queries).toHaveLength(sent);
    await clock.sleep(2 * minute);
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 10, bad: 1 });
  });

  test('a pause that New Relic asks for is kept', async () => {
    past();
    requests(0, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute);
    const one = reader();
    newRelic.troubles.push('pause');
    expect(await one.poll([start])).toMatchObject({ counts: [] });
    const sent = newRelic.queries.length;
    await clock.sleep(4 * minute);
    await expect(one.poll([start])).rejects.toMatchObject({ code: 'quota-spent' });
    expect(newRelic.queries).toHaveLength(sent);
    await clock.sleep(2 * minute);
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 10, bad: 1 });
  });

  test('a query that New Relic refuses ends the watch', async () => {
    const counts = { ...metrics, total: count("SELECT sum(a.b) FROM Metric WHERE appName ~ '$service'") };
    await clock.sleep(5 * minute);
    await expect(reader(sourceOf({ counts })).poll([start])).rejects.toMatchObject({
      code: 'counts-unusable',
    });
  });
});

describe('counts that do not exist', () => {
  const query = { service: 'ocr', objectives };

  test.each([
    ['no metric', () => {}, /transaction\.duration.* was 0/],
    ['no failure yet', () => requests(-5, 'ocr-1', 10, 0), /error\.count.* was 0/],
    ['a name that is no revision', () => requests(-5, 'ocr', 10, 1), /LIKE 'ocr-%' AND .* was 0/],
  ])('%s stops the release before its first change', async (_, prepare, what) => {
    prepare();
    await expect(sourceOf().inspect?.(query, start, clock.now())).rejects.toMatchObject({
      code: 'counts-unusable',
      what: expect.stringMatching(what),
    });
  });

  test('totals leave out revisions, and know nothing from zero', async () => {
    requests(-50, 'ocr-1', 100, 10);
    requests(-40, 'ocr-2', 50, 50);
    // Another service, whose name begins with ours.
    requests(-40, 'ocr-worker-00001-abc', 500, 500);
    const source = sourceOf();
    const hour = start - 60 * minute;
    expect(await source.total(query, hour, start)).toEqual({ availability: { total: 150, bad: 60 } });
    expect(await source.total({ ...query, except: ['ocr-2'] }, hour, start)).toEqual({
      availability: { total: 100, bad: 10 },
    });
    expect(await source.total(query, start - 30 * minute, start - 20 * minute)).toEqual({});
  });
});

describe('events', () => {
  test('are counted where an agent keeps them all', async () => {
    eventsIn(0, 600);
    await clock.sleep(5 * minute);
    const one = reader(sourceOf({ counts: events }));
    expect(sumOf((await one.poll([start - minute])).counts)).toEqual({ total: 600, bad: 60 });
  });

  test.each([
    ['a minute near the limit', 10_000, 8500, {}],
    ['a lower limit', 2000, 1700, {}],
    ['agents that have no name', 10_000, 8500, { realAgentId: '' }],
  ])('%s is refused', async (_, reservoir, total, more) => {
    eventsIn(0, total, more);
    await clock.sleep(5 * minute);
    const one = reader(sourceOf({ counts: events, reservoir }));
    await expect(one.poll([start - minute])).rejects.toMatchObject({
      code: 'counts-unusable',
      what: expect.stringMatching(/One agent of New Relic sent \d+ events/),
    });
  });

  test('a burst of a few seconds is near the limit too', async () => {
    for (let i = 0; i < 700; i++)
      newRelic.put('Transaction', start + 15_000 + i * 7, { appName: 'ocr', revision: 'ocr-2' }, 30_000);
    await clock.sleep(5 * minute);
    await expect(reader(sourceOf({ counts: events })).poll([start - minute])).rejects.toMatchObject({
      code: 'counts-unusable',
    });
  });

  test('failures that are a sample are refused too', async () => {
    past();
    requests(0, 'ocr-2', 8500, 0);
    eventsIn(0, 8500);
    await clock.sleep(5 * minute);
    const one = reader(sourceOf({ counts: { total: metrics.total, bad: events.bad } }));
    await expect(one.poll([start - minute])).rejects.toMatchObject({
      what: expect.stringMatching(/One agent of New Relic/),
    });
  });

  test.each([
    ['a budget of a sample', 5000, true],
    ['a budget that no agent came near to', 2000, false],
  ])('%s: refused %#', async (_, perMinute, refused) => {
    for (let n = 0; n < 30; n++) eventsIn(n, perMinute / 10);
    await clock.sleep(35 * minute);
    const source = sourceOf({ counts: events, reservoir: 1000 });
    const asked = source.total({ service: 'ocr', objectives }, start, start + 30 * minute);
    if (refused)
      await expect(asked).rejects.toMatchObject({
        code: 'counts-unusable',
        what: expect.stringMatching(/One agent of New Relic sent \d+ events of Transaction in 60 s/),
      });
    else expect((await asked).availability?.total).toBe(30 * (perMinute / 10));
  });

  test('many agents that are each far from it are counted', async () => {
    for (const agent of [1, 2, 3, 4]) eventsIn(0, 4000, { realAgentId: agent });
    await clock.sleep(5 * minute);
    const one = reader(sourceOf({ counts: events }));
    expect(sumOf((await one.poll([start - minute])).counts).total).toBe(16_000);
  });
});

describe('late minutes', () => {
  test('any lag, gap and late part: each request is counted once', async () => {
    const random = seeded(9);
    past();
    const sent = { total: 0, bad: 0 };
    for (let n = 0; n < 30; n++) {
      if (random() < 0.2) continue;
      for (let part = 0; part < 3; part++) {
        const total = Math.floor(random() * 50);
        const bad = Math.floor(random() * total * 0.2);
        const lateMs = Math.floor(random() * (random() < 0.2 ? 8 : 2) * minute);
        requests(n, 'ocr-2', total, bad, lateMs, lateMs + Math.floor(random() * minute));
        sent.total += total;
        sent.bad += bad;
      }
    }
    const one = reader();
    const all: { total: number; bad: number }[] = [];
    for (let n = 0; n < 100; n++) {
      await clock.sleep(30_000);
      all.push(...(await one.poll([start - 2 * minute])).counts);
    }
    const counted = sumOf(all);
    expect(counted.bad).toBe(sent.bad);
    expect(counted.total).toBeGreaterThanOrEqual(sent.total);
    expect(counted.total).toBeLessThanOrEqual(sent.total + sent.bad);
  });
});

describe('a watch', () => {
  const keep = () => {};
  const run = (more: object = {}, source = sourceOf()) =>
    watch(
      { clock, log: { line: keep, warning: keep, detail: keep, debug: keep }, source },
      {
        service: 'projects/p/locations/r/services/ocr',
        candidate: 'ocr-2',
        baseline: 'ocr-1',
        share: 0.5,
        phase: 'split',
        objectives,
        durationSeconds: 900,
        pollSeconds: 20,
        ...more,
      },
    );
  function traffic(rate: number) {
    const random = seeded(11);
    const failures = (chance: number) => Array.from({ length: 300 }).filter(() => random() < chance).length;
    for (let n = -30; n < 20; n++) {
      requests(n, 'ocr-1', 300, failures(0.001));
      if (n >= 0) requests(n, 'ocr-2', 300, failures(rate));
    }
  }

  test('fails a regression of a part of the users', async () => {
    past();
    traffic(0.06);
    expect(await run()).toMatchObject({ verdict: 'fail' });
  });

  test('passes a healthy release', async () => {
    past();
    traffic(0.001);
    expect(await run({ phase: 'full', share: 1 })).toMatchObject({ verdict: 'pass' });
  });

  test('does not judge a part of the users by counts of the whole service', async () => {
    for (let n = 0; n < 3; n++) eventsIn(n, 300);
    const result = await run({}, sourceOf({ counts: whole }));
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind' });
  });
});
