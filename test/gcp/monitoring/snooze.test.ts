import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { snoozing } from '../../../src/actions/release/snooze.ts';
import type { ReleaseStages } from '../../../src/steps/release/ports.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { monitoringWorld, request } from './world.ts';

/** A release that snoozes the alerts of its SLO, by the real client on the sandbox. */

let world: Awaited<ReturnType<typeof monitoringWorld>>;
beforeEach(async () => {
  world = await monitoringWorld();
});
afterEach(() => world.stop());

const lines: string[] = [];
const say = (text: string) => void lines.push(text);
const log = { line: say, warning: say, debug: () => {}, detail: () => {} };
const never = new AbortController().signal;

function open(now = Date.now()) {
  lines.length = 0;
  const clock = new VirtualClock(now);
  const snooze = snoozing({ log, clock } as never, world.rest, {
    ...{ project: world.project, slo: request.slo, service: request.service },
  });
  const stages = snooze.around({
    watch: async () => ({ seen: world.state.snoozes.size }),
  } as unknown as ReleaseStages);
  const watch = () => stages.watch?.({} as never, never) as unknown as Promise<{ seen: number }>;
  return { snooze, watch, clock };
}
type Snooze = { criteria: { policies: string[] }; interval: { startTime: string; endTime: string } };
const snoozes = () => [...world.state.snoozes.values()] as unknown as Snooze[];

test('from the first watched step until the end, for the policies of this SLO alone, and at most 30 minutes', async () => {
  await world.run('apply');
  await world.run('apply', { asked: { ...request, slo: 'other', service: 'other' } });
  const { snooze, watch } = open();
  expect(await watch()).toEqual({ seen: 1 });
  // A second step uses the same snooze.
  await watch();
  const [one] = snoozes();
  expect(snoozes()).toHaveLength(1);
  expect(one?.criteria.policies).toHaveLength(6);
  const span = Date.parse(one?.interval.endTime ?? '') - Date.parse(one?.interval.startTime ?? '');
  expect(span).toBe(30 * 60_000);
  await snooze.end();
  const left = Date.parse(snoozes()[0]?.interval.endTime ?? '') - Date.now();
  expect(left).toBeLessThanOrEqual(1000);
});

test('a release that is never watched snoozes nothing, and its end writes nothing', async () => {
  await world.run('apply');
  const before = (await world.writes()).length;
  const { snooze } = open();
  await snooze.end();
  expect(await world.writes()).toHaveLength(before);
});

test('more than 16 policies take several snoozes', async () => {
  const objectives = Array.from({ length: 6 }, (_, i) => ({
    ...{ id: `o${i}`, kind: 'availability' as const, target: 0.99 + i / 1000 },
  }));
  await world.run('apply', { asked: { ...request, objectives } });
  const { snooze, watch } = open();
  await watch();
  expect(snoozes().map(({ criteria }) => criteria.policies.length)).toEqual([16, 2]);
  await snooze.end();
  expect(snoozes().every(({ interval }) => Date.parse(interval.endTime) <= Date.now() + 1000)).toBe(true);
});

describe('a release goes on', () => {
  test('without a policy of ours', async () => {
    const { snooze, watch } = open();
    expect(await watch()).toEqual({ seen: 0 });
    expect(lines.join()).toContain('actions/slo makes them');
    await snooze.end();
  });

  test.each([500, 403])('if Google answers %s', async (status) => {
    await world.run('apply');
    await fetch(`${world.sandbox.control}/faults`, {
      method: 'POST',
      body: JSON.stringify({ api: 'monitoring', path: '/\\/snoozes$/', times: 9, fault: { status } }),
    });
    const { snooze, watch } = open();
    expect(await watch()).toEqual({ seen: 0 });
    expect(lines.join()).toContain('could not be snoozed');
    await snooze.end();
  });

  test('if the snooze cannot be ended, and says how long it lasts', async () => {
    await world.run('apply');
    const { snooze, watch } = open();
    await watch();
    await fetch(`${world.sandbox.control}/faults`, {
      method: 'POST',
      body: JSON.stringify({ api: 'monitoring', method: 'PATCH', times: 99, fault: { status: 403 } }),
    });
    await snooze.end();
    expect(lines.join()).toMatch(/could not be ended and lasts until 20/);
  });
});

test('a snooze that has ended by itself is left alone', async () => {
  await world.run('apply');
  const { snooze, watch, clock } = open();
  await watch();
  const before = (await world.writes()).length;
  await clock.sleep(31 * 60_000);
  await snooze.end();
  expect(await world.writes()).toHaveLength(before);
});
