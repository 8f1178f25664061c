import { invalidArgument } from '../core/errors.ts';
import { canonical } from '../core/iam.ts';
import { addSetting } from '../core/settings.ts';
import type { DenyPolicy, World } from '../core/state.ts';
import type { Binding } from '../core/types.ts';
import { addAccount, identityOf } from './state.ts';

type Fields = Record<string, unknown>;

function objects(value: unknown, what: string): [string, Fields | null][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidArgument(`setting "${what}" must be an object.`);
  return Object.entries(value as Record<string, Fields | null>);
}

/** Adds entries to a map, changes them field by field, or removes them if the value is null. The values have a `name`. */
function patchMap<T>(map: Map<string, T>, value: unknown, what: string, blank: (name: string) => T): void {
  for (const [name, change] of objects(value, what)) {
    if (change === null) map.delete(name);
    else {
      const merged: Fields = { ...((map.get(name) ?? blank(name)) as Fields), ...change };
      for (const [key, content] of Object.entries(merged)) if (content === null) delete merged[key];
      map.set(name, merged as T);
    }
  }
}

/** The identity settings that `PATCH /settings` can change. Every change takes effect at once, without propagation. */
export function identitySettings(world: World): void {
  const state = identityOf(world);
  addSetting(world, 'claims', (value) => {
    state.claims = Object.fromEntries(objects(value, 'claims'));
  });
  addSetting(world, 'issuerPath', (value) => {
    state.issuerPath = String(value ?? '').replace(/\/$/, '');
  });
  addSetting(world, 'pools', (value) =>
    patchMap(state.pools, value, 'pools', (name) => ({ name, displayName: '', state: 'ACTIVE' as const })),
  );
  addSetting(world, 'providers', (value) =>
    patchMap(state.providers, value, 'providers', (name) => ({
      name,
      displayName: '',
      state: 'ACTIVE' as const,
      attributeMapping: { 'google.subject': 'assertion.sub' },
      oidc: { issuerUri: world.urls.get('oidc') as string },
    })),
  );
  addSetting(world, 'serviceAccounts', (value) => {
    for (const [email, change] of objects(value, 'serviceAccounts')) {
      if (change === null) state.accounts.delete(email);
      else Object.assign(state.accounts.get(email) ?? addAccount(world, email, ''), change);
    }
  });
  addSetting(world, 'policies', (value) => {
    for (const [resource, bindings] of objects(value, 'policies')) {
      if (!resource.startsWith('//'))
        throw invalidArgument(
          `policies: "${resource}" must be a full resource name such as //cloudresourcemanager.googleapis.com/projects/${world.project}.`,
        );
      world.policies.set(canonical(world, resource), (bindings ?? []) as unknown as Binding[], 'once');
    }
  });
  addSetting(world, 'denyPolicies', (value) => {
    for (const [resource, policies] of objects(value, 'denyPolicies'))
      world.denyPolicies.set(canonical(world, resource), (policies ?? []) as unknown as DenyPolicy[]);
  });
  addSetting(world, 'roles', (value) => {
    for (const [name, role] of objects(value, 'roles')) {
      if (role === null) world.roles.delete(name);
      else
        world.roles.define({
          name,
          title: name,
          stage: 'GA',
          etag: 'BwYAAAAAAAE=',
          includedPermissions: [],
          ...role,
        });
    }
  });
  addSetting(world, 'services', (value) => {
    for (const [name, flag] of objects(value, 'services')) {
      if (String(flag) === 'DISABLED') world.disabledServices.add(name);
      else world.disabledServices.delete(name);
    }
  });
  world.views.set('identity', () => ({
    pools: Object.fromEntries(state.pools),
    providers: Object.fromEntries(state.providers),
    serviceAccounts: Object.fromEntries(state.accounts),
    claims: state.claims,
    issuerPath: state.issuerPath,
  }));
}
