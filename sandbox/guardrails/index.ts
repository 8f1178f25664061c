import { join } from 'node:path';
import { notFound } from '../core/errors.ts';
import { organizationResource, projectOf, requirePermission } from '../core/iam.ts';
import { messagesOf } from '../core/messages.ts';
import { page } from '../core/page.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition } from '../core/types.ts';
import { budgetRoutes, channelRoutes } from './money.ts';
import { scanRoutes } from './scans.ts';
import { accessPolicy, guardrails, type Json } from './state.ts';

const check = messagesOf(join(import.meta.dirname, 'schemas.json'));

/**
 * What a careful owner sets up around a service: scans of images (containeranalysis v1), Binary Authorization v1, encryption
 * keys (cloudkms v1), perimeters (accesscontextmanager v1), budgets (billingbudgets v1), notification channels (monitoring v3).
 * `PATCH /settings {keys, perimeters}` replaces all keys and all perimeters, by their full names.
 */
export function guardrailsApis(world: World): ApiDefinition[] {
  const state = guardrails(world);
  const replaced = (name: 'keys' | 'perimeters', message: string) =>
    addSetting(world, name, (value) => {
      const wanted = Object.entries((value ?? {}) as Record<string, Json>);
      for (const [id, body] of wanted) check(message, { ...body, name: id }, name);
      state[name].clear();
      for (const [id, body] of wanted) state[name].set(id, { ...body, name: id });
    });
  replaced('keys', 'kms CryptoKey');
  replaced('perimeters', 'perimeters ServicePerimeter');
  world.views.set('guardrails', () => ({
    ...state,
    keys: [...state.keys],
    perimeters: [...state.perimeters],
    budgets: [...state.budgets],
    channels: [...state.channels],
  }));
  const policy = '/v1/projects/:project/policy';
  return [
    { name: 'containeranalysis', routes: scanRoutes(world, check) },
    { name: 'billingbudgets', routes: budgetRoutes(world, check) },
    { name: 'monitoring', routes: channelRoutes(world, check) },
    {
      name: 'binaryauthorization',
      routes: [
        {
          method: 'GET',
          pattern: policy,
          handle: (call, params) => {
            requirePermission(world, call.principal, 'binaryauthorization.policy.get', projectOf(params));
            // A project that has set none has this one (cloud.google.com/binary-authorization/docs/key-concepts, "default policy").
            const unset = {
              globalPolicyEvaluationMode: 'ENABLE',
              defaultAdmissionRule: {
                evaluationMode: 'ALWAYS_ALLOW',
                enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
              },
            };
            return {
              status: 200,
              body: { ...(state.admission ?? unset), name: `projects/${params.project}/policy` },
            };
          },
        },
        {
          method: 'PUT',
          pattern: policy,
          handle: (call, params) => {
            const body = call.json();
            check('binauthz Policy', body, 'policy');
            requirePermission(world, call.principal, 'binaryauthorization.policy.update', projectOf(params));
            state.admission = { ...body, updateTime: new Date(world.now()).toISOString() };
            return { status: 200, body: { ...state.admission, name: `projects/${params.project}/policy` } };
          },
        },
      ],
    },
    {
      name: 'cloudkms',
      routes: [
        {
          method: 'GET',
          pattern: '/v1/projects/:project/locations/:location/keyRings/:ring/cryptoKeys/:key',
          handle: (call, params) => {
            requirePermission(world, call.principal, 'cloudkms.cryptoKeys.get', projectOf(params));
            const name = `projects/${params.project}/locations/${params.location}/keyRings/${params.ring}/cryptoKeys/${params.key}`;
            const found = state.keys.get(name);
            if (!found) throw notFound(`CryptoKey ${name} not found.`);
            return { status: 200, body: found };
          },
        },
      ],
    },
    {
      name: 'accesscontextmanager',
      routes: [
        {
          method: 'GET',
          pattern: '/v1/accessPolicies',
          handle: (call) => {
            requirePermission(
              world,
              call.principal,
              'accesscontextmanager.policies.list',
              organizationResource(world),
            );
            const parent = `organizations/${world.organizationId}`;
            if (call.query.get('parent') !== parent) return { status: 200, body: {} };
            return {
              status: 200,
              body: { accessPolicies: [{ name: accessPolicy, parent, title: 'default policy' }] },
            };
          },
        },
        {
          method: 'GET',
          pattern: '/v1/accessPolicies/:policy/servicePerimeters',
          handle: (call) => {
            requirePermission(
              world,
              call.principal,
              'accesscontextmanager.servicePerimeters.list',
              organizationResource(world),
            );
            const { items, ...next } = page([...state.perimeters.values()], call, 100);
            return { status: 200, body: { ...(items.length ? { servicePerimeters: items } : {}), ...next } };
          },
        },
      ],
    },
  ];
}
