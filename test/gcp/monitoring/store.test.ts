import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Stored } from '../../../sandbox/alerting/state.ts';
import { monitoringWorld, request } from './world.ts';

/** An SLO in Cloud Monitoring by the real client, on the sandbox. */

let world: Awaited<ReturnType<typeof monitoringWorld>>;
beforeEach(async () => {
  world = await monitoringWorld();
});
afterEach(() => world.stop());

const only = (map: Map<string, Stored>, fits: (one: Stored) => boolean = () => true): Stored =>
  [...map.values()].find(fits) as Stored;
type Policy = Stored & { conditions: { name: string; conditionThreshold: Record<string, unknown> }[] };

describe('apply', () => {
  test('makes a service, an SLO each, a policy for each pair and a dashboard; a second run writes nothing', async () => {
    const first = await world.run('apply');
    expect([first.verdict, first.writes]).toEqual(['pass', 10]);
    const { services, objectives, policies, dashboards } = world.state;
    // Three pairs each: Google looks back at most a day. 14.4 times 5 % is less than all requests.
    expect([services.size, objectives.size, policies.size, dashboards.size]).toEqual([1, 2, 6, 1]);
    const count = (await world.writes()).length;
    expect(count).toBe(10);
    const again = await world.run('apply');
    expect([again.verdict, again.writes, (await world.writes()).length]).toEqual(['pass', 0, count]);
    expect((await world.run('verify')).verdict).toBe('pass');
    expect((await world.run('plan')).changes.every(({ does }) => does === 'nothing')).toBe(true);
  });

  test('killed after each write and run again: the same end, and no write is made twice', async () => {
    const whole = await monitoringWorld();
    await whole.run('apply');
    const wanted = whole.end();
    await whole.stop();
    let runs = 0;
    for (let over = false; !over; runs++) {
      expect(runs).toBeLessThan(20);
      let writes = 0;
      over = await world
        .run('apply', {
          wrap: (store) => ({
            ...store,
            write: async (...args) => {
              if (writes++ === 1) throw new Error('killed');
              await store.write(...args);
            },
          }),
        })
        .then(
          ({ writes: written }) => written === 0,
          (error: Error) => {
            expect(error.message).toBe('killed');
            return false;
          },
        );
    }
    expect(runs).toBe(11);
    expect(world.end()).toBe(wanted);
    expect(await world.writes()).toHaveLength(10);
  });

  test('a lost answer leaves nothing double', async () => {
    for (let nth = 1; nth <= 10; nth++)
      await fetch(`${world.sandbox.control}/faults`, {
        method: 'POST',
        body: JSON.stringify({ api: 'monitoring', method: 'POST', nth, fault: { reset: 'after' } }),
      });
    for (let runs = 0; runs < 12; runs++) await world.run('apply').catch(() => undefined);
    const { services, objectives, policies, dashboards } = world.state;
    expect([services.size, objectives.size, policies.size, dashboards.size]).toEqual([1, 2, 6, 1]);
    expect((await world.run('verify')).verdict).toBe('pass');
  });

  test('a changed objective changes only what follows from it, and conditions keep their names', async () => {
    await world.run('apply');
    const names = [...world.state.policies.values()].flatMap((one) =>
      (one as Policy).conditions.map(({ name }) => name),
    );
    const [availability, latency] = request.objectives as [
      (typeof request.objectives)[0],
      (typeof request.objectives)[0],
    ];
    const asked = { ...request, objectives: [{ ...availability, target: 0.99 }, latency] };
    const { changes } = await world.run('plan', { asked });
    const goal = changes.find(({ kind, name }) => kind === 'objective' && name === 'availability');
    expect(goal?.fields).toEqual([{ field: 'goal', from: '0.995', to: '0.99' }]);
    expect((await world.run('apply', { asked })).writes).toBe(
      changes.filter(({ does }) => does === 'update').length,
    );
    expect((await world.run('apply', { asked })).writes).toBe(0);
    expect(
      [...world.state.policies.values()].flatMap((one) => (one as Policy).conditions.map(({ name }) => name)),
    ).toEqual(names);
  });
});

describe('verify names every field that differs, old and new', () => {
  test.each<
    [
      what: string,
      change: (state: typeof world.state) => void,
      kind: string,
      field: string,
      from: string | undefined,
    ]
  >([
    ['goal', ({ objectives }) => Object.assign(only(objectives), { goal: 0.9 }), 'objective', 'goal', '0.9'],
    [
      'period',
      ({ objectives }) => Object.assign(only(objectives), { rollingPeriod: '604800s' }),
      'objective',
      'rollingPeriod',
      '604800s',
    ],
    [
      'indicator',
      ({ objectives }) => Object.assign(only(objectives), { serviceLevelIndicator: { basicSli: {} } }),
      'objective',
      'serviceLevelIndicator.requestBased',
      undefined,
    ],
    [
      'name of the service',
      ({ services }) => Object.assign(only(services), { displayName: 'x' }),
      'service',
      'displayName',
      'x',
    ],
    [
      'enabled',
      ({ policies }) => Object.assign(only(policies), { enabled: false }),
      'alert policy',
      'enabled',
      'false',
    ],
    [
      'severity',
      ({ policies }) => Object.assign(only(policies), { severity: 'ERROR' }),
      'alert policy',
      'severity',
      'ERROR',
    ],
    [
      'combiner',
      ({ policies }) => Object.assign(only(policies), { combiner: 'OR' }),
      'alert policy',
      'combiner',
      'OR',
    ],
    [
      'threshold',
      ({ policies }) =>
        Object.assign((only(policies) as Policy).conditions[1]?.conditionThreshold ?? {}, {
          thresholdValue: 99,
        }),
      ...(['alert policy', 'conditions[1].conditionThreshold.thresholdValue', '99'] as const),
    ],
    [
      'a condition less',
      ({ policies }) => (only(policies) as Policy).conditions.pop(),
      'alert policy',
      'conditions[1]',
      undefined,
    ],
    [
      'title of the dashboard',
      ({ dashboards }) => Object.assign(only(dashboards), { displayName: 'y' }),
      'dashboard',
      'displayName',
      'y',
    ],
    [
      'annotations',
      ({ dashboards }) => Object.assign(only(dashboards), { annotations: undefined }),
      'dashboard',
      'annotations',
      undefined,
    ],
  ])('%s', async (_, change, kind, field, from) => {
    await world.run('apply');
    change(world.state);
    const { verdict, findings, changes, writes } = await world.run('verify');
    expect([verdict, writes, findings.map(({ rule }) => rule)]).toEqual(['fail', 0, ['slo-drift']]);
    const different = changes.filter(({ does }) => does === 'update');
    expect(different.map((one) => one.kind)).toEqual([kind]);
    expect(different[0]?.fields[0]).toMatchObject({ field, from });
    expect((await world.run('apply')).writes).toBe(1);
    expect((await world.run('verify')).verdict).toBe('pass');
  });

  test('something that was deleted is missing', async () => {
    await world.run('apply');
    world.state.policies.delete(only(world.state.policies).name);
    world.state.dashboards.clear();
    const { verdict, reason, findings } = await world.run('verify');
    expect(reason).toMatch(/ and 1 more differ from the SLO file\.$/);
    expect([verdict, findings.map(({ title }) => title)]).toEqual([
      'fail',
      [expect.stringMatching(/alert policy .* is missing/), expect.stringMatching(/dashboard .* is missing/)],
    ]);
    expect((await world.run('apply')).writes).toBe(2);
  });
});

describe('what is not ours', () => {
  test.each<[what: string, disown: (state: typeof world.state) => void]>([
    [
      'the service',
      ({ services }) => Object.assign(only(services), { userLabels: { managed_by: 'terraform' } }),
    ],
    ['an objective', ({ objectives }) => Object.assign(only(objectives), { userLabels: {} })],
    [
      'a policy of the same title',
      ({ policies }) => Object.assign(only(policies), { userLabels: { managed_by: 'terraform' } }),
    ],
  ])('%s is never changed, and nothing else is either', async (_, disown) => {
    await world.run('apply');
    disown(world.state);
    Object.assign(only(world.state.dashboards), { displayName: 'x' });
    const before = world.end();
    const { verdict, writes, findings } = await world.run('apply', { prune: true });
    expect([verdict, writes, findings[0]?.rule]).toEqual(['fail', 0, 'slo-foreign']);
    expect(world.end()).toBe(before);
  });

  test('labels, channels and panels that people added stay', async () => {
    await world.run('apply');
    const channels = ['projects/p/notificationChannels/1'];
    const policy = only(world.state.policies);
    Object.assign(policy, {
      notificationChannels: channels,
      severity: 'ERROR',
      userLabels: { ...(policy.userLabels as object), team: 'ocr' },
    });
    const board = only(world.state.dashboards);
    Object.assign(board, {
      dashboardFilters: [{ labelKey: 'x' }],
      displayName: 'x',
      labels: { ...(board.labels as object), team: 'ocr' },
    });
    expect((await world.run('apply')).writes).toBe(2);
    expect(world.state.policies.get(policy.name)).toMatchObject({
      notificationChannels: channels,
      severity: 'CRITICAL',
      userLabels: { team: 'ocr', managed_by: 'backstay' },
    });
    expect(only(world.state.dashboards)).toMatchObject({
      dashboardFilters: [{ labelKey: 'x' }],
      labels: { team: 'ocr', managed_by: 'backstay' },
    });
    const given = await world.run('apply', { channels: ['projects/p/notificationChannels/2'] });
    expect(given.writes).toBe(6);
  });

  test('a policy of the same title beside ours is nobody’s business', async () => {
    await world.run('apply');
    const { displayName } = only(world.state.policies);
    const others = [...world.state.policies];
    world.state.policies.clear();
    world.state.policies.set('p/alertPolicies/1', { name: 'p/alertPolicies/1', displayName });
    for (const [name, one] of others) world.state.policies.set(name, one);
    expect(await world.run('apply', { prune: true })).toMatchObject({ verdict: 'pass', writes: 0 });
  });

  test('a copy with our labels is told, and deleted only with prune', async () => {
    await world.run('apply');
    const one = only(world.state.policies);
    const name = `${one.name}9`;
    world.state.policies.set(name, { ...one, name });
    const told = await world.run('apply');
    expect([told.writes, told.findings.map(({ rule }) => rule)]).toEqual([0, ['slo-stale']]);
    expect((await world.run('apply', { prune: true })).writes).toBe(1);
    expect(world.state.policies.size).toBe(6);
  });

  test('another SLO of ours is left alone', async () => {
    await world.run('apply');
    const other = { ...request, slo: 'other', service: 'other' };
    expect((await world.run('apply', { asked: other, prune: true })).writes).toBe(10);
    expect((await world.run('verify')).verdict).toBe('pass');
  });
});

test('what the file no longer has is deleted only with prune, policies before the objective', async () => {
  await world.run('apply');
  const asked = { ...request, objectives: request.objectives.slice(0, 1) };
  const kept = await world.run('apply', { asked });
  expect(kept.findings.map(({ rule }) => rule)).toEqual(['slo-stale', 'slo-stale', 'slo-stale', 'slo-stale']);
  // The dashboard has fewer tiles.
  expect(kept.writes).toBe(1);
  expect(world.state.objectives.size).toBe(2);
  const pruned = await world.run('apply', { asked, prune: true });
  expect(pruned.writes).toBe(4);
  expect(
    (await world.writes())
      .slice(-4)
      .map((call) => call.replace(/\d{8,}/g, 'N').replace(/projects\/[^/]+/, 'P')),
  ).toEqual([
    'DELETE /v3/P/alertPolicies/N',
    'DELETE /v3/P/alertPolicies/N',
    'DELETE /v3/P/alertPolicies/N',
    expect.stringMatching(/^DELETE \/v3\/P\/services\/backstay-ocr-api\/serviceLevelObjectives\/latency$/),
  ]);
  expect([world.state.objectives.size, world.state.policies.size]).toEqual([1, 3]);
});

test('someone who changes the dashboard in between is not overwritten', async () => {
  await world.run('apply');
  Object.assign(only(world.state.dashboards), { displayName: 'x' });
  const stale = world.run('apply', {
    wrap: (store) => ({
      ...store,
      write: async (...args) => {
        Object.assign(only(world.state.dashboards), { etag: 'changed' });
        await store.write(...args);
      },
    }),
  });
  await expect(stale).rejects.toThrow(/409/);
  expect(only(world.state.dashboards).displayName).toBe('x');
});
