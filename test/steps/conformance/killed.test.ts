import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { labelsOf } from '../../../src/domain/conformance/names.ts';
import { inventory } from '../../../src/steps/conformance/inventory.ts';
import type { Cloud } from '../../../src/steps/conformance/ports.ts';
import { type ConformanceWorld, conformanceWorld, memoryJournal } from '../../support/conformance-world.ts';

let world: ConformanceWorld;
beforeAll(async () => {
  world = await conformanceWorld();
}, 300_000);
afterAll(() => world?.sandbox.stop());
beforeEach(async () => {
  await world.clean(true);
  for (const { name } of world.journal.entries()) world.journal.remove(name);
});

const { signal } = new AbortController();
const left = async () =>
  (await inventory(world.cloud, world.sandbox.project, world.sandbox.region, signal)).map(({ name }) => name);

/** Every call that changes something, and whether the run dies before it or after it took effect. */
function dying(nth: number, when: 'before' | 'after') {
  let [count, dead] = [0, false];
  const through = (cloud: Cloud): Cloud => ({
    ...cloud,
    async ask(call, aborted) {
      if (dead) throw new Error('killed');
      if (call.method === 'GET') return cloud.ask(call, aborted);
      dead = ++count === nth;
      if (dead && when === 'before') throw new Error('killed');
      const answer = await cloud.ask(call, aborted);
      if (dead) throw new Error('killed');
      return answer;
    },
    async upload(url, files, aborted) {
      if (dead) throw new Error('killed');
      return cloud.upload(url, files, aborted);
    },
  });
  return { through, died: () => dead };
}

/** The calls to die at. CONFORMANCE_KILLS=all takes every one, which the script `npm run peers` does. */
const sampled = [1, 4, 10, 15, 24, 27, 32, 40];
const all = Array.from({ length: 90 }, (_, index) => index + 1);
const kills = process.env.CONFORMANCE_KILLS === 'all' ? all : sampled;

describe('a run that is killed', () => {
  test.each(kills)('at its write %i: the clean-up of the next run removes everything', async (nth) => {
    const when = nth % 2 === 0 ? 'before' : 'after';
    const { through, died } = dying(nth, when);
    await world.run(undefined, through);
    if (kills === sampled) expect(died()).toBe(true);
    const { left: stays } = await world.clean();
    expect(stays).toEqual([]);
    expect(await left()).toEqual([]);
    expect(world.journal.entries()).toEqual([]);
  });

  test('leaves to others what has not expired, and they remove it afterwards', async () => {
    await world.run(['service']);
    const others = memoryJournal();
    expect(await world.clean(false, others)).toEqual({ removed: 0, left: [] });
    expect((await left()).length).toBe(5);
    await world.clean(true);
    await world.run(['service'], undefined, { expiresIn: -10 });
    expect(await world.clean(false, others)).toEqual({ removed: 5, left: [] });
    expect(await left()).toEqual([]);
  });
});

describe('what is not ours', () => {
  const { project, region } = { project: 'p-conformance', region: 'us-central1' };
  const ask = (
    method: 'POST' | 'GET',
    api: 'run' | 'iam',
    path: string,
    body?: object,
    query?: Record<string, string>,
  ) =>
    world.cloud.ask(
      { api, method, path, ...(body ? { body: body as never } : {}), ...(query ? { query } : {}) },
      signal,
    );
  const template = { containers: [{ image: 'us-docker.pkg.dev/cloudrun/container/hello:latest' }] };
  const services = `v2/projects/${project}/locations/${region}/services`;
  const make = (serviceId: string, labels: Record<string, string>) =>
    ask('POST', 'run', services, { template, labels }, { serviceId });
  const account = (accountId: string, displayName: string) =>
    ask('POST', 'iam', `v1/projects/${project}/serviceAccounts`, {
      accountId,
      serviceAccount: { displayName },
    });

  test('stays: our name without our label, our label without our name, an account with half of both', async () => {
    expect((await make('bs-conf-abc123-img', {})).status).toBe(200);
    expect((await make('shop', labelsOf('abc123', 1))).status).toBe(200);
    expect((await account('bs-conf-abc123-run', 'of the shop')).status).toBe(200);
    expect((await account('shop-account', 'backstay conformance abc123 expires 1')).status).toBe(200);
    world.journal.add({
      kind: 'service',
      name: `projects/${project}/locations/${region}/services/shop`,
      run: 'abc123',
    });
    expect(await world.clean(true)).toEqual({ removed: 0, left: [] });
    const { body } = await ask('GET', 'run', services);
    expect(JSON.stringify(body)).toContain('/services/shop"');
    expect(JSON.stringify(body)).toContain('bs-conf-abc123-img');
    expect((await ask('GET', 'iam', `v1/projects/${project}/serviceAccounts`)).body).toMatchObject({
      accounts: expect.arrayContaining([
        expect.objectContaining({ displayName: 'of the shop' }),
        expect.objectContaining({ email: expect.stringContaining('shop-account@') }),
      ]),
    });
  });
});
