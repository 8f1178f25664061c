import { alreadyExists, invalidArgument } from '../core/errors.ts';
import { projectResource, requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { accountResource, addAccount, findAccount, identityOf, type ServiceAccount } from './state.ts';

const known = new Set(['accountId', 'serviceAccount']);

/**
 * Changes of service accounts in IAM v1: create, patch, disable, enable, delete
 * (cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts). A new account has no keys and no roles.
 */
export function accountWrites(
  world: World,
  show: (account: ServiceAccount) => unknown,
  authorize: (
    call: Call,
    name: string | undefined,
    permission: string,
  ) => { account: ServiceAccount; resource: string },
): Route[] {
  const base = '/v1/projects/:project/serviceAccounts';
  const one = `${base}/:account`;
  const toggle = (verb: 'disable' | 'enable'): Route => ({
    method: 'POST',
    pattern: `${one}:${verb}`,
    handle: (call, { account }) => {
      authorize(call, account, `iam.serviceAccounts.${verb}`).account.disabled = verb === 'disable';
      return { status: 200, body: {} };
    },
  });
  return [
    {
      method: 'POST',
      pattern: base,
      handle: (call) => {
        const body = call.json();
        const strange = Object.keys(body).find((name) => !known.has(name));
        if (strange)
          throw invalidArgument(
            `Invalid JSON payload received. Unknown name "${strange}": Cannot find field.`,
          );
        const { accountId, serviceAccount = {} } = body as {
          accountId?: unknown;
          serviceAccount?: { displayName?: string; description?: string };
        };
        if (typeof accountId !== 'string' || !/^[a-z](?:[a-z0-9-]{4,28}[a-z0-9])$/.test(accountId))
          throw invalidArgument(
            `Invalid service account ID (${String(accountId)}): 6 to 30 lower-case letters, digits and dashes, beginning with a letter.`,
          );
        requirePermission(world, call.principal, 'iam.serviceAccounts.create', projectResource(world));
        const email = `${accountId}@${world.project}.iam.gserviceaccount.com`;
        if (findAccount(world, email))
          throw alreadyExists(
            `Service account ${accountId} already exists within project projects/${world.project}.`,
          );
        const made = addAccount(world, email, serviceAccount.displayName ?? '');
        if (serviceAccount.description) made.description = serviceAccount.description;
        return { status: 200, body: show(made) };
      },
    },
    {
      method: 'PATCH',
      pattern: one,
      handle: (call, params) => {
        const { account } = authorize(call, params.account, 'iam.serviceAccounts.update');
        const { serviceAccount = {}, updateMask } = call.json() as {
          serviceAccount?: { displayName?: string; description?: string };
          updateMask?: string;
        };
        // Without a mask, Google changes the fields that are sent.
        const mask = (updateMask ?? Object.keys(serviceAccount).join(','))
          .split(',')
          .map((path) => path.replace(/^service_?[aA]ccount\./, '').replace('display_name', 'displayName'));
        for (const field of ['displayName', 'description'] as const)
          if (mask.includes(field)) account[field] = serviceAccount[field] ?? '';
        return { status: 200, body: show(account) };
      },
    },
    toggle('disable'),
    toggle('enable'),
    {
      method: 'DELETE',
      pattern: one,
      handle: (call, params) => {
        const { account } = authorize(call, params.account, 'iam.serviceAccounts.delete');
        identityOf(world).accounts.delete(account.email);
        world.policies.delete(accountResource(world, account.email));
        return { status: 200, body: {} };
      },
    },
  ];
}
