import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type DoorWorld, doorWorld } from '../../support/door-world.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { type Death, endOfDeath, firstDocument, settlers } from '../../support/gateway-deaths.ts';

/** A release is killed while its gateway moves. Whoever comes next settles the gateway with the traffic. `npm run peers -- gateway` tries every call. */
jest.setTimeout(300_000);
let time: FastTime;
let door: DoorWorld;
beforeAll(async () => {
  time = installFastTime(10);
  door = await doorWorld(time.clock);
  await firstDocument(door);
});
afterAll(async () => {
  await door.world.close();
  time.restore();
});

const lastLook: Death = { api: 'gateway', nth: 6, isDone: true };

test.each(Object.keys(settlers))('%s takes the gateway back', async (who) => {
  expect(await endOfDeath(door, lastLook, who)).toEqual({ left: 'new', wrong: undefined });
});

test('a gateway that was not moved yet is left where it is', async () => {
  const first: Death = { api: 'apigateway', nth: 1, isDone: false };
  expect(await endOfDeath(door, first, 'the janitor')).toEqual({ left: 'old', wrong: undefined });
});

test('a gateway that cannot be moved back stays in the record, and the next run moves it', async () => {
  const { world } = door;
  const before = door.gateway()?.apiConfig;
  const refusal = { api: 'apigateway', method: 'PATCH', path: 'gateways/front', nth: 2, times: 9 };
  const faults = `${world.sandbox.control}/faults`;
  await fetch(faults, { method: 'POST', body: JSON.stringify({ ...refusal, fault: { status: 403 } }) });
  door.write('stuck', undefined, 'http://127.0.0.1:9');
  const ran = await world.release('door', world.good(), door.options());
  expect(ran.report.outcome).toBe('rolled_back');
  expect(door.gateway()?.apiConfig).not.toBe(before);
  expect(await world.record('door')).toMatchObject({ phase: 'closed', gateway: { from: before } });
  const post = await world.post('door', world.good(), ran, door.options());
  expect([post.report.verdict, post.report.findings]).toEqual([
    'inconclusive',
    [expect.objectContaining({ rule: 'gateway-not-back' })],
  ]);
  const planned = await world.rollback('door', 'settle', { inputs: { dry_run: 'true' } });
  expect(planned.report.reason).toMatch(/the gateway front would go back/i);
  await fetch(faults, { method: 'DELETE' });
  const settled = await world.rollback('door', 'settle');
  expect(settled.report).toMatchObject({ verdict: 'pass' });
  expect(settled.report.actions_taken.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^Moved the gateway front back/),
  ]);
  expect(door.gateway()?.apiConfig).toBe(before);
  expect((await world.record('door'))?.gateway).toBeUndefined();
});
