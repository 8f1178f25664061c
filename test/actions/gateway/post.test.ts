import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { gatewayState } from '../../../sandbox/gateway/state.ts';
import { gateway } from '../../../src/actions/gateway/gateway.ts';
import { gatewayPost } from '../../../src/actions/gateway/post.ts';
import { type DoorWorld, doorWorld } from '../../support/door-world.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';

/** The action on its own, and its post step in the same job. */

jest.setTimeout(300_000);
let time: FastTime;
let door: DoorWorld;
beforeAll(async () => {
  time = installFastTime(20);
  door = await doorWorld(time.clock);
});
afterAll(async () => {
  await door?.world.close();
  time.restore();
});

const inputs = () => ({
  ...door.world.inputsFor('gateway', 'door'),
  ...{ mode: 'apply', openapi: 'openapi.yaml', api: 'ocr', gateway: 'front', api_key: 'AIza-key' },
  ...{ backend_service_account: door.account, gateway_timeout: '60s' },
});
const apply = async (path: string) => {
  door.write(path);
  const ran = await door.world.run(gateway, { inputs: inputs(), failedAs: 'gateway' });
  expect([ran.report.reason, ran.report.outcome]).toEqual([expect.any(String), 'promoted']);
  return ran.state;
};
const post = (state: Record<string, string>) =>
  door.world.run(gatewayPost, { state, inputs: inputs(), failedAs: 'gateway' });
const labels = () => {
  const { configs } = gatewayState(door.world.sandbox.world);
  return Object.keys(configs.get(door.gateway()?.apiConfig ?? '')?.labels ?? {});
};

test('the post step takes a gateway back whose run was killed, and leaves one alone that was proved', async () => {
  await apply('first');
  const old = door.gateway()?.apiConfig;
  const state = await apply('second');
  const moved = door.gateway()?.apiConfig;
  expect(moved).not.toBe(old);
  expect(labels()).toEqual(['managed-by']);

  const over = await post(state);
  expect([over.report.reason, door.gateway()?.apiConfig]).toEqual(['Nothing to take back.', moved]);

  const { gateway_over: _, ...killed } = state;
  const back = await post(killed);
  expect([back.report.reason, back.report.verdict]).toEqual([expect.stringContaining('back to'), 'pass']);
  expect(back.report.actions_taken).toHaveLength(1);
  expect(door.gateway()?.apiConfig).toBe(old);
});
