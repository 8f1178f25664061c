import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { repositoriesOf } from '../../../sandbox/github/repositories.ts';
import { identityOf } from '../../../sandbox/identity/state.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { bucketResource } from '../../../sandbox/storage/render.ts';
import { exitCodeOf } from '../../../src/cli/setup/result.ts';
import { hints, planLines, totalsText } from '../../../src/domain/setup/text.ts';
import { rights } from '../../../src/domain/setup/wish.ts';
import { Client } from '../../sandbox/support/client.ts';
import { emailOf, emptyProject, makeBuckets, projectResource } from '../../support/empty-project.ts';
import { everyBucket } from '../../support/setup-wish.ts';
import { endOf, setupWorld, writesOf } from '../../support/setup-world.ts';

/** The set-up of a project and a repository by its real clients, on the sandbox. */

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
  emptyProject(sandbox);
});
afterEach(() => sandbox.stop());

const pool = () => `projects/${sandbox.world.projectNumber}/locations/global/workloadIdentityPools/github`;
const provider = () => `${pool()}/providers/backstay`;
const textOf = (plan: Parameters<typeof planLines>[0] | undefined) => planLines(plan ?? []).join('\n');
const grantsOn = (resource: string) => sandbox.world.policies.get(resource).bindings;

const bucketGrants = () =>
  sandbox.world.policies
    .resources()
    .filter((name) => name.startsWith('//storage.googleapis.com/'))
    .map((name) => [name, grantsOn(name)]);

describe('an empty project', () => {
  test('is set up, says that everything is as it should be, and is not written to a second time', async () => {
    const world = await setupWorld(sandbox);
    const first = await world.run();
    expect(first.plan.filter(({ sign }) => sign !== '+' && sign !== '=')).toEqual([]);
    expect(first.written).toBe(first.plan.filter(({ sign }) => sign === '+').length);
    expect(first.left?.filter(({ sign }) => sign !== '=')).toEqual([]);
    const before = endOf(sandbox);
    const count = (await writesOf(sandbox)).length;
    expect(count).toBeGreaterThan(20);
    const again = await world.run();
    expect(again.written).toBe(0);
    expect(await writesOf(sandbox)).toHaveLength(count);
    expect(endOf(sandbox)).toBe(before);
    // No key, ever.
    expect((await writesOf(sandbox)).filter((call) => call.includes('/keys'))).toEqual([]);
    for (const { keys } of identityOf(sandbox.world).accounts.values()) expect(keys).toEqual([]);
  });

  test('killed after each write and run again: the same end, with the same number of writes', async () => {
    const reference = await startSandbox();
    emptyProject(reference);
    await (await setupWorld(reference)).run();
    const wanted = [endOf(reference), (await writesOf(reference)).length];
    await reference.stop();

    const world = await setupWorld(sandbox);
    let runs = 0;
    for (let over = false; !over; runs++) {
      expect(runs).toBeLessThan(60);
      let writes = 0;
      const places = world.ports.places.map((place) => ({
        ...place,
        write: async (...args: Parameters<typeof place.write>) => {
          if (writes++ === 1) throw new Error('killed');
          await place.write(...args);
        },
      }));
      over = await world.run({}, { places }).then(
        ({ written }) => written === 0,
        (error: Error) => {
          expect(error.message).toBe('killed');
          return false;
        },
      );
    }
    expect(runs).toBeGreaterThan(20);
    expect([endOf(sandbox), (await writesOf(sandbox)).length]).toEqual(wanted);
  });

  test('undone: what carries the mark is gone, and what others made stays', async () => {
    makeBuckets(sandbox);
    const others = bucketGrants();
    const world = await setupWorld(sandbox);
    const wish = await world.wish({ may: rights, buckets: everyBucket });
    const first = await world.run({ wish });
    expect(first.left?.filter(({ sign }) => sign !== '=')).toEqual([]);
    const count = (await writesOf(sandbox)).length;
    expect((await world.run({ wish })).written).toBe(0);
    expect(await writesOf(sandbox)).toHaveLength(count);
    expect(bucketGrants()).not.toEqual(others);
    sandbox.world.policies.set(
      projectResource(sandbox),
      [
        ...grantsOn(projectResource(sandbox)),
        { role: 'roles/viewer', members: ['user:someone@example.com'] },
      ],
      'once',
    );
    // It is told again neither what the accounts may do, nor with which buckets.
    const undone = await world.run({ undo: true });
    const roles = undone.plan.flatMap(({ resource }) => (resource.kind === 'role' ? [resource.id] : []));
    expect(roles).toEqual(
      expect.arrayContaining(
        ['Closer', 'Alerts', 'Gateway', 'Drill', 'Capacity', 'Pipelines', 'Models', 'Posture'].map((what) =>
          expect.stringContaining(what),
        ),
      ),
    );
    expect(undone.left?.filter(({ sign }) => sign === '-')).toEqual([]);
    expect(bucketGrants()).toEqual(others);
    const { accounts, pools, providers } = identityOf(sandbox.world);
    expect([...accounts.keys()]).toEqual([
      `${sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`,
    ]);
    expect([pools.get(pool())?.state, providers.get(provider())?.state]).toEqual(['DELETED', 'DELETED']);
    expect(grantsOn(projectResource(sandbox))).toEqual([
      { role: 'roles/owner', members: ['user:owner@example.com'] },
      { role: 'roles/viewer', members: ['user:someone@example.com'] },
    ]);
    const environment = repositoriesOf(sandbox.world)
      .repositories.get('acme/ocr')
      ?.environments.get('prod/ocr-api');
    expect([...(environment?.variables.keys() ?? [])]).toEqual([]);
    // Deleted pools, providers and roles keep their names: they are brought back.
    const again = await world.run();
    expect(textOf(again.plan)).toMatch(/~ pool github\n {4}state: deleted -> on/);
    expect(again.left?.filter(({ sign }) => sign !== '=')).toEqual([]);
  });

  test('with every right: a nightly run finds nothing, and then the grant on a bucket and the permission that somebody took away', async () => {
    makeBuckets(sandbox);
    const world = await setupWorld(sandbox);
    const wish = await world.wish({ may: rights, buckets: everyBucket });
    await world.run({ wish });
    const night = async () => {
      const { plan, written } = await world.run({ wish, apply: false });
      const options = { apply: false, expectNoChanges: true } as Parameters<typeof exitCodeOf>[1];
      const signs = plan
        .filter(({ sign }) => sign !== '=')
        .map(({ sign, resource }) => [sign, resource.kind]);
      return { code: exitCodeOf(plan, options), signs, written };
    };
    expect(await night()).toEqual({ code: 0, signs: [], written: 0 });
    const { policies, roles } = sandbox.world;
    const bucket = bucketResource(sandbox.world, 'models');
    const isOurs = ({ role }: { role: string }) => role.includes('/roles/backstay');
    expect(grantsOn(bucket).some(isOurs)).toBe(true);
    const others = grantsOn(bucket).filter((one) => !isOurs(one));
    policies.set(bucket, others, 'once');
    const role = roles.get(`projects/${sandbox.project}/roles/backstayPipelines`);
    if (!role) throw new Error('The role is missing.');
    roles.define({ ...role, includedPermissions: role.includedPermissions.slice(1) });
    expect(await night()).toEqual({
      code: 3,
      signs: expect.arrayContaining([
        ['+', 'grant'],
        ['~', 'role'],
      ]),
      written: 0,
    });
  });
});

describe('what someone else made', () => {
  test('a provider and a role of the same name are shown, not touched, and taken over when asked', async () => {
    sandbox.world.disabledServices.clear();
    identityOf(sandbox.world).pools.set(pool(), { name: pool(), displayName: 'x', state: 'ACTIVE' });
    const foreign = {
      ...{ name: provider(), displayName: 'mine', state: 'ACTIVE' as const },
      attributeMapping: { 'google.subject': 'assertion.sub', 'attribute.team': 'assertion.actor' },
      attributeCondition: "assertion.repository_owner == 'acme'",
      oidc: { issuerUri: sandbox.world.urls.get('oidc') ?? '', jwksJson: '{"keys":[]}' },
    };
    identityOf(sandbox.world).providers.set(provider(), structuredClone(foreign));
    const role = `projects/${sandbox.project}/roles/backstayReader`;
    sandbox.world.roles.define({
      ...{ name: role, title: 'x', stage: 'GA', etag: 'AA==', includedPermissions: ['run.services.get'] },
    });
    const world = await setupWorld(sandbox);
    const first = await world.run();
    expect(identityOf(sandbox.world).providers.get(provider())).toEqual(foreign);
    expect(sandbox.world.roles.get(role)?.includedPermissions).toEqual(['run.services.get']);
    const text = textOf(first.plan);
    expect(text).toContain('~ provider github/backstay (someone else made it: not changed)');
    expect(text).toContain(
      "      - assertion.repository_owner == 'acme'\n      + assertion.repository_owner_id == '4211'",
    );
    expect(text).toContain('uploaded keys: present -> none');
    expect(text).toContain('      + run.services.getIamPolicy');
    expect(text).toMatch(/\+ backstayReader for ocr-api-reader on project \S+ \(waits for what it needs\)/);
    expect(hints(first.plan).join(' ')).toContain('--take-over');
    expect(totalsText(first.left ?? [])).toMatch(/, 4 not written$/);
    // A provider that admits others is no reason to hand its accounts to their runs.
    const took = await world.run({ leave: { takeOver: true, overwriteFiles: false } });
    expect(took.left?.filter(({ sign }) => sign !== '=')).toEqual([]);
    const taken = identityOf(sandbox.world).providers.get(provider());
    expect(taken?.oidc.jwksJson).toBeUndefined();
    expect(taken?.attributeMapping).toMatchObject({ 'attribute.team': 'assertion.actor' });
    expect(sandbox.world.roles.get(role)?.includedPermissions).toHaveLength(10);
  });

  test('an account, an environment, a variable and a file stay as they are', async () => {
    sandbox.world.disabledServices.clear();
    const account = emailOf(sandbox, 'ocr-api-deployer');
    identityOf(sandbox.world).accounts.set(account, {
      ...{ email: account, uniqueId: '1', displayName: 'Ours since 2019', disabled: false, keys: [] },
    });
    const repository = repositoriesOf(sandbox.world).repositories.get('acme/ocr');
    repository?.environments.set('prod/ocr-api', {
      ...{
        id: 1,
        name: 'prod/ocr-api',
        wait_timer: 30,
        prevent_self_review: true,
        reviewers: [{ type: 'User', id: 7 }],
      },
      ...{ deployment_branch_policy: null, policies: [] },
      variables: new Map([['SERVICE_ACCOUNT', { name: 'SERVICE_ACCOUNT', value: 'other@x' }]]),
    });
    const world = await setupWorld(sandbox);
    world.files.set('.github/workflows/release.yml', 'name: mine\n');
    const first = await world.run();
    const text = textOf(first.plan);
    expect(text).toContain(`~ account ocr-api-deployer (someone else made it: not changed)`);
    expect(text).toContain(
      '~ environment prod/ocr-api of acme/ocr (someone else made it: not changed)\n    branches: any -> restricted',
    );
    expect(text).toContain(
      'SERVICE_ACCOUNT of prod/ocr-api (someone else made it: not changed)\n    value: other@x ->',
    );
    expect(text).toContain('= file .github/workflows/release.yml (it is there and differs: kept)');
    expect(world.files.get('.github/workflows/release.yml')).toBe('name: mine\n');
    // Nobody may log in as an account that was here before.
    expect(sandbox.world.policies.resources().filter((name) => name.includes(account))).toEqual([]);
    const took = await world.run({ leave: { takeOver: true, overwriteFiles: true } });
    expect(took.left?.filter(({ sign }) => sign !== '=')).toEqual([]);
    // The environment keeps its reviewers and its waiting time.
    expect(repository?.environments.get('prod/ocr-api')).toMatchObject({
      ...{ wait_timer: 30, prevent_self_review: true, reviewers: [{ type: 'User', id: 7 }] },
      policies: [{ name: 'main', type: 'branch' }],
    });
    expect(world.files.get('.github/workflows/release.yml')).toBe('name: release\n');
  });
});

test('what may not be read is shown with the missing permission, and nothing of it is written', async () => {
  await (await setupWorld(sandbox)).run();
  const { world } = sandbox;
  world.roles.define({
    ...{ name: 'projects/x/roles/little', title: 'x', stage: 'GA', etag: 'x' },
    includedPermissions: ['serviceusage.services.get', 'iam.serviceAccounts.get', 'run.services.get'],
  });
  const policy = grantsOn(projectResource(sandbox));
  world.policies.set(
    projectResource(sandbox),
    [...policy, { role: 'projects/x/roles/little', members: ['user:little@example.com'] }],
    'once',
  );
  const before = endOf(sandbox);
  const little = await (await setupWorld(sandbox, 'user:little@example.com')).run();
  expect(little.written).toBe(1); // The file, which is on this machine.
  const text = textOf(little.plan);
  expect(text).toContain(
    '! pool github (cannot tell: missing permission iam.googleapis.com/workloadIdentityPools.get)',
  );
  expect(text).toContain(
    '! role backstayReader, 10 permissions (cannot tell: missing permission iam.roles.get)',
  );
  expect(text).toMatch(
    /! backstayReader for .* \(cannot tell: missing permission resourcemanager\.projects\.getIamPolicy\)/,
  );
  expect(hints(little.plan).join(' ')).toContain('An administrator');
  expect(endOf(sandbox)).toBe(before);
});

test('a bucket that does not exist is said, and what is about others is written', async () => {
  makeBuckets(sandbox);
  const buckets = { ...everyBucket, drill: ['input', 'gone'] };
  // Who may not look anywhere in the project is refused, whether it is there or not.
  sandbox.world.policies.set(
    projectResource(sandbox),
    [
      ...grantsOn(projectResource(sandbox)),
      { role: 'roles/storage.admin', members: ['user:owner@example.com'] },
    ],
    'once',
  );
  const world = await setupWorld(sandbox);
  const { left } = await world.run({ wish: await world.wish({ may: ['drill'], buckets }) });
  expect(textOf(left?.filter(({ sign }) => sign !== '='))).toBe(
    '! backstayDrill for ocr-api-drill on bucket gone (cannot tell: the bucket gone does not exist)',
  );
});

test('a policy of a bucket that somebody else changes meanwhile is read again', async () => {
  makeBuckets(sandbox);
  sandbox.world.faults.add({
    ...{ api: 'storage', method: 'PUT', path: '/iam', fault: { status: 412 } },
  });
  const world = await setupWorld(sandbox);
  const { left } = await world.run({ wish: await world.wish({ may: ['drill'], buckets: everyBucket }) });
  expect(left?.filter(({ sign }) => sign !== '=')).toEqual([]);
});

test('an undo that may not read every bucket says so, and takes back the rest', async () => {
  makeBuckets(sandbox);
  const world = await setupWorld(sandbox);
  await world.run({ wish: await world.wish({ may: ['drill'], buckets: everyBucket }) });
  const locked = bucketResource(sandbox.world, 'input');
  sandbox.world.policies.set(
    locked,
    grantsOn(locked).filter(({ role }) => role !== 'roles/storage.admin'),
    'once',
  );
  const warnings: string[] = [];
  const undone = await world.run(
    { undo: true },
    { log: { ...world.ports.log, warning: (text) => warnings.push(text) } },
  );
  expect(warnings).toEqual([expect.stringContaining('Not every bucket')]);
  expect(undone.plan.map(({ resource }) => resource.kind)).toContain('account');
  expect(identityOf(sandbox.world).accounts.has(emailOf(sandbox, 'ocr-api-drill'))).toBe(false);
});

test('once the service exists, the invoker and the rollback lose the project and keep the service', async () => {
  const world = await setupWorld(sandbox);
  await world.run();
  const token = await fetch(`${sandbox.control}/tokens`, {
    method: 'POST',
    body: JSON.stringify({ member: 'user:owner@example.com' }),
  }).then(async (answer) => ((await answer.json()) as { accessToken: string }).accessToken);
  await fetch(
    `${sandbox.world.urls.get('run')}/v2/projects/${sandbox.project}/locations/${sandbox.region}/services?serviceId=ocr-api`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ template: { containers: [{ image: 'gcr.io/x/y' }] } }),
    },
  ).then(async (answer) =>
    expect([answer.status, answer.status === 200 ? '' : await answer.text()]).toEqual([200, '']),
  );
  const moved = await world.run();
  expect(totalsText(moved.left ?? [])).toMatch(/^0 to create, 0 to change, \d+ unchanged$/);
  const invoker = `serviceAccount:${emailOf(sandbox, 'ocr-api-invoker')}`;
  expect(JSON.stringify(grantsOn(projectResource(sandbox)))).not.toContain(invoker);
  const service = `//run.googleapis.com/projects/${sandbox.project}/locations/${sandbox.region}/services/ocr-api`;
  expect(grantsOn(service)).toEqual(
    expect.arrayContaining([
      { role: 'roles/run.invoker', members: [invoker] },
      {
        role: `projects/${sandbox.project}/roles/backstayRollback`,
        members: [`serviceAccount:${emailOf(sandbox, 'ocr-api-rollback')}`],
      },
    ]),
  );
});

test('a second repository joins the provider, and leaves it alone when it is undone', async () => {
  const { repositories } = repositoriesOf(sandbox.world);
  const ocr = repositories.get('acme/ocr');
  if (ocr)
    repositories.set('acme/bills', { ...ocr, full_name: 'acme/bills', id: 770002, environments: new Map() });
  const world = await setupWorld(sandbox);
  await world.run();
  const alone = identityOf(sandbox.world).providers.get(provider())?.attributeCondition;
  const other = await world.wish({}, 'acme/bills', 'bills');
  const second = await world.run({ wish: other });
  expect(second.left?.filter(({ sign }) => sign !== '=')).toEqual([]);
  const both = identityOf(sandbox.world).providers.get(provider())?.attributeCondition;
  expect(both).toContain("in ['770001 prod/ocr-api', '770002 prod/bills']");
  expect(totalsText((await world.run({ apply: false })).plan)).toMatch(/^0 to create, 0 to change/);
  const undone = await world.run({ wish: other, undo: true });
  expect(undone.plan.map(({ resource }) => resource.kind)).not.toContain('role');
  expect(identityOf(sandbox.world).providers.get(provider())?.attributeCondition).toBe(alone);
  expect(totalsText((await world.run({ apply: false })).plan)).toMatch(/^0 to create, 0 to change/);
});

test('owner-wide: one provider for every repository, a grant for each, and nothing to change for one more', async () => {
  const { repositories } = repositoriesOf(sandbox.world);
  const ocr = repositories.get('acme/ocr');
  if (!ocr) throw new Error('There is no acme/ocr.');
  const ids = { 'acme/bills': 770002, 'acme/notes': 770003 };
  for (const [name, id] of Object.entries(ids))
    repositories.set(name, { ...ocr, full_name: name, id, environments: new Map() });
  const world = await setupWorld(sandbox);
  const wide = { ownerWide: true };
  const all = await Promise.all([world.wish(wide), world.wish(wide, 'acme/bills', 'bills')]);
  const [first] = all;
  const both = { ...first, targets: all.flatMap(({ targets }) => targets) };
  const made = await world.run({ wish: both });
  expect(made.left?.filter(({ sign }) => sign !== '=')).toEqual([]);
  const condition = () => identityOf(sandbox.world).providers.get(provider())?.attributeCondition;
  expect(condition()).not.toMatch(/77000/);

  /** As which account a job of a repository ends: `outside` if the provider keeps it out. */
  const client = new Client(sandbox);
  const logIn = async (claims: Record<string, unknown>, account: string) => {
    const { body } = await client.control('POST', '/jobs', { claims });
    const env = { ...(body.env as Record<string, string>), WORKLOAD_IDENTITY_PROVIDER: provider() };
    const token = await client.accessToken(env).catch(() => undefined);
    if (token === undefined) return 'outside';
    const path = `/v1/projects/-/serviceAccounts/${emailOf(sandbox, account)}:generateAccessToken`;
    const scope = ['https://www.googleapis.com/auth/cloud-platform'];
    return (await client.api('iamcredentials', 'POST', path, { scope }, token)).status;
  };
  const job = (name: keyof typeof ids) => ({
    ...{ repository: name, repository_id: String(ids[name]), environment: `prod/${name.split('/')[1]}` },
  });
  expect(await logIn({ environment: 'prod/ocr-api' }, 'ocr-api-deployer')).toBe(200);
  expect(await logIn(job('acme/bills'), 'bills-deployer')).toBe(200);
  expect(await logIn(job('acme/bills'), 'ocr-api-deployer')).toBe(403);
  // Let in by the provider, and granted nothing.
  expect(await logIn(job('acme/notes'), 'bills-deployer')).toBe(403);
  expect(await logIn({ ...job('acme/bills'), repository_owner_id: '999' }, 'bills-deployer')).toBe('outside');

  const before = condition();
  const third = await world.run({ wish: await world.wish(wide, 'acme/notes', 'notes') });
  expect(third.plan.find(({ resource }) => resource.kind === 'provider')?.sign).toBe('=');
  expect(await logIn(job('acme/notes'), 'notes-deployer')).toBe(200);

  // The others still log in through it, whatever the flag of the undo says. With the last one it goes.
  for (const ownerWide of [true, false]) {
    const name = ownerWide ? 'notes' : 'bills';
    await world.run({ wish: await world.wish({ ownerWide }, `acme/${name}`, name), undo: true });
    expect(condition()).toBe(before);
    expect(await logIn({ environment: 'prod/ocr-api' }, 'ocr-api-deployer')).toBe(200);
  }
  await world.run({ undo: true });
  expect(identityOf(sandbox.world).providers.get(provider())?.state).not.toBe('ACTIVE');
});

test('an undo leaves a condition that a person has written, as long as another function needs the provider', async () => {
  const { repositories } = repositoriesOf(sandbox.world);
  const ocr = repositories.get('acme/ocr');
  if (!ocr) throw new Error('There is no acme/ocr.');
  repositories.set('acme/bills', { ...ocr, full_name: 'acme/bills', id: 770002, environments: new Map() });
  const world = await setupWorld(sandbox);
  await world.run();
  const bills = await world.wish({}, 'acme/bills', 'bills');
  await world.run({ wish: bills });
  const live = identityOf(sandbox.world).providers.get(provider());
  if (!live) throw new Error('There is no provider.');
  live.attributeCondition = "assertion.repository_owner_id == '4211'";
  const undone = await world.run({ wish: bills, undo: true });
  expect(undone.plan.filter(({ resource }) => resource.kind === 'provider').map(({ sign }) => sign)).toEqual([
    '=',
  ]);
  expect(identityOf(sandbox.world).providers.get(provider())?.state).toBe('ACTIVE');
});

test('a policy that others change meanwhile is read again, and nothing of theirs is lost', async () => {
  const world = await setupWorld(sandbox);
  const { policies } = sandbox.world;
  sandbox.world.faults.add({ api: 'cloudresourcemanager', path: ':setIamPolicy', fault: { status: 409 } });
  policies.set(
    projectResource(sandbox),
    [
      { role: 'roles/owner', members: ['user:owner@example.com'] },
      {
        role: 'roles/run.invoker',
        members: ['user:a@example.com'],
        condition: { title: 'till 2030', expression: 'request.time < timestamp("2030-01-01T00:00:00Z")' },
      },
    ],
    'once',
  );
  await world.run();
  const bindings = grantsOn(projectResource(sandbox));
  expect(bindings.filter(({ role }) => role === 'roles/run.invoker')).toEqual([
    expect.objectContaining({ members: ['user:a@example.com'], condition: expect.anything() }),
    { role: 'roles/run.invoker', members: [`serviceAccount:${emailOf(sandbox, 'ocr-api-invoker')}`] },
  ]);
});
