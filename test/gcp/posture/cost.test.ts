import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addBucket } from '../../../sandbox/storage/state.ts';
import { knownRole, knownRoles } from '../../../src/domain/posture/known-roles.ts';
import { image, useEverything } from '../../support/posture-everything.ts';
import { earlierOf, type PostureWorld, postureWorld } from '../../support/posture-world.ts';

/** What a look costs on a service that uses everything, and what an identity sees that may read nothing. */

let w: PostureWorld;

beforeAll(async () => {
  w = await postureWorld();
});
afterAll(() => w?.stop());

const slow = async () => {
  for (const api of w.sandbox.world.urls.keys())
    await w.client.control('POST', '/faults', { api, times: 1000, fault: { delayMs: 20 } });
};

test('an identity without permissions sees only what it lacks, and does not fail', async () => {
  w.sandbox.world.disabledServices.delete('compute.googleapis.com');
  const result = await w.look({}, w.sandbox.env.INVOKER_SERVICE_ACCOUNT as string);
  expect(
    result.evidence.rows.filter(({ state }) => state !== 'unknown').map(({ id, saw }) => `${id} ${saw}`),
  ).toEqual([]);
  expect(result.findings).toEqual([]);
  expect(result.verdict).toBe('pass');
  const lacking = result.evidence.roles.flatMap(({ role }) => role ?? []);
  expect(lacking).toEqual(
    expect.arrayContaining([
      'roles/browser',
      'roles/cloudfunctions.developer',
      'roles/monitoring.viewer',
      'roles/orgpolicy.policyViewer',
    ]),
  );
  expect(result.evidence.roles.find(({ role }) => role === 'roles/monitoring.viewer')?.command).toBe(
    `gcloud projects add-iam-policy-binding sandbox-project --member=serviceAccount:${w.sandbox.env.INVOKER_SERVICE_ACCOUNT} --role=roles/monitoring.viewer --condition=None`,
  );
  const strict = await w.look(
    { failOn: { severity: undefined, change: false, unknown: true } },
    w.sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
  );
  expect(strict.verdict).toBe('inconclusive');
});

test('what became worse fails a run once, and what was there before does not', async () => {
  const change = { severity: undefined, change: true, unknown: false };
  const first = await w.look({ failOn: change });
  expect([first.verdict, first.evidence.changes]).toEqual(['pass', undefined]);
  const again = await w.look({ failOn: change, earlier: earlierOf(first.evidence.rows) });
  expect([again.verdict, again.evidence.changes]).toEqual(['pass', []]);
  w.set(w.policy, { role: 'roles/run.invoker', members: ['allUsers'] });
  const open = await w.look({ failOn: change, earlier: earlierOf(first.evidence.rows) });
  expect(open.verdict).toBe('fail');
  expect(open.reason).toMatch(/became worse since the last run/);
  expect(open.evidence.changes?.map(({ direction, title }) => [direction, title])).toContainEqual([
    'worse',
    'IAM: who can call',
  ]);
  w.reset();
  const closed = await w.look({ failOn: change, earlier: earlierOf(open.evidence.rows) });
  expect([closed.verdict, closed.evidence.changes?.every(({ direction }) => direction === 'better')]).toEqual(
    ['pass', true],
  );
});

test('the calls and the time of a plain service and of one that uses everything', async () => {
  w.sandbox.world.disabledServices.delete('compute.googleapis.com');
  await slow();
  const measure = async (call = {}) => {
    w.sandbox.world.requests.length = 0;
    const started = performance.now();
    const result = await w.look(call);
    const calls = w.sandbox.world.requests.filter(({ api }) => w.sandbox.world.urls.has(api)).length;
    return {
      calls,
      seconds: (performance.now() - started) / 1000,
      unknown: result.evidence.rows
        .filter(({ state }) => state === 'unknown')
        .map(({ id, saw }) => `${id}: ${saw}`),
    };
  };
  const plain = await measure();
  await useEverything(w);
  const loaded = await measure({ buckets: ['ocr-input'] });
  expect(plain.calls).toBeLessThanOrEqual(40);
  expect(plain.seconds).toBeLessThan(60);
  expect(loaded.unknown).toEqual([]);
  // What the README says. One call is for each secret, key, bucket, policy and door that a plain service lacks.
  expect([plain.calls, loaded.calls]).toEqual([30, 40]);
  expect(loaded.seconds).toBeLessThan(60);
});

describe('however much there is, a look makes at most 40 calls and names what it left out', () => {
  let backendsMade = 0;
  const many = <T>(count: number, one: (at: number) => T) =>
    Array.from({ length: count }, (_, at) => one(at));
  /** Custom roles cost a call each, secrets three, buckets two and backends two. */
  const load = async ({ roles = 0, secrets = 0, buckets = 0, backends = 0 }) => {
    const project = 'sandbox-project';
    for (const at of many(roles, (index) => index)) {
      const name = `projects/${project}/roles/own${at}`;
      w.sandbox.world.roles.define({
        ...{ name, title: name, includedPermissions: ['run.routes.invoke'], stage: 'GA', etag: 'AA==' },
      });
    }
    w.set(
      w.policy,
      ...many(roles, (at) => ({
        role: `projects/${project}/roles/own${at}`,
        members: [`user:u${at}@example.com`],
      })),
    );
    await w.settings({ secrets: Object.fromEntries(many(secrets, (at) => [`s${at}`, { 1: 'ENABLED' }])) });
    for (const at of many(buckets, (index) => index))
      addBucket(w.sandbox.world, `many-${at}`, 'US', { versioning: { enabled: true } });
    for (const _ of many(backends, (index) => index))
      await w.own('compute', 'POST', `/compute/v1/projects/${project}/global/backendServices`, {
        name: `more-${++backendsMade}`,
        backends: [{ group: `projects/${project}/regions/us-central1/networkEndpointGroups/ocr-neg` }],
        iap: { enabled: true },
      });
    const env = many(secrets, (at) => ({
      name: `S${at}`,
      valueSource: { secretKeyRef: { secret: `s${at}`, version: '1' } },
    }));
    Object.assign(w.running(), { template: { ...w.running().template, containers: [{ image, env }] } });
    const result = await w.look({ buckets: many(buckets, (at) => `many-${at}`) });
    return { ...result, rows: new Map(result.evidence.rows.map((row) => [row.id, row])) };
  };

  test.each([
    ['custom roles', { roles: 30 }, 'posture-gateway'],
    ['secrets', { secrets: 12 }, 'posture-secret-life-cycle'],
    ['buckets', { buckets: 12 }, 'posture-buckets'],
    ['backends', { backends: 4 }, undefined],
    ['everything', { roles: 30, secrets: 12, buckets: 12, backends: 4 }, 'posture-gateway'],
  ] as const)('many %s', async (_name, resources, row) => {
    const before = w.sandbox.world.requests.length;
    const { rows, calls } = await load(resources);
    const sent = w.sandbox.world.requests.slice(before).filter(({ api, principal, method }) => {
      const isSetUp = principal?.includes('owner@example.com') && method === 'POST';
      return w.sandbox.world.urls.has(api) && !isSetUp;
    });
    expect(calls).toBeLessThanOrEqual(40);
    expect(sent).toHaveLength(calls);
    if (row) expect(`${row}: ${rows.get(row)?.saw}`).toMatch(/at most|left out/);
    w.reset();
  });
});

test.each(knownRoles)('%s allows at Google what the table says without a call', async (role) => {
  const { body } = await w.client.api('iam', 'GET', `/v1/${role}`, undefined, w.owner);
  const told = knownRole(role);
  expect(told?.ok && told.value.length).toBeGreaterThan(0);
  const deciding = (list: readonly string[]) =>
    list.filter((name) => /^(run\.routes|iam\.serviceAccounts)\.|setIamPolicy$/.test(name)).sort();
  expect(told?.ok && deciding(told.value)).toEqual(deciding(body.includedPermissions));
});
