import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startCloudWatch } from '../../../sandbox/monitors/cloudwatch.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { createCloudWatch } from '../../../src/sli/cloudwatch/source.ts';
import { watch } from '../../../src/steps/watch/watch.ts';
import { issuer, jobToken, role, trustJobs } from '../../support/aws-job.ts';
import { seeded } from '../../support/fake-source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const dimensions = { ApiId: 'a1b2', Stage: 'prod' };
const metric = (name: string) => ({ namespace: 'AWS/ApiGateway', name, dimensions });
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;

let aws: Awaited<ReturnType<typeof startCloudWatch>>;
let clock: VirtualClock;
let masked: string[];
const open = async (pageSize?: number) => {
  clock = new VirtualClock(start);
  aws = await startCloudWatch({
    region: 'eu-central-1',
    now: () => clock.now(),
    ...(pageSize ? { pageSize } : {}),
  });
};
beforeEach(() => open());
afterEach(async () => {
  closeConnections();
  await aws.close();
});

/** A source whose login is a role, or the keys of an earlier step. */
function sourceOf({
  by = 'role',
  chosen = dimensions,
}: {
  by?: 'role' | 'keys' | 'nothing';
  chosen?: Record<string, string>;
} = {}) {
  masked = [];
  const keys = by === 'keys' ? aws.addKeys(undefined) : undefined;
  if (by === 'role' && aws.identity.roles.size === 0) trustJobs(aws.identity);
  return createCloudWatch({
    settings: {
      selection: { family: 'http-api', dimensions: chosen },
      region: 'eu-central-1',
      role: by === 'role' ? role : undefined,
      delayMs: 3 * minute,
    },
    world: {
      clock,
      env: {
        AWS_ENDPOINT_URL: aws.url,
        GITHUB_RUN_ID: '77',
        ...(keys ? { AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret } : {}),
      },
      sandbox: true,
      userAgent: 'test',
      mask: (value) => masked.push(value),
      identityToken: async (audience) => jobToken(audience),
    },
    random: () => 0.5,
  });
}

const reader = (source = sourceOf()) =>
  source.open({ service: 'ocr', revisions: ['new'], objectives, since: start });

/** Counts of one minute after the start. */
function count(n: number, total: number, bad: number, lateMs = minute, badLateMs = lateMs) {
  aws.put(metric('Count'), start + n * minute, total, minute + lateMs);
  aws.put(metric('5xx'), start + n * minute, bad, minute + badLateMs);
}
const sumOf = (counts: readonly { total: number; bad: number }[]) =>
  counts.reduce((sum, { total, bad }) => ({ total: sum.total + total, bad: sum.bad + bad }), {
    total: 0,
    bad: 0,
  });

describe('the login', () => {
  test('assumes the role with the token of the job and a policy that reads counts only', async () => {
    count(0, 10, 1);
    await clock.sleep(5 * minute);
    const { counts } = await reader().poll([start - minute]);
    expect(counts).toEqual([{ revision: '', objective: 'availability', span: 0, total: 10, bad: 1 }]);
    const assumed = aws.calls[0]?.body ?? {};
    expect(assumed).toMatchObject({ RoleArn: role, RoleSessionName: 'backstay-77' });
    expect(JSON.parse(String(assumed.Policy))).toEqual({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'cloudwatch:GetMetricData', Resource: '*' }],
    });
    const [made] = [...aws.keys.values()];
    expect(masked).toEqual(
      expect.arrayContaining([made?.secret, made?.token, jobToken('sts.amazonaws.com')]),
    );
  });

  test('takes the keys of an earlier step', async () => {
    count(0, 10, 0);
    await clock.sleep(5 * minute);
    expect(sumOf((await reader(sourceOf({ by: 'keys' })).poll([start])).counts).total).toBe(10);
    expect(aws.calls.map(({ action }) => action)).not.toContain('AssumeRoleWithWebIdentity');
  });

  test('a session is renewed before it ends', async () => {
    const one = reader();
    for (let n = 0; n < 130; n += 10) {
      count(n, 10, 0);
      await clock.sleep(10 * minute);
      await one.poll([start]);
    }
    expect(aws.calls.filter(({ action }) => action === 'AssumeRoleWithWebIdentity')).toHaveLength(3);
  });

  test('a clock that is an hour behind that of AWS is corrected once', async () => {
    count(0, 10, 0);
    await clock.sleep(5 * minute);
    const one = reader(sourceOf({ by: 'keys' }));
    aws.troubles.push({ clockAheadMs: 60 * minute });
    expect(sumOf((await one.poll([start])).counts).total).toBe(10);
  });

  test.each([
    ['no provider', () => aws.identity.providers.clear(), /no identity provider for GitHub/],
    [
      'another audience',
      () => aws.identity.providers.set(issuer, ['theirs']),
      /does not accept the audience/,
    ],
    [
      'a trust policy that does not fit',
      () => aws.identity.addRole('counts', 'repo:acme/other:*', [], issuer),
      /trust policy of the role/,
    ],
    [
      'a role without metrics',
      () => aws.identity.roleOf(role)?.policies.clear(),
      /role may not read metrics/,
    ],
    ['a denial of metrics', () => aws.troubles.push('deny'), /role may not read metrics/],
  ])('%s is explained', async (_, spoil, why) => {
    await clock.sleep(5 * minute);
    const one = reader();
    spoil();
    await expect(one.poll([start])).rejects.toMatchObject({
      code: 'permission-denied',
      why: expect.stringMatching(why),
    });
  });

  test('without a login it says what to set', async () => {
    await clock.sleep(5 * minute);
    await expect(reader(sourceOf({ by: 'nothing' })).poll([start])).rejects.toMatchObject({
      code: 'login-missing',
    });
  });
});

describe('answers', () => {
  test('pages are joined', async () => {
    await aws.close();
    await open(3);
    for (let n = 0; n < 8; n++) count(n, 10, 1);
    await clock.sleep(11 * minute);
    expect(sumOf((await reader().poll([start])).counts)).toEqual({ total: 80, bad: 8 });
  });

  test.each([
    ['partial', 'counts-partial'],
    ['message', 'counts-partial'],
    ['forbidden', 'permission-denied'],
  ] as const)('%s is no count, and the next look counts everything', async (trouble, code) => {
    count(0, 10, 1);
    await clock.sleep(5 * minute);
    const one = reader();
    aws.troubles.push(trouble);
    await expect(one.poll([start])).rejects.toMatchObject({ code });
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 10, bad: 1 });
  });

  test('a throttled look waits, and an outage is tried again', async () => {
    count(0, 10, 1);
    await clock.sleep(5 * minute);
    const one = reader();
    aws.troubles.push('throttle');
    expect(await one.poll([start])).toMatchObject({ counts: [], notes: [expect.stringMatching(/quota/)] });
    await clock.sleep(2 * minute);
    aws.troubles.push('outage');
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 10, bad: 1 });
  });

  test('a counter that never had a point is told, and is no zero', async () => {
    count(0, 10, 1);
    await clock.sleep(5 * minute);
    const wrong = sourceOf({ chosen: { ApiId: 'wrong', Stage: 'prod' } });
    const absent = {
      code: 'counts-unusable',
      what: expect.stringContaining('Count {ApiId=wrong, Stage=prod}'),
    };
    await expect(reader(wrong).poll([start])).rejects.toMatchObject(absent);
    await expect(wrong.inspect?.({ service: 'ocr', objectives }, start, clock.now())).rejects.toMatchObject(
      absent,
    );
    expect(await wrong.total({ service: 'ocr', objectives }, start, clock.now())).toEqual({});
  });
});

describe('late minutes', () => {
  test('what comes late is counted once, and later minutes wait longer', async () => {
    count(0, 100, 1);
    count(0, 7, 3, 6 * minute);
    const one = reader();
    const all: { total: number; bad: number }[] = [];
    for (let n = 0; n < 12; n++) {
      await clock.sleep(minute);
      all.push(...(await one.poll([start])).counts);
    }
    expect(sumOf(all)).toEqual({ total: 107, bad: 4 });
    const { lagMs, notes } = await one.poll([start]);
    expect(lagMs).toBeGreaterThanOrEqual(6 * minute);
    expect(notes.join()).toMatch(/changed minutes that were counted already/);
  });

  test('failures that arrive before their requests wait for them', async () => {
    count(0, 50, 5, 5 * minute, 0);
    aws.put(metric('Count'), start - 2 * minute, 1);
    const one = reader();
    await clock.sleep(4 * minute);
    await expect(one.poll([start])).rejects.toMatchObject({ code: 'counts-unusable' });
    await clock.sleep(3 * minute);
    expect(sumOf((await one.poll([start])).counts)).toEqual({ total: 50, bad: 5 });
  });
});

describe('a watch', () => {
  /** Requests of half an hour before and of twenty minutes after the shift; each minute's failures come `badLateMs` late. */
  function traffic(rate: number, badLateMs = minute) {
    const random = seeded(11);
    for (let n = -30; n < 20; n++) {
      const chance = n < 0 ? 0.001 : rate;
      let bad = 0;
      for (let i = 0; i < 600; i++) if (random() < chance) bad++;
      count(n, 600, bad, minute, badLateMs);
    }
  }
  const lines: string[] = [];
  const keep = (text: string) => void lines.push(text);
  const run = (more: object = {}) =>
    watch(
      { clock, log: { line: keep, warning: keep, detail: () => {}, debug: () => {} }, source: sourceOf() },
      {
        service: 'projects/p/locations/r/services/ocr',
        candidate: 'new-2',
        share: 1,
        phase: 'full',
        objectives,
        durationSeconds: 900,
        pollSeconds: 20,
        ...more,
      },
    );

  test('passes a healthy release', async () => {
    traffic(0.001);
    expect(await run()).toMatchObject({ verdict: 'pass' });
  });

  test('fails a regression', async () => {
    traffic(0.06);
    expect(await run()).toMatchObject({ verdict: 'fail' });
  });

  test('fails a regression whose failures arrive minutes after their requests', async () => {
    traffic(0.06, 5 * minute);
    expect(await run({ until: 'duration' })).toMatchObject({ verdict: 'fail' });
  });

  test('does not judge while users are split, because no counter says which revision failed', async () => {
    traffic(0.5);
    const result = await run({ share: 0.1, phase: 'split', baseline: 'old-1' });
    expect(result).toMatchObject({ verdict: 'inconclusive', open: 'blind' });
    expect(result.reason).toContain('counts the whole service');
  });
});
