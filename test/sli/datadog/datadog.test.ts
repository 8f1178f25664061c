import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type DatadogOptions, startDatadog } from '../../../sandbox/monitors/datadog.ts';
import { closeConnections } from '../../../src/http/send.ts';
import type { Credentials } from '../../../src/sli/datadog/credentials.ts';
import { type CountQuery, parseCount } from '../../../src/sli/datadog/query.ts';
import { createDatadog } from '../../../src/sli/datadog/source.ts';
import { watch } from '../../../src/steps/watch/watch.ts';
import { seeded } from '../../support/fake-source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const apiKey = '0123456789abcdef0123456789abcdef';
const appKey = 'fedcba9876543210fedcba9876543210fedcba98';
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;
const hits = 'trace.http.request.hits';
const errors = 'trace.http.request.errors';

let datadog: Awaited<ReturnType<typeof startDatadog>>;
let clock: VirtualClock;
let masked: string[];
const open = async (options: Partial<DatadogOptions> = {}) => {
  clock = new VirtualClock(start);
  datadog = await startDatadog({ now: () => clock.now(), ...options });
  datadog.apiKeys.add(apiKey);
  datadog.appKeys.set(appKey, { scopes: ['timeseries_query'] });
};
beforeEach(() => open());
afterEach(async () => {
  closeConnections();
  await datadog.close();
});

const count = (text: string) => parseCount(text) as CountQuery;
const revisionCounts = {
  total: count(`sum:${hits}{service:ocr,version:$revision}`),
  bad: count(`sum:${errors}{service:ocr,version:$revision}`),
};
const wholeCounts = { total: count(`sum:${hits}{service:ocr}`), bad: count(`sum:${errors}{service:ocr}`) };

function sourceOf({
  counts = revisionCounts,
  credentials = { apiKey, appKey } as Credentials,
  badOptional = false,
  delayMs = 2 * minute,
} = {}) {
  masked = [];
  return createDatadog({
    settings: { site: 'eu1', credentials, pairs: new Map([['availability', counts]]), badOptional, delayMs },
    world: {
      clock,
      env: { DATADOG_HOST: datadog.url },
      sandbox: true,
      userAgent: 'test',
      mask: (value) => masked.push(value),
      identityToken: async (audience) =>
        `x.${Buffer.from(JSON.stringify({ aud: audience, sub: 'repo:acme/ocr:ref:refs/heads/main' })).toString('base64url')}.y`,
    },
    random: () => 0.5,
  });
}
const reader = (source = sourceOf(), revisions = ['ocr-2', 'ocr-1']) =>
  source.open({ service: 'ocr', revisions, objectives, since: start });

/** Requests of one revision in one minute after the start, shown a minute after its end. */
function requests(
  n: number,
  revision: string,
  total: number,
  bad: number,
  lateMs = minute,
  badLateMs = lateMs,
) {
  const tags = ['service:ocr', 'env:prod', `version:${revision}`];
  const at = start + n * minute + 20_000;
  datadog.put(hits, tags, at, total, 40_000 + lateMs);
  if (bad > 0) datadog.put(errors, tags, at, bad, 40_000 + badLateMs);
}
/** One failure of long ago, so that both counts exist. */
const past = () => requests(-120, 'ocr-1', 10, 1);
const sumOf = (counts: readonly { total: number; bad: number }[]) =>
  counts.reduce((sum, { total, bad }) => ({ total: sum.total + total, bad: sum.bad + bad }), {
    total: 0,
    bad: 0,
  });

describe('the login', () => {
  test('sends both keys and masks them', async () => {
    past();
    requests(0, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute);
    expect(sumOf((await reader().poll([start - minute])).counts)).toEqual({ total: 10, bad: 1 });
    expect(masked).toEqual([apiKey, appKey]);
  });

  test('sends a token', async () => {
    past();
    requests(0, 'ocr-2', 10, 0);
    datadog.tokens.set('ddpat_1', { scopes: ['timeseries_query'] });
    await clock.sleep(5 * minute);
    const source = sourceOf({ credentials: { token: 'ddpat_1' } });
    expect(sumOf((await reader(source).poll([start])).counts).total).toBe(10);
  });

  test.each([
    ['an API key of another site', () => datadog.apiKeys.clear(), /site eu1 does not know the API key/],
    ['a wrong application key', () => datadog.appKeys.clear(), /does not know the application key/],
    [
      'an application key without the scope',
      () => datadog.appKeys.set(appKey, { scopes: ['dashboards_read'] }),
      /lacks the scope timeseries_query/,
    ],
  ])('%s is told apart', async (_, spoil, why) => {
    await clock.sleep(5 * minute);
    spoil();
    const failure = await reader()
      .poll([start])
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'permission-denied', why: expect.stringMatching(why) });
    expect(JSON.stringify(failure)).not.toContain(apiKey);
    expect(JSON.stringify(failure)).not.toContain(appKey);
  });

  test.each([
    ['unknown', undefined, /does not know the token/],
    ['expired', { scopes: ['timeseries_query'], expires: start }, /does not know the token/],
    ['without the scope', { scopes: [] }, /lacks the scope/],
  ])('a token that is %s is explained', async (_, right, why) => {
    if (right) datadog.tokens.set('ddpat_1', right);
    await clock.sleep(5 * minute);
    await expect(reader(sourceOf({ credentials: { token: 'ddpat_1' } })).poll([start])).rejects.toMatchObject(
      { code: 'permission-denied', why: expect.stringMatching(why) },
    );
  });

  describe('with the token of GitHub', () => {
    const org = '11111111-1111-4111-8111-111111111111';
    const delegated = () => reader(sourceOf({ credentials: { org } }));
    const aud = (proof: string) =>
      JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString('utf8')).aud;

    test('exchanges it, and again before the login ends', async () => {
      past();
      const proofs: string[] = [];
      datadog.persona.admits = (proof) => {
        proofs.push(aud(proof));
        return { scopes: ['timeseries_query'] };
      };
      const one = delegated();
      for (let n = 0; n < 40; n += 4) {
        requests(n, 'ocr-2', 10, 0);
        await clock.sleep(4 * minute);
        await one.poll([start]);
      }
      expect(proofs).toEqual([`datadog/${org}`, `datadog/${org}`, `datadog/${org}`]);
      expect(masked.filter((secret) => secret.startsWith('delegated.'))).toHaveLength(3);
    });

    test('a login that Datadog withdrew is renewed once', async () => {
      past();
      requests(0, 'ocr-2', 10, 0);
      datadog.persona.admits = () => ({ scopes: ['timeseries_query'] });
      await clock.sleep(5 * minute);
      const one = delegated();
      await one.poll([start]);
      datadog.tokens.clear();
      requests(5, 'ocr-2', 10, 0);
      await clock.sleep(5 * minute);
      expect(sumOf((await one.poll([start])).counts).total).toBe(10);
      datadog.persona.admits = () => ({ scopes: [], expires: 0 });
      datadog.tokens.clear();
      await clock.sleep(5 * minute);
      await expect(one.poll([start])).rejects.toMatchObject({ code: 'permission-denied' });
    });

    test.each([
      ['no proof', /does not accept GitHub's token/],
      ['no mapping', /No identity mapping of the organisation admits this run/],
    ] as const)('%s is explained with the claim to compare', async (answer, why) => {
      datadog.persona.admits = () => answer;
      await clock.sleep(5 * minute);
      await expect(delegated().poll([start])).rejects.toMatchObject({
        code: 'permission-denied',
        why: expect.stringMatching(why),
        fix: expect.stringContaining('^repo:acme/ocr:ref:refs/heads/main$'),
      });
    });
  });

  test('without a login it says what to set', () => {
    expect(() => sourceOf({ credentials: {} })).toThrow(expect.objectContaining({ code: 'login-missing' }));
  });

  test('an earlier step cannot send the keys elsewhere', () => {
    const source = () =>
      createDatadog({
        settings: {
          site: 'eu1',
          credentials: { apiKey, appKey },
          pairs: new Map([['availability', wholeCounts]]),
          badOptional: true,
          delayMs: minute,
        },
        world: {
          clock,
          env: { DATADOG_HOST: datadog.url },
          sandbox: false,
          userAgent: 'test',
          mask: () => {},
          identityToken: async () => '',
        },
      });
    expect(source().name).toBe('datadog');
    expect(datadog.calls).toEqual([]);
  });
});

describe('answers', () => {
  test('revisions are told apart, also if steps without a point are left out', async () => {
    for (const sparse of [false, true]) {
      await datadog.close();
      await open({ sparse });
      past();
      for (const n of [0, 1, 4]) requests(n, 'ocr-2', 10, 2);
      requests(2, 'ocr-1', 90, 1);
      await clock.sleep(8 * minute);
      const { counts } = await reader().poll([start - minute]);
      expect(sumOf(counts.filter(({ revision }) => revision === 'ocr-2'))).toEqual({ total: 30, bad: 6 });
      expect(sumOf(counts.filter(({ revision }) => revision === 'ocr-1'))).toEqual({ total: 90, bad: 1 });
    }
  });

  test('a minute that may hold requests from before a change of traffic belongs to no side', async () => {
    past();
    requests(3, 'ocr-2', 10, 0);
    requests(4, 'ocr-2', 20, 0);
    await clock.sleep(8 * minute);
    const { counts } = await reader().poll([start - minute, start + 3 * minute - 10_000]);
    expect(counts).toEqual([
      expect.objectContaining({ total: 10, mixed: true }),
      expect.objectContaining({ total: 20, span: 1 }),
    ]);
  });

  test.each([
    ['in-errors', 'counts-partial'],
    ['short-values', 'response-malformed'],
    ['redirect', 'redirect-refused'],
    [{ stepMs: 300_000 }, 'counts-unusable'],
    [{ stepMs: 20_000 }, 'counts-unusable'],
  ] as const)('%j is no count, and the next look counts everything', async (trouble, code) => {
    past();
    for (let n = -20; n < 1; n++) requests(n, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute);
    const one = reader();
    datadog.troubles.push(trouble);
    await expect(one.poll([start])).rejects.toMatchObject({ code });
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 10, bad: 1 });
  });

  test.each(['outage', 'page', 'not-found'] as const)('%s is tried again', async (trouble) => {
    past();
    requests(0, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute);
    datadog.troubles.push(trouble, trouble);
    expect(sumOf((await reader().poll([start])).counts)).toEqual({ total: 10, bad: 1 });
    datadog.troubles.push(trouble, trouble, trouble);
    await clock.sleep(5 * minute);
    await expect(reader().poll([start])).rejects.toMatchObject({ code: 'remote-error' });
  });

  test('a query that Datadog refuses ends the watch', async () => {
    const counts = { ...wholeCounts, total: count('sum:ocr.requests{a,,b}') };
    await clock.sleep(5 * minute);
    await expect(reader(sourceOf({ counts })).poll([start])).rejects.toMatchObject({
      code: 'counts-unusable',
      what: expect.stringContaining('empty scope'),
    });
  });

  test('a gauge is no count', async () => {
    datadog.put(hits, ['service:ocr', 'version:ocr-2'], start, 0.25);
    await clock.sleep(5 * minute);
    await expect(reader().poll([start])).rejects.toMatchObject({
      code: 'counts-unusable',
      what: expect.stringContaining('0.25'),
    });
  });

  test('counts in floating point are whole numbers', async () => {
    past();
    requests(0, 'ocr-2', 0.7 * 10 + 1e-9, 0);
    await clock.sleep(5 * minute);
    expect(sumOf((await reader().poll([start])).counts).total).toBe(7);
  });
});

describe('limits', () => {
  test('after 429 nothing is sent until the limit is renewed', async () => {
    past();
    requests(0, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute + 10_000);
    const one = reader();
    datadog.troubles.push('throttle');
    expect(await one.poll([start])).toMatchObject({ counts: [], notes: [expect.stringMatching(/limit/)] });
    const sent = datadog.calls.length;
    await clock.sleep(20_000);
    await one.poll([start]);
    expect(datadog.calls).toHaveLength(sent);
    await clock.sleep(2 * minute);
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 10, bad: 1 });
  });

  test('the last call of a period is heeded before it fails', async () => {
    await datadog.close();
    await open({ limit: { calls: 1, seconds: 60 } });
    past();
    requests(0, 'ocr-2', 10, 1);
    await clock.sleep(5 * minute);
    const one = reader(sourceOf({ badOptional: true }));
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 10, bad: 1 });
    for (let n = 0; n < 10; n++) {
      await clock.sleep(20_000);
      await one.poll([start]);
    }
    // One call a minute at most, so none was refused.
    expect(datadog.calls.length).toBeLessThanOrEqual(5);
  });
});

describe('counts that do not exist', () => {
  const query = { service: 'ocr', objectives };

  test.each([
    ['no metric', () => {}, /no point of sum:trace\.http\.request\.hits/],
    ['no failure yet', () => requests(-5, 'ocr-1', 10, 0), /no point of sum:trace\.http\.request\.errors/],
    [
      'a version number',
      () => requests(-5, '1.2.3', 10, 1),
      /holds no revision of ocr\. Its values: 1\.2\.3/,
    ],
  ])('%s stops the release before its first change', async (_, prepare, what) => {
    prepare();
    await expect(sourceOf().inspect?.(query, start, clock.now())).rejects.toMatchObject({
      code: 'counts-unusable',
      what: expect.stringMatching(what),
    });
  });

  test('a count of failures may be optional', async () => {
    requests(-5, 'ocr-1', 10, 0);
    requests(0, 'ocr-2', 10, 0);
    await clock.sleep(5 * minute);
    const source = sourceOf({ badOptional: true });
    expect(await source.inspect?.(query, start, clock.now())).toEqual([]);
    expect(sumOf((await reader(source).poll([start])).counts)).toEqual({ total: 10, bad: 0 });
    // Without that, no number of failures is not the number 0.
    await expect(reader().poll([start])).rejects.toMatchObject({ code: 'counts-unusable' });
  });

  test('totals leave out revisions, and know nothing from zero', async () => {
    requests(-50, 'ocr-1', 100, 10);
    requests(-40, 'ocr-2', 50, 50);
    // Another service, whose name begins with ours.
    requests(-40, 'ocr-worker-00001-abc', 500, 500);
    const source = sourceOf();
    expect(await source.total(query, start - 60 * minute, start)).toEqual({
      availability: { total: 150, bad: 60 },
    });
    expect(await source.total({ ...query, except: ['ocr-2'] }, start - 60 * minute, start)).toEqual({
      availability: { total: 100, bad: 10 },
    });
    expect(await source.total(query, start - 30 * minute, start - 20 * minute)).toEqual({});
    for (const days of [30, 366])
      expect(await source.total(query, start - days * 86_400_000, start)).toEqual({
        availability: { total: 150, bad: 60 },
      });
  });
});

test('totals leave out what other services counted, whatever the tag of their revisions', async () => {
  const sum = (metric: string, tag: string) => count(`sum:${metric}{${tag}:$revision}`);
  for (const service of ['ocr', 'other']) {
    const at = start - 40 * minute;
    datadog.put(hits, [`version:${service}-1`], at, 100, minute);
    datadog.put(errors, [`revision:${service}-1`], at, service === 'ocr' ? 50 : 0, minute);
  }
  const source = sourceOf({ counts: { total: sum(hits, 'version'), bad: sum(errors, 'revision') } });
  const query = { service: 'ocr', objectives };
  expect(await source.total(query, start - 60 * minute, start)).toEqual({
    availability: { total: 100, bad: 50 },
  });
  expect(await source.total({ ...query, except: ['ocr-1'] }, start - 60 * minute, start)).toEqual({});
});

describe('late minutes', () => {
  test('what comes late is counted once, and later minutes wait longer', async () => {
    past();
    requests(0, 'ocr-2', 100, 1);
    requests(0, 'ocr-2', 7, 3, 6 * minute);
    const one = reader();
    const all: { total: number; bad: number }[] = [];
    for (let n = 0; n < 12; n++) {
      await clock.sleep(minute);
      all.push(...(await one.poll([start])).counts);
    }
    expect(sumOf(all)).toEqual({ total: 107, bad: 4 });
    expect((await one.poll([start])).lagMs).toBeGreaterThanOrEqual(6 * minute);
  });

  test('a look back over many hours is read in parts, and a part that fails loses nothing', async () => {
    past();
    for (let n = 0; n < 900; n += 7) requests(n, 'ocr-2', 10, 1);
    await clock.sleep(905 * minute);
    const one = reader();
    datadog.troubles.push({ stepMs: 60_000 }, 'in-errors');
    const first = await one.poll([start - minute]);
    expect(first.horizon).toBe(start + 300 * minute);
    const second = await one.poll([start - minute]);
    expect(second.horizon).toBeGreaterThanOrEqual(start + 900 * minute);
    expect(sumOf([...first.counts, ...second.counts])).toEqual({ total: 1290, bad: 129 });
  });

  test('a late minute does not shorten a longer delay', async () => {
    past();
    requests(0, 'ocr-2', 100, 1);
    requests(0, 'ocr-2', 7, 0, 30 * minute);
    const source = sourceOf({ delayMs: 25 * minute });
    const one = reader(source);
    for (let n = 0; n < 40; n++) {
      await clock.sleep(minute);
      expect((await one.poll([start])).lagMs).toBe(25 * minute);
    }
  });

  test('any lag, gap and late part: each request is counted once', async () => {
    const random = seeded(7);
    past();
    const sent = { total: 0, bad: 0 };
    for (let n = 0; n < 40; n++) {
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
    for (let n = 0; n < 220; n++) {
      await clock.sleep(15_000);
      all.push(...(await one.poll([start - minute])).counts);
    }
    const counted = sumOf(all);
    expect(counted.bad).toBe(sent.bad);
    // A failure that arrives alone counts as one more request.
    expect(counted.total).toBeGreaterThanOrEqual(sent.total);
    expect(counted.total).toBeLessThanOrEqual(sent.total + sent.bad);
  });
});

describe('a watch', () => {
  const lines: string[] = [];
  const keep = (text: string) => void lines.push(text);
  const run = (more: object = {}, source = sourceOf()) =>
    watch(
      { clock, log: { line: keep, warning: keep, detail: () => {}, debug: () => {} }, source },
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
  /** Half of 600 requests a minute for each revision. */
  function traffic(rate: number, badLateMs = minute) {
    const random = seeded(11);
    const failures = (chance: number) => Array.from({ length: 300 }).filter(() => random() < chance).length;
    for (let n = -30; n < 20; n++) {
      requests(n, 'ocr-1', 300, failures(0.001));
      if (n >= 0) requests(n, 'ocr-2', 300, failures(rate), minute, badLateMs);
    }
  }

  test('fails a regression while users are split, from a part of them', async () => {
    past();
    traffic(0.06);
    expect(await run()).toMatchObject({ verdict: 'fail' });
  });

  test('fails one whose failures arrive minutes after their requests', async () => {
    past();
    traffic(0.06, 4 * minute);
    expect(await run({ until: 'duration' })).toMatchObject({ verdict: 'fail' });
  });

  test('passes a healthy release', async () => {
    past();
    traffic(0.001);
    expect(await run({ phase: 'full', share: 1 })).toMatchObject({ verdict: 'pass' });
  });

  test('does not judge a part of the users by counts of the whole service', async () => {
    past();
    traffic(0.5);
    const result = await run({}, sourceOf({ counts: wholeCounts }));
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind' });
  });
});
