import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { endOfKill, successors } from '../../support/gateway-kills.ts';
import { type GatewayWorld, servingGateway } from '../../support/gateway-world.ts';

/**
 * A run of the action that is killed has no record of a release. Labels of the configuration remember where the gateway was until the
 * move is proved. A sample of the calls; `npm run peers -- gateway` tries each of them with everybody who can come next.
 */
jest.setTimeout(300_000);

let w: GatewayWorld;
beforeAll(async () => {
  w = await servingGateway();
});
afterAll(() => w?.stop());

test('whoever comes after a killed run ends on the old configuration, or on the new one with its proof', async () => {
  const wrong: string[] = [];
  const left = { old: 0, new: 0 };
  let deaths = 0;
  for (let nth = 6; ; nth += 5) {
    const after = successors[deaths % successors.length] as (typeof successors)[number];
    const end = await endOfKill(w, nth, { nth, isDone: Math.floor(deaths / 2) % 2 === 0, after });
    if (end === undefined) break;
    deaths += 1;
    left[end.left] += 1;
    if (end.wrong) wrong.push(end.wrong);
  }
  expect(wrong).toEqual([]);
  // The sample meets runs that died before their move, and after it.
  expect([left.old > 0, left.new > 0]).toEqual([true, true]);
});
