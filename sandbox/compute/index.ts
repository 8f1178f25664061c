import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { can, projectOf } from '../core/iam.ts';
import { messagesOf } from '../core/messages.ts';
import { page } from '../core/page.ts';
import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import { type ApiDefinition, ApiError, type Call, type Reply, type Route } from '../core/types.ts';
import { closeFront, openFront } from './balancer.ts';
import { accepted, checkRule, userOf } from './checks.ts';
import { answerOf, badField, missing, required } from './errors.ts';
import { fronts, setFronts } from './serverless.ts';
import {
  basePath,
  type Collection,
  collections,
  computeState,
  inScope,
  type Json,
  linkOf,
  referred,
} from './state.ts';

/** An answer without any policy, as the discovery document of v1 has it. */
const silent: Json[] = [];

const checkBody = messagesOf(join(import.meta.dirname, 'schemas.json'));
type Params = Record<string, string>;

/**
 * Compute Engine v1, as far as a global external application load balancer in front of Cloud Run needs it (discovery document
 * compute v1): forwarding rules, target proxies, URL maps, backend services, serverless groups and security policies. Each global
 * forwarding rule has a data plane of its own. As in a new project, the API is off until somebody enables it.
 */
export function computeApis(world: World): ApiDefinition[] {
  const state = computeState(world);
  world.disabledServices.add('compute.googleapis.com');
  world.views.set('balancers', () => Object.fromEntries(state.fronts));
  world.views.set('armor', () => state.decisions);
  addSetting(world, 'armorAbove', (value) => {
    state.above = value === 'untold' ? silent : (value as Json[]);
  });
  addSetting(world, 'forgetRates', () => state.rates.clear());
  addSetting(world, 'fronts', (value) => setFronts(world, value));
  const routes = [
    ...collections.flatMap((collection) => routesFor(world, collection)),
    ...policyRoutes(world),
    ...operationRoutes(world),
  ];
  return [
    {
      name: 'compute',
      routes: routes.map((route) => ({
        ...route,
        pattern: `/compute/v1/projects/:project/${route.pattern}`,
        handle: (call, params) => answerOf(() => route.handle(call, params)),
      })),
    },
  ];
}

/** Permissions of global forwarding rules and of regional groups have names of their own. */
const permissionName = ({ name }: Collection): string =>
  ({ forwardingRules: 'globalForwardingRules', networkEndpointGroups: 'regionNetworkEndpointGroups' })[
    name
  ] ?? name;

function authorize(world: World, call: Call, params: Params, permission: string, path: string): void {
  if (call.principal && can(world, call.principal, permission, projectOf(params))) return;
  throw required(permission, `projects/${params.project}/${path}`);
}

/** Writes references as full URLs, as Compute Engine shows them, in whatever form they came. */
function linked(world: World, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => linked(world, item));
  if (typeof value === 'string') return referred(world, value)?.selfLink ?? value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, linked(world, item)]));
}

const fingerprint = (serial: number): string =>
  createHash('sha256').update(`fingerprint ${serial}`).digest('base64').slice(0, 11).concat('=');

/** An operation that is done when it is answered. Its form is Compute Engine's, which has nothing of google.longrunning. */
function done(world: World, type: string, target: Json): Reply {
  const state = computeState(world);
  state.serial += 1;
  const name = `operation-${state.serial}`;
  const now = new Date(world.now()).toISOString();
  const operation = {
    ...{ kind: 'compute#operation', id: String(7_000_000 + state.serial), name, operationType: type },
    ...{ targetLink: target.selfLink, targetId: target.id, status: 'DONE', progress: 100 },
    ...{ insertTime: now, startTime: now, endTime: now },
    selfLink: linkOf(world, `global/operations/${name}`),
  };
  state.operations.set(name, operation);
  return { status: 200, body: operation };
}

function routesFor(world: World, collection: Collection): Route[] {
  const state = computeState(world);
  const { name, message, kind, scope } = collection;
  const place = scope === 'global' ? 'global' : 'regions/:region';
  const permission = (verb: string) => `compute.${permissionName(collection)}.${verb}`;
  const pathOf = ({ region, resource }: Params) =>
    `${scope === 'global' ? 'global' : `regions/${region}`}/${name}/${resource}`;
  const find = (call: Call, params: Params, verb: string): Json => {
    authorize(world, call, params, permission(verb), pathOf(params));
    const found = state.resources.get(pathOf(params));
    if (!found) throw missing(`${basePath(world)}/${pathOf(params)}`);
    return found;
  };
  const keep = async (path: string, resource: Json): Promise<Json> => {
    state.serial += 1;
    const whole = linked(world, resource) as Json;
    const kept = { ...accepted(world, collection, whole), fingerprint: fingerprint(state.serial) };
    if (['forwardingRules', 'networkEndpointGroups'].includes(name)) delete (kept as Json).fingerprint;
    const before = state.resources.get(path);
    const { settleMs } = fronts(world);
    if (name === 'backendServices' && before && settleMs > 0)
      state.served.set(String(before.selfLink), { backend: before, until: world.now() + settleMs });
    state.resources.set(path, hashed(kept));
    return kept;
  };
  const patchRoute = (): Route => ({
    method: 'PATCH',
    pattern: `${place}/${name}/:resource`,
    handle: async (call, params) => {
      const before = find(call, params, 'update');
      const body = call.json();
      checkBody(message, body, 'resource');
      if (body.fingerprint !== undefined && body.fingerprint !== before.fingerprint)
        throw new ApiError(412, 'FAILED_PRECONDITION', 'Invalid fingerprint.');
      const path = pathOf(params);
      const { operationMs } = fronts(world);
      if (name !== 'backendServices' || operationMs === 0)
        return done(world, 'patch', await keep(path, merged(before, body)));
      if (state.busy.has(path))
        throw new ApiError(400, 'INVALID_ARGUMENT', `The resource '${basePath(world)}/${path}' is not ready`);
      state.busy.add(path);
      const reply = done(world, 'patch', before);
      const operation = reply.body as Json;
      Object.assign(operation, { status: 'RUNNING', progress: 0, endTime: undefined });
      const timer = setTimeout(async () => {
        state.busy.delete(path);
        await keep(path, merged(before, body));
        Object.assign(operation, { status: 'DONE', progress: 100 });
      }, operationMs);
      world.onStop.push(async () => clearTimeout(timer));
      return reply;
    },
  });
  return [
    {
      method: 'GET',
      pattern: `${place}/${name}`,
      handle: (call, params) => {
        const where = scope === 'global' ? 'global' : params.region;
        authorize(
          world,
          call,
          params,
          permission('list'),
          `${place.replace(':region', where ?? '')}/${name}`,
        );
        const { items, ...next } = page(inScope(world, collection, where), call, 500);
        const head = { kind: `${kind}List`, id: `${basePath(world)}/${name}` };
        return { status: 200, body: { ...head, ...(items.length ? { items } : {}), ...next } };
      },
    },
    {
      method: 'GET',
      pattern: `aggregated/${name}`,
      handle: (call, params) => {
        authorize(world, call, params, `compute.${name}.list`, `aggregated/${name}`);
        return { status: 200, body: aggregated(world, collection) };
      },
    },
    {
      method: 'GET',
      pattern: `${place}/${name}/:resource`,
      handle: (call, params) => ({ status: 200, body: find(call, params, 'get') }),
    },
    {
      method: 'POST',
      pattern: `${place}/${name}`,
      handle: async (call, params) => {
        const body = call.json();
        const own = { ...params, resource: String(body.name ?? '') };
        authorize(world, call, params, permission('create'), pathOf(own));
        checkBody(message, body, 'resource');
        if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(own.resource))
          throw badField('resource.name', own.resource, 'Must be a match of a name by RFC 1035.');
        const path = pathOf(own);
        if (state.resources.has(path))
          throw new ApiError(
            409,
            'ALREADY_EXISTS',
            `The resource '${basePath(world)}/${path}' already exists`,
          );
        state.serial += 1;
        const made = await keep(path, {
          ...{
            kind,
            id: String(4_000_000_000 + state.serial),
            creationTimestamp: new Date(world.now()).toISOString(),
          },
          ...defaults(world, collection, body, params),
          selfLink: linkOf(world, path),
        });
        if (name === 'forwardingRules') await openFront(world, path);
        return done(world, 'insert', made);
      },
    },
    // A serverless group cannot change.
    ...(name === 'networkEndpointGroups' ? [] : [patchRoute()]),
    {
      method: 'DELETE',
      pattern: `${place}/${name}/:resource`,
      handle: async (call, params) => {
        const found = find(call, params, 'delete');
        const user = userOf(String(found.selfLink), state.resources.values());
        if (user !== undefined)
          throw new ApiError(
            400,
            'INVALID_ARGUMENT',
            `The ${name} resource '${basePath(world)}/${pathOf(params)}' is already being used by '${user.replace(/^.*\/v1\//, '')}'`,
          );
        state.resources.delete(pathOf(params));
        await closeFront(world, pathOf(params));
        return done(world, 'delete', found);
      },
    },
  ];
}

/** What Compute Engine fills in. */
function defaults(world: World, collection: Collection, body: Json, params: Params): Json {
  const { serial } = computeState(world);
  switch (collection.name) {
    case 'forwardingRules':
      return {
        IPAddress: `203.0.113.${serial % 250}`,
        IPProtocol: 'TCP',
        loadBalancingScheme: 'EXTERNAL_MANAGED',
        ...body,
      };
    case 'backendServices':
      return {
        protocol: 'HTTPS',
        loadBalancingScheme: 'EXTERNAL_MANAGED',
        timeoutSec: 30,
        enableCDN: false,
        ...body,
      };
    case 'securityPolicies':
      return { type: 'CLOUD_ARMOR', ...body };
    case 'networkEndpointGroups':
      return { ...body, region: linkOf(world, `regions/${params.region}`), size: 0 };
    default:
      return body;
  }
}

/** A message merges into the one that is there; null takes a field away. */
function merged(before: Json, patch: Json): Json {
  const after: Json = { ...before };
  for (const [key, value] of Object.entries(patch)) {
    const old = after[key];
    if (value === null) delete after[key];
    else if (typeof value === 'object' && !Array.isArray(value) && typeof old === 'object' && old !== null)
      after[key] = merged(old as Json, value as Json);
    else after[key] = value;
  }
  return after;
}

/** The secret of IAP's client goes in and never comes out. */
function hashed(resource: Json): Json {
  const iap = resource.iap as Json | undefined;
  if (iap?.oauth2ClientSecret === undefined) return resource;
  const { oauth2ClientSecret: _, ...rest } = iap;
  return { ...resource, iap: { ...rest, oauth2ClientSecretSha256: '0'.repeat(64) } };
}

/** Resources by scope. A scope without any says so in a warning. */
function aggregated(world: World, collection: Collection): Json {
  const used = [...computeState(world).resources.keys()]
    .filter((path) => path.startsWith('regions/'))
    .map((path) => path.split('/').slice(0, 2).join('/'));
  const scopes = [...new Set(['global', `regions/${world.region}`, ...used])];
  const items = scopes.map((scope) => {
    const own = inScope(world, collection, scope.replace('regions/', ''));
    const warning = {
      code: 'NO_RESULTS_ON_PAGE',
      message: `There are no results for scope '${scope}' on this page.`,
    };
    return [scope, own.length > 0 ? { [collection.name]: own } : { warning }];
  });
  return {
    kind: `${collection.kind}AggregatedList`,
    id: `${basePath(world)}/aggregated/${collection.name}`,
    items: Object.fromEntries(items),
  };
}

/** The rules of a policy one by one, and which policy a backend service has. */
function policyRoutes(world: World): Route[] {
  const state = computeState(world);
  const found = (call: Call, params: Params, path: string, permission: string): Json => {
    authorize(world, call, params, permission, path);
    const resource = state.resources.get(path);
    if (!resource) throw missing(`${basePath(world)}/${path}`);
    return resource;
  };
  const rulesOf = (policy: Json) => policy.rules as Json[];
  const change = (verb: string, apply: (policy: Json, call: Call) => void): Route => ({
    method: 'POST',
    pattern: `global/securityPolicies/:resource/${verb}`,
    handle: (call, params) => {
      const path = `global/securityPolicies/${params.resource}`;
      const policy = found(call, params, path, 'compute.securityPolicies.update');
      apply(policy, call);
      state.serial += 1;
      policy.fingerprint = fingerprint(state.serial);
      return done(world, verb, policy);
    },
  });
  const priorityOf = (call: Call) => Number(call.query.get('priority') ?? 0);
  const at = (policy: Json, priority: number): number => {
    const index = rulesOf(policy).findIndex((rule) => rule.priority === priority);
    if (index < 0)
      throw badField('priority', priority, 'The security policy has no rule with this priority.');
    return index;
  };
  return [
    change('addRule', (policy, call) => {
      const rule = call.json();
      checkBody('SecurityPolicyRule', rule, 'resource');
      checkRule(rule, 'resource');
      if (rulesOf(policy).some(({ priority }) => priority === rule.priority))
        throw badField('resource.priority', rule.priority, 'Cannot have rules with the same priorities.');
      rulesOf(policy).push({ preview: false, ...rule });
    }),
    change('patchRule', (policy, call) => {
      const body = call.json();
      checkBody('SecurityPolicyRule', body, 'resource');
      const index = at(policy, priorityOf(call));
      const next = merged(rulesOf(policy)[index] as Json, body);
      checkRule(next, 'resource');
      rulesOf(policy)[index] = next;
    }),
    change('removeRule', (policy, call) => {
      rulesOf(policy).splice(at(policy, priorityOf(call)), 1);
    }),
    {
      method: 'POST',
      pattern: 'global/backendServices/:resource/setSecurityPolicy',
      handle: (call, params) => {
        const path = `global/backendServices/${params.resource}`;
        const service = found(call, params, path, 'compute.backendServices.setSecurityPolicy');
        const { securityPolicy } = call.json();
        const policy = referred(world, securityPolicy);
        if (securityPolicy && !policy)
          throw badField(
            'resource.securityPolicy',
            securityPolicy,
            'The referenced resource does not exist.',
          );
        if (policy) service.securityPolicy = policy.selfLink;
        else delete service.securityPolicy;
        return done(world, 'setSecurityPolicy', service);
      },
    },
    {
      // The discovery document of v1 names this method and describes no answer. That of beta does.
      method: 'GET',
      pattern: 'global/backendServices/:resource/getEffectiveSecurityPolicies',
      handle: (call, params) => {
        const path = `global/backendServices/${params.resource}`;
        const service = found(call, params, path, 'compute.backendServices.getEffectiveSecurityPolicies');
        const policy = referred(world, service.securityPolicy);
        const { above } = computeState(world);
        const all = policy ? [...above, policy] : above;
        return { status: 200, body: above === silent || all.length === 0 ? {} : { securityPolicies: all } };
      },
    },
  ];
}

function operationRoutes(world: World): Route[] {
  const read = (call: Call, params: Params): Reply => {
    authorize(world, call, params, 'compute.globalOperations.get', `global/operations/${params.operation}`);
    const operation = computeState(world).operations.get(params.operation ?? '');
    if (!operation) throw missing(`${basePath(world)}/global/operations/${params.operation}`);
    return { status: 200, body: operation };
  };
  return [
    { method: 'GET', pattern: 'global/operations/:operation', handle: read },
    { method: 'POST', pattern: 'global/operations/:operation/wait', handle: read },
  ];
}
