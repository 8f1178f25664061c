import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { type Answer, accessToken, ask, env, settings } from './identity-support.ts';

let sandbox: Sandbox;
let deployer: string;
let reader: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  deployer = await accessToken(sandbox, 'SERVICE_ACCOUNT');
  reader = await accessToken(sandbox, 'READER_SERVICE_ACCOUNT');
});
afterAll(() => sandbox.stop());

const base = (api: string) => env(sandbox, `GHA_ENDPOINT_OVERRIDE_${api}`);
const post = (url: string, token: string, body: unknown = {}): Promise<Answer> =>
  ask(url, { method: 'POST', token, body });

test('the deployer may read the project, the reader every level, the invoker nothing', async () => {
  const { folderId, organizationId, projectNumber } = sandbox.world;
  const invoker = await accessToken(sandbox, 'INVOKER_SERVICE_ACCOUNT');
  const crm = base('cloudresourcemanager');
  const statuses = async (token: string) =>
    Promise.all(
      [`projects/${projectNumber}`, `folders/${folderId}`, `organizations/${organizationId}`].map(
        async (name) => (await post(`${crm}/${name}:getIamPolicy`, token)).status,
      ),
    );
  expect(await statuses(deployer)).toEqual([200, 403, 403]);
  expect(await statuses(reader)).toEqual([200, 200, 200]);
  expect(await statuses(invoker)).toEqual([403, 403, 403]);
});

test('the ancestry names project, folder and organisation', async () => {
  const url = `${base('cloudresourcemanager').replace('/v3', '/v1')}/projects/${sandbox.project}:getAncestry`;
  const answer = await post(url, deployer);
  expect(
    (answer.body.ancestor as { resourceId: { type: string } }[]).map(({ resourceId }) => resourceId.type),
  ).toEqual(['project', 'folder', 'organization']);
});

test('everyone may read predefined roles, only some may read custom roles, and an unknown role gets 404', async () => {
  const custom = `projects/${sandbox.project}/roles/caller`;
  await settings(sandbox, { roles: { [custom]: { includedPermissions: ['run.routes.invoke'] } } });
  const role = async (name: string, token = deployer) => ask(`${base('iam')}/${name}`, { token });
  for (const name of [
    'run.invoker',
    'run.admin',
    'run.developer',
    'run.servicesInvoker',
    'run.sourceDeveloper',
    'cloudfunctions.developer',
    'cloudfunctions.admin',
    'editor',
    'owner',
  ])
    expect((await role(`roles/${name}`)).body.includedPermissions).toContain('run.routes.invoke');
  for (const name of [
    'run.viewer',
    'viewer',
    'cloudfunctions.invoker',
    'cloudfunctions.viewer',
    'iam.workloadIdentityUser',
  ])
    expect((await role(`roles/${name}`)).body.includedPermissions).not.toContain('run.routes.invoke');
  expect((await role(custom)).body.includedPermissions).toEqual(['run.routes.invoke']);
  expect((await role('roles/nope.nope')).status).toBe(404);
  expect((await role(custom, await accessToken(sandbox, 'INVOKER_SERVICE_ACCOUNT'))).status).toBe(403);
});

test('pool, providers, keys, effective organisation policy and IAP can be read by the reader', async () => {
  const provider = env(sandbox, 'WORKLOAD_IDENTITY_PROVIDER');
  const iam = base('iam');
  expect((await ask(`${iam}/${provider}`, { token: reader })).body).toMatchObject({
    name: provider,
    state: 'ACTIVE',
  });
  expect(
    (
      (await ask(`${iam}/${provider.replace(/\/gh$/, '')}`, { token: reader })).body
        .workloadIdentityPoolProviders as unknown[]
    ).length,
  ).toBe(1);
  expect(
    (
      await ask(
        `${iam}/projects/-/serviceAccounts/${env(sandbox, 'SERVICE_ACCOUNT')}/keys?keyTypes=USER_MANAGED`,
        { token: reader },
      )
    ).body,
  ).toEqual({});
  const number = sandbox.world.projectNumber;
  const constraint = `${base('orgpolicy')}/projects/${number}/policies/run.managed.requireInvokerIam:getEffectivePolicy`;
  expect((await ask(constraint, { token: reader })).body).toMatchObject({
    spec: { rules: [{ enforce: false }] },
  });
  await settings(sandbox, {
    orgPolicies: { 'run.managed.requireInvokerIam': { rules: [{ enforce: true }] } },
  });
  expect((await ask(constraint, { token: reader })).body).toMatchObject({
    spec: { rules: [{ enforce: true }] },
  });
  const iap = `${base('iap')}/projects/${number}/iap_web/cloud_run-us-central1/services/ocr:getIamPolicy`;
  expect((await post(iap, reader)).status).toBe(200);
  expect((await post(iap, deployer)).status).toBe(403);
});

test('service usage, the build account, and another project', async () => {
  const answer = await ask(
    `${base('serviceusage')}/projects/${sandbox.project}/services/run.googleapis.com`,
    { token: deployer },
  );
  expect(answer.body).toMatchObject({ state: 'ENABLED' });
  const build = await ask(
    `${base('cloudbuild')}/projects/${sandbox.project}/locations/us-central1/defaultServiceAccount`,
    { token: deployer },
  );
  expect(build.body.serviceAccountEmail).toMatch(
    /^projects\/sandbox-project\/serviceAccounts\/\d+-compute@developer\.gserviceaccount\.com$/,
  );
  const foreign = await ask(`${base('serviceusage')}/projects/someone-else/services/run.googleapis.com`, {
    token: deployer,
  });
  expect(foreign.status).toBe(403);
});
