import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { countCalls, endOf, everyFault } from '../support/gateway-sweep.ts';
import { type GatewayWorld, servingGateway } from '../support/gateway-world.ts';

/**
 * A sample of every call of a gateway's release times every fault. `npm run peers -- gateway` tries all of them. The release ends
 * on the old or on the new configuration, as calls from outside show, and never on one with an open path.
 */
jest.setTimeout(300_000);
const sample = 16;

let w: GatewayWorld;
beforeAll(async () => {
  w = await servingGateway();
});
afterAll(() => w?.stop());

test('a fault at any call ends on the old or on the new configuration', async () => {
  const all = everyFault(await countCalls(w));
  const step = Math.floor(all.length / sample);
  // Another part of the whole on every day.
  const from = Math.floor(Date.now() / 86_400_000) % step;
  const chosen = all.filter((_, index) => index % step === from);
  const wrong: string[] = [];
  for (const [index, fault] of chosen.entries()) {
    const problem = await endOf(w, index, fault);
    if (problem) wrong.push(problem);
  }
  console.log(`${chosen.length} of ${all.length} faults`);
  expect(wrong).toEqual([]);
  expect(chosen.length).toBeGreaterThanOrEqual(sample);
});
