import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startDatadog } from '../../../sandbox/monitors/datadog.ts';
import { datadogResources } from '../../../src/domain/alerting/datadog/resources.ts';
import type { AlertingRequest } from '../../../src/domain/alerting/request.ts';
import { keyLogin } from '../../../src/sli/datadog/login.ts';
import { createDatadogObjectives } from '../../../src/sli/datadog/objectives.ts';
import { type KeepRequest, keep } from '../../../src/steps/slo/keep.ts';
import type { SloStore } from '../../../src/steps/slo/ports.ts';

/** SLOs and monitors in Datadog by the real client, on a stand-in of its API. */

const silent = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
const counts = {
  total: 'sum:trace.http.request.hits{service:ocr,version:*}.as_count()',
  bad: 'sum:trace.http.request.errors{service:ocr,version:*}.as_count()',
};
const request: AlertingRequest = {
  ...{ slo: 'ocr-api', service: 'ocr-api', region: 'us-central1', windowSeconds: 30 * 86_400 },
  objectives: [
    { id: 'availability', kind: 'availability', target: 0.995, title: 'requests without an error' },
  ],
};
const scopes = ['slos_read', 'slos_write', 'monitors_read', 'monitors_write'];

let datadog: Awaited<ReturnType<typeof startDatadog>>;
let slept: number[];
beforeEach(async () => {
  slept = [];
  datadog = await startDatadog({ now: Date.now });
  datadog.apiKeys.add('api');
  datadog.appKeys.set('app', { scopes });
});
afterEach(() => datadog.close());

function run(
  mode: KeepRequest['mode'],
  { asked = request, prune = false, notify = '', wrap = (store: SloStore) => store } = {},
) {
  const client = {
    base: datadog.url,
    clock: { now: Date.now, steady: Date.now, sleep: async (ms: number) => void slept.push(ms) },
    userAgent: 'test',
  };
  const login = keyLogin(client, 'us1', { apiKey: 'api', appKey: 'app' });
  return keep(
    { store: wrap(createDatadogObjectives({ client, login }, asked.slo)), log: silent },
    {
      ...{ mode, prune, signal: new AbortController().signal },
      wanted: datadogResources(asked, () => counts, notify).wanted,
    },
  );
}
const only = (map: Map<string, Record<string, unknown>>) => [...map.values()][0] as Record<string, unknown>;

test('an SLO and a monitor for each pair that Datadog has; a second run writes nothing', async () => {
  const first = await run('apply');
  expect([first.verdict, first.writes]).toEqual(['pass', 4]);
  const { slos, monitors } = datadog.objects;
  const { id } = only(slos);
  expect([...monitors.values()].map(({ query }) => query)).toEqual([
    `burn_rate("${id}").over("30d").long_window("1h").short_window("5m") > 14.4`,
    `burn_rate("${id}").over("30d").long_window("6h").short_window("30m") > 6`,
    `burn_rate("${id}").over("30d").long_window("1d").short_window("2h") > 3`,
  ]);
  expect(await run('apply')).toMatchObject({ verdict: 'pass', writes: 0 });
  expect(await run('verify')).toMatchObject({ verdict: 'pass' });
});

test('killed after each write and run again: the same end, and nothing is made twice', async () => {
  let runs = 0;
  for (let over = false; !over; runs++) {
    expect(runs).toBeLessThan(10);
    let writes = 0;
    over = await run('apply', {
      wrap: (store) => ({
        ...store,
        write: async (...args) => {
          if (writes++ === 1) throw new Error('killed');
          await store.write(...args);
        },
      }),
    }).then(
      ({ writes: written }) => written === 0,
      (error: Error) => {
        expect(error.message).toBe('killed');
        return false;
      },
    );
  }
  expect(runs).toBe(5);
  expect([datadog.objects.slos.size, datadog.objects.monitors.size]).toEqual([1, 3]);
});

test.each<[what: string, change: () => unknown, field: string]>([
  [
    'the target',
    () => Object.assign(only(datadog.objects.slos), { thresholds: [{ timeframe: '30d', target: 99 }] }),
    'thresholds[0].target',
  ],
  [
    'the count',
    () => Object.assign(only(datadog.objects.slos), { query: { numerator: 'x', denominator: counts.total } }),
    'query.numerator',
  ],
  ['the title', () => Object.assign(only(datadog.objects.slos), { name: 'x' }), 'name'],
  [
    'the threshold of a monitor',
    () => Object.assign(only(datadog.objects.monitors), { options: { thresholds: { critical: 99 } } }),
    'options.thresholds.critical',
  ],
  ['the message', () => Object.assign(only(datadog.objects.monitors), { message: 'x' }), 'message'],
  ['the priority', () => Object.assign(only(datadog.objects.monitors), { priority: 5 }), 'priority'],
])('verify names %s, and apply puts it right', async (_, change, field) => {
  await run('apply');
  change();
  const { verdict, changes } = await run('verify');
  const different = changes.filter(({ does }) => does === 'update');
  expect([verdict, different.length, different[0]?.fields[0]?.field]).toEqual(['fail', 1, field]);
  expect((await run('apply')).writes).toBe(1);
  expect((await run('verify')).verdict).toBe('pass');
});

test('what people added stays, and what has not our tags is not looked at', async () => {
  await run('apply');
  const { slos, monitors } = datadog.objects;
  const slo = only(slos);
  Object.assign(slo, { tags: [...(slo.tags as string[]), 'team:ocr'], groups: ['version:1'], name: 'x' });
  const monitor = only(monitors);
  Object.assign(monitor, { options: { thresholds: { critical: 14.4 }, renotify_interval: 60 }, priority: 5 });
  slos.set('foreign', { id: 'foreign', name: 'theirs', tags: ['managed_by:terraform'] });
  expect((await run('apply', { prune: true })).writes).toBe(2);
  expect(only(slos)).toMatchObject({
    groups: ['version:1'],
    tags: expect.arrayContaining(['team:ocr', 'managed_by:backstay']),
  });
  expect(only(monitors)).toMatchObject({ priority: 1, options: { renotify_interval: 60 } });
  expect(slos.get('foreign')).toMatchObject({ name: 'theirs' });
});

test('what the file no longer has is deleted only with prune, monitors before their SLO', async () => {
  const two: AlertingRequest = {
    ...request,
    objectives: [...request.objectives, { id: 'strict', kind: 'availability', target: 0.999 }],
  };
  await run('apply', { asked: two });
  expect(await run('apply')).toMatchObject({ writes: 0 });
  expect(datadog.objects.slos.size).toBe(2);
  expect(await run('apply', { prune: true })).toMatchObject({ verdict: 'pass', writes: 4 });
  expect([datadog.objects.slos.size, datadog.objects.monitors.size]).toEqual([1, 3]);
});

test.each<[what: string, kind: string, spoil: (list: Record<string, unknown>[]) => unknown]>([
  ['no list of SLOs', 'slo', () => ({})],
  ['no list of monitors', 'monitor', () => ({})],
  ['an error in place of a list', 'slo', () => ({ data: null, errors: ['a shard is away'] })],
  ['half a list', 'slo', (list) => ({ data: list.slice(1), errors: ['a shard is away'] })],
  ['a monitor that is none', 'monitor', () => ['x']],
])('%s: nothing is made beside what may be there', async (_, spoiled, spoil) => {
  await run('apply');
  datadog.lists.spoil = (kind, body) => {
    const { data } = body as { data?: Record<string, unknown>[] };
    return kind === spoiled ? spoil(data ?? (body as Record<string, unknown>[])) : body;
  };
  for (const mode of ['plan', 'apply'] as const)
    await expect(run(mode, { prune: true })).rejects.toMatchObject({
      code: expect.stringMatching(/^(response-malformed|remote-error)$/),
    });
  expect([datadog.objects.slos.size, datadog.objects.monitors.size]).toEqual([1, 3]);
});

test('what a page lists twice, because the list moved, is one thing and is not pruned', async () => {
  await run('apply');
  datadog.lists.spoil = (kind, body) => {
    const { data } = body as { data?: unknown[] };
    return kind === 'slo' ? { ...(body as object), data: [...(data ?? []), ...(data ?? [])] } : body;
  };
  expect(await run('apply', { prune: true })).toMatchObject({ verdict: 'pass', writes: 0 });
  expect([datadog.objects.slos.size, datadog.objects.monitors.size]).toEqual([1, 3]);
});

test('after 429 it waits until the limit is renewed, and never for hours', async () => {
  datadog.troubles.push('throttle');
  expect(await run('plan')).toMatchObject({ verdict: 'pass' });
  expect(slept).toEqual([7000]);
});

test.each(scopes.filter((scope) => scope.endsWith('_read')))(
  'without the scope %s the refusal names the scopes',
  async (scope) => {
    datadog.appKeys.set('app', { scopes: scopes.filter((one) => one !== scope) });
    await expect(run('plan')).rejects.toMatchObject({
      code: 'permission-denied',
      fix: expect.stringContaining('slos_write'),
    });
  },
);

test.each<[what: string, more: Partial<AlertingRequest>, nearest: RegExp]>([
  ['a window of 28 days', { windowSeconds: 28 * 86_400 }, /duration: 30d/],
  ['a window of 60 days', { windowSeconds: 61 * 86_400 }, /duration: 90d/],
  [
    'five digits behind the point',
    { objectives: [{ id: 'a', kind: 'availability', target: 0.9999925 }] },
    /targetPercent: 99\.999\./,
  ],
  [
    'a time to answer',
    { objectives: [{ id: 'l', kind: 'latency', target: 0.95, slowerThanMs: 5000 }] },
    /cloud-monitoring/,
  ],
])('%s is refused with what comes nearest', (_, more, nearest) => {
  const { refused } = datadogResources({ ...request, ...more }, () => counts, '');
  expect(refused).toHaveLength(1);
  expect(refused[0]?.nearest).toMatch(nearest);
});

test('whom the monitors tell stands in their message', () => {
  const { wanted } = datadogResources(request, () => counts, '@pagerduty-ocr');
  expect(
    wanted
      .filter(({ kind }) => kind === 'monitor')
      .every(({ body }) => String(body.message).endsWith('@pagerduty-ocr')),
  ).toBe(true);
});
