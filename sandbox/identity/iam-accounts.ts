import { randomBytes } from 'node:crypto';
import { notFound } from '../core/errors.ts';
import { requirePermission, testPermissions } from '../core/iam.ts';
import { readPolicy, writePolicy } from '../core/policies.ts';
import type { World } from '../core/state.ts';
import type { Call, Principal, Route } from '../core/types.ts';
import { accountWrites } from './account-writes.ts';
import { accountResource, findAccount, identityOf, type ServiceAccount } from './state.ts';

/** Service accounts of IAM v1: get, list, keys, policy (cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts). */
export function accountRoutes(world: World): Route[] {
  /** IAM answers 404 for a missing account before it checks any permission. */
  function known(name: string | undefined): ServiceAccount {
    const account = findAccount(world, name ?? '');
    if (!account) throw notFound(`Unknown service account: ${name}`);
    return account;
  }
  function authorize(
    call: Call,
    name: string | undefined,
    permission: string,
  ): { account: ServiceAccount; resource: string } {
    const account = known(name);
    const resource = accountResource(world, account.email);
    requirePermission(world, call.principal, permission, resource);
    return { account, resource };
  }
  const show = ({ email, uniqueId, displayName, description, disabled }: ServiceAccount) => ({
    name: `projects/${world.project}/serviceAccounts/${email}`,
    projectId: world.project,
    uniqueId,
    email,
    displayName,
    ...(description ? { description } : {}),
    etag: 'MDEwMjE5MjA=',
    oauth2ClientId: uniqueId,
    ...(disabled ? { disabled } : {}),
  });
  const base = '/v1/projects/:project/serviceAccounts';
  const one = `${base}/:account`;
  return [
    ...accountWrites(world, show, authorize),
    {
      method: 'GET',
      pattern: base,
      handle: (call) => {
        requirePermission(
          world,
          call.principal,
          'iam.serviceAccounts.list',
          `//cloudresourcemanager.googleapis.com/projects/${world.project}`,
        );
        return { status: 200, body: { accounts: [...identityOf(world).accounts.values()].map(show) } };
      },
    },
    {
      method: 'GET',
      pattern: one,
      handle: (call, params) => ({
        status: 200,
        body: show(authorize(call, params.account, 'iam.serviceAccounts.get').account),
      }),
    },
    {
      method: 'GET',
      pattern: `${one}/keys`,
      handle: (call, params) => {
        const { account } = authorize(call, params.account, 'iam.serviceAccountKeys.list');
        const types = call.query.getAll('keyTypes');
        const keys = account.keys.filter(({ keyType }) => types.length === 0 || types.includes(keyType));
        return { status: 200, body: keys.length ? { keys } : {} };
      },
    },
    {
      // CreateServiceAccountKey. The key is only a name, and no call of the sandbox accepts it.
      method: 'POST',
      pattern: `${one}/keys`,
      handle: (call, params) => {
        const { account } = authorize(call, params.account, 'iam.serviceAccountKeys.create');
        const id = randomBytes(20).toString('hex');
        const name = `projects/${world.project}/serviceAccounts/${account.email}/keys/${id}`;
        const key = { name, keyType: 'USER_MANAGED', validAfterTime: new Date(world.now()).toISOString() };
        account.keys.push(key);
        const privateKeyType = 'TYPE_GOOGLE_CREDENTIALS_FILE';
        const file = { type: 'service_account', client_email: account.email, private_key_id: id };
        const privateKeyData = Buffer.from(JSON.stringify(file)).toString('base64');
        return { status: 200, body: { ...key, privateKeyType, privateKeyData } };
      },
    },
    ...(['disable', 'enable'] as const).map(
      (verb): Route => ({
        method: 'POST',
        pattern: `${one}/keys/:key:${verb}`,
        handle: (call, params) => {
          const { account } = authorize(call, params.account, `iam.serviceAccountKeys.${verb}`);
          const key = account.keys.find(({ name }) => name.endsWith(`/keys/${params.key}`));
          if (!key) throw notFound(`Service account key ${params.key} does not exist.`);
          if (verb === 'disable') key.disabled = true;
          else delete key.disabled;
          return { status: 200, body: {} };
        },
      }),
    ),
    {
      method: 'DELETE',
      pattern: `${one}/keys/:key`,
      handle: (call, params) => {
        const { account } = authorize(call, params.account, 'iam.serviceAccountKeys.delete');
        const rest = account.keys.filter(({ name }) => !name.endsWith(`/keys/${params.key}`));
        if (rest.length === account.keys.length)
          throw notFound(`Service account key ${params.key} does not exist.`);
        account.keys = rest;
        return { status: 200, body: {} };
      },
    },
    {
      method: 'POST',
      pattern: `${one}:getIamPolicy`,
      handle: (call, params) => {
        const { resource } = authorize(call, params.account, 'iam.serviceAccounts.getIamPolicy');
        return { status: 200, body: readPolicy(world.policies, resource, call) };
      },
    },
    {
      method: 'POST',
      pattern: `${one}:setIamPolicy`,
      handle: (call, params) => {
        const { resource } = authorize(call, params.account, 'iam.serviceAccounts.setIamPolicy');
        return { status: 200, body: writePolicy(world.policies, resource, call) };
      },
    },
    {
      method: 'POST',
      pattern: `${one}:testIamPermissions`,
      handle: (call, params) => {
        const resource = accountResource(world, known(params.account).email);
        return {
          status: 200,
          body: testPermissions(world, call.principal as Principal, call.json(), resource, 'account'),
        };
      },
    },
  ];
}
