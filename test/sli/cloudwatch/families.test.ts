import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startCloudWatch } from '../../../sandbox/monitors/cloudwatch.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { type FamilyName, familyNames, selectionProblems } from '../../../src/sli/cloudwatch/counters.ts';
import { createCloudWatch } from '../../../src/sli/cloudwatch/source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/**
 * What each endpoint of AWS counts for one and the same minute, after the pages of its maker that src/sli/cloudwatch/counters.ts names. The
 * minute has 100 requests that reached the function, of which 7 failed there and 5 were answered with 4xx.
 */
const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const lb = { LoadBalancer: 'app/ocr/50dc6c495c0c9188' };
const group = { ...lb, TargetGroup: 'targetgroup/new/943f017f100becff' };

interface Case {
  family: FamilyName;
  what: string;
  namespace: string;
  dimensions: Record<string, string>;
  put: Record<string, number>;
  counted: { total: number; bad: number };
  withClientErrors?: { total: number; bad: number };
}
const cases: Case[] = [
  {
    family: 'rest-api',
    what: 'counts by stage, with names in capitals',
    namespace: 'AWS/ApiGateway',
    dimensions: { ApiName: 'ocr', Stage: 'prod' },
    // The names of an HTTP API are not those of a REST API.
    put: { Count: 100, '5XXError': 7, '4XXError': 5, '5xx': 50, Latency: 9000 },
    counted: { total: 100, bad: 7 },
    withClientErrors: { total: 100, bad: 12 },
  },
  {
    family: 'http-api',
    what: 'counts by stage, with small letters',
    namespace: 'AWS/ApiGateway',
    dimensions: { ApiId: 'a1b2c3d4e5', Stage: '$default' },
    put: { Count: 100, '5xx': 7, '4xx': 5, '5XXError': 50 },
    counted: { total: 100, bad: 7 },
    withClientErrors: { total: 100, bad: 12 },
  },
  {
    family: 'alb',
    what: 'counts what a target group answered, and not what the load balancer refused for all of them',
    namespace: 'AWS/ApplicationELB',
    dimensions: group,
    put: {
      RequestCount: 100,
      HTTPCode_Target_5XX_Count: 7,
      HTTPCode_Target_4XX_Count: 5,
      HTTPCode_ELB_502_Count: 3,
      HTTPCode_ELB_5XX_Count: 30,
    },
    counted: { total: 100, bad: 7 },
    withClientErrors: { total: 100, bad: 12 },
  },
  {
    family: 'alb',
    what: 'counts for a whole load balancer also targets that did not answer, and no request without a target',
    namespace: 'AWS/ApplicationELB',
    dimensions: lb,
    put: {
      RequestCount: 100,
      HTTPCode_Target_5XX_Count: 4,
      HTTPCode_ELB_502_Count: 2,
      HTTPCode_ELB_504_Count: 1,
      // Without a healthy target: not in RequestCount, so no part of it.
      HTTPCode_ELB_503_Count: 30,
      HTTPCode_ELB_5XX_Count: 33,
      HTTPCode_Target_4XX_Count: 5,
    },
    counted: { total: 100, bad: 7 },
    withClientErrors: { total: 100, bad: 12 },
  },
  {
    family: 'lambda',
    what: 'counts calls of an alias, and those that got no instance as calls that failed',
    namespace: 'AWS/Lambda',
    dimensions: { FunctionName: 'ocr', Resource: 'ocr:live' },
    // Lambda does not count a call in Invocations that it throttled.
    put: { Invocations: 97, Errors: 4, Throttles: 3, ConcurrentExecutions: 50 },
    counted: { total: 100, bad: 7 },
  },
];

let aws: Awaited<ReturnType<typeof startCloudWatch>>;
let clock: VirtualClock;
beforeEach(async () => {
  clock = new VirtualClock(start + 10 * minute);
  aws = await startCloudWatch({ region: 'eu-central-1', now: () => clock.now() });
});
afterEach(async () => {
  closeConnections();
  await aws.close();
});

function sourceOf(family: FamilyName, dimensions: Record<string, string>) {
  const keys = aws.addKeys(undefined);
  return createCloudWatch({
    settings: {
      selection: { family, dimensions },
      region: 'eu-central-1',
      role: undefined,
      delayMs: 3 * minute,
    },
    world: {
      clock,
      env: { AWS_ENDPOINT_URL: aws.url, AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret },
      sandbox: true,
      userAgent: 'test',
      mask: () => {},
      identityToken: async () => 'none',
    },
    random: () => 0.5,
  });
}
const putAll = ({ namespace, dimensions, put }: Case, at: number) => {
  for (const [name, value] of Object.entries(put))
    aws.put({ namespace, name, dimensions }, at, value, minute);
};

test('if Lambda throttled every call of a window, that is the total, and not an unknown one', async () => {
  const dimensions = { FunctionName: 'ocr', Resource: 'ocr:live' };
  aws.put({ namespace: 'AWS/Lambda', name: 'Throttles', dimensions }, start, 30, minute);
  const query = { service: 'ocr', objectives: [{ id: 'availability', kind: 'availability' } as const] };
  expect(await sourceOf('lambda', dimensions).total(query, start - 60 * minute, clock.now())).toEqual({
    availability: { total: 30, bad: 30 },
  });
});

test('every family has a case', () => {
  expect([...new Set(cases.map(({ family }) => family))]).toEqual([...familyNames]);
});

describe.each(cases.map((one) => [`${one.family} ${one.what}`, one] as const))('%s', (_, one) => {
  const { family, dimensions, counted, withClientErrors } = one;
  const objective = { id: 'availability', kind: 'availability' } as const;

  test('in a watch', async () => {
    putAll(one, start);
    const source = sourceOf(family, dimensions);
    const { counts } = await source
      .open({ service: 'ocr', revisions: ['x'], objectives: [objective], since: start })
      .poll([start]);
    expect(counts).toEqual([{ revision: '', objective: 'availability', span: 0, ...counted }]);
  });

  test('in the budget', async () => {
    putAll(one, start);
    const source = sourceOf(family, dimensions);
    const query = { service: 'ocr', objectives: [objective] };
    expect(await source.total(query, start - 60 * minute, clock.now())).toEqual({ availability: counted });
  });

  test('4xx are bad where the user says so, if the endpoint counts them', async () => {
    if (!withClientErrors) return expect(family).toBe('lambda');
    putAll(one, start);
    const { counts } = await sourceOf(family, dimensions)
      .open({
        service: 'ocr',
        revisions: [],
        objectives: [{ ...objective, clientErrors: true }],
        since: start,
      })
      .poll([start]);
    expect(counts).toMatchObject([withClientErrors]);
  });

  test('a set of dimensions that AWS does not keep is no zero', async () => {
    putAll(one, start);
    const [first = ''] = Object.keys(dimensions);
    const wrong = { ...dimensions, [first]: `${dimensions[first]}-x` };
    await expect(
      sourceOf(family, wrong).inspect?.({ service: 'ocr', objectives: [objective] }, start, clock.now()),
    ).rejects.toMatchObject({ code: 'counts-unusable' });
  });

  test('its dimensions are known, and others are refused by name', () => {
    expect(selectionProblems({ family, dimensions })).toEqual([]);
    expect(selectionProblems({ family, dimensions: { ...dimensions, Nothing: 'x' } })).toEqual([
      expect.stringMatching(/^Nothing is no dimension of /),
    ]);
    expect(selectionProblems({ family, dimensions: {} }).length).toBeGreaterThan(0);
  });
});
