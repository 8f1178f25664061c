import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildBalancer } from './support/balancer.ts';
import { Client, inline, openSandbox } from './support/client.ts';

/** A balancer in front of two regions, which says by its answers which of them answered. */
const regions = ['europe-west1', 'us-central1'] as const;
const [eu, us] = regions;
let client: Client;
let front: string;
let owner: string;

beforeAll(async () => {
  client = await openSandbox();
  for (const region of regions) {
    const there = new Client(client.sandbox, region);
    await there.deploy('ocr', inline(200, { region }));
    await there.wait(
      'run',
      (await there.patchService('ocr', 'invokerIamDisabled', { invokerIamDisabled: true })).body.name,
    );
  }
  front = await buildBalancer(client, { service: 'ocr', regions });
  owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body.accessToken;
});
afterAll(() => client?.sandbox.stop());

const set = (fronts: object) => client.control('PATCH', '/settings', { fronts });
const path = () => `/compute/v1/projects/${client.sandbox.project}/global/backendServices/ocr-backend`;
const backend = async () => (await client.api('compute', 'GET', path(), undefined, owner)).body;
const patch = (body: object) => client.api('compute', 'PATCH', path(), body, owner);
/** The region that answered, or the status of an answer of none. */
const ask = async () => {
  const { status, body } = await client.send(front);
  return status === 200 ? (body.region as string) : status;
};
const asks = async (count: number) => {
  const answers = [];
  for (let i = 0; i < count; i++) answers.push(await ask());
  return answers;
};
const fail = (location: string, times = 100_000) =>
  client.control('POST', '/faults', { api: 'invoke', location, times, fault: { status: 503 } });

beforeEach(async () => {
  await client.control('DELETE', '/faults');
  await set({ clientRegion: eu, settleMs: 0, skipMissing: true, keepUserAgent: true });
  await patch({ outlierDetection: null });
});

test('the region nearest to the client answers', async () => {
  expect(await ask()).toBe(eu);
  await set({ clientRegion: us });
  expect(await ask()).toBe(us);
});

describe('a region that fails', () => {
  test('keeps its requests without outlier detection, because serverless groups have no health checks', async () => {
    await fail(eu);
    expect(await asks(8)).toEqual(Array(8).fill(503));
  });

  test('loses them after three gateway failures in a row, and gets them back after 30 s', async () => {
    await patch({ outlierDetection: { maxEjectionPercent: 50 } });
    await fail(eu);
    expect(await asks(6)).toEqual([503, 503, 503, us, us, us]);
    await client.control('DELETE', '/faults');
    expect(await ask()).toBe(us);
    const { clockOffsetMs } = client.sandbox.world.settings;
    await client.control('PATCH', '/settings', { clockOffsetMs: clockOffsetMs + 31_000 });
    expect(await ask()).toBe(eu);
  });

  test('keeps a share of failures that never come three in a row', async () => {
    await patch({ outlierDetection: {} });
    for (let i = 0; i < 4; i++) {
      await fail(eu, 2);
      expect(await asks(3)).toEqual([503, 503, eu]);
    }
  });

  test('keeps its errors that no gateway makes: five in a row eject only if that is enforced', async () => {
    const broken = () =>
      client.control('POST', '/faults', {
        ...{ api: 'invoke', location: eu, times: 100_000 },
        fault: { status: 500 },
      });
    await patch({ outlierDetection: {} });
    await broken();
    expect(await asks(7)).toEqual(Array(7).fill(500));
    await patch({ outlierDetection: { enforcingConsecutiveErrors: 100 } });
    expect((await asks(7)).at(-1)).toBe(us);
  });

  test('is never ejected if the other one is: at most half may be', async () => {
    await patch({ outlierDetection: {} });
    await fail(eu);
    await fail(us);
    expect(await asks(10)).toEqual(Array(10).fill(503));
  });
});

describe('a group that is taken out of the backend service', () => {
  test('gets no request once the change has arrived, and gets them again when it is back', async () => {
    const before = await backend();
    await set({ settleMs: 60_000 });
    const out = { backends: [before.backends[1]], fingerprint: before.fingerprint };
    expect((await patch(out)).status).toBe(200);
    expect(await ask()).toBe(eu);
    const { clockOffsetMs } = client.sandbox.world.settings;
    await client.control('PATCH', '/settings', { clockOffsetMs: clockOffsetMs + 61_000 });
    expect(await ask()).toBe(us);
    await set({ settleMs: 0 });
    expect((await patch(out)).status).toBe(412);
    const { fingerprint } = await backend();
    expect((await patch({ backends: before.backends, fingerprint })).status).toBe(200);
    expect(await ask()).toBe(eu);
    expect({ ...(await backend()), fingerprint: '' }).toEqual({ ...before, fingerprint: '' });
  });
});

test('the request log has the user agent of the client, unless the balancer is told to hide it', async () => {
  const seen = async (agent: string) => {
    await client.send(front, 'GET', undefined, { 'user-agent': agent });
    const found = await client.logs(`httpRequest.userAgent="${agent}"`);
    return found.map(({ resource }) => resource.labels.location);
  };
  expect(await seen('probe-1')).toEqual([eu]);
  await set({ keepUserAgent: false });
  expect(await seen('probe-2')).toEqual([]);
});
