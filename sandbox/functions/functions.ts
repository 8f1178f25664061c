import { alreadyExists, invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { requireLocation } from '../core/locations.ts';
import { page } from '../core/page.ts';
import { emailOf } from '../core/principals.ts';
import { checkMessage } from '../core/proto.ts';
import type { World } from '../core/state.ts';
import { ApiError, type Call, type Reply, type Route } from '../core/types.ts';
import { deleteService } from '../run/lifecycle.ts';
import { runState } from '../run/model.ts';
import { checkConfig, serviceConfig } from './config.ts';
import { deploy } from './deploy.ts';
import { resourceFilter } from './filter.ts';
import { applyMask, FUNCTION, needsBuild } from './mask.ts';
import { type CloudFunction, functionState, type Json, nowText } from './model.ts';
import { begin, end, stage } from './operations.ts';
import { checkPolicies } from './org-policies.ts';
import { renderFunction, renderOperation, reply } from './render.ts';
import { serviceId } from './service-stage.ts';
import { renderGen1 } from './v1.ts';

const functionResource = (world: World, params: Record<string, string>) => {
  const project = params.project === world.projectNumber ? world.project : params.project;
  return `projects/${project}/locations/${params.location}/functions/${params.function}`;
};

export function findFunction(
  world: World,
  call: Call,
  params: Record<string, string>,
  permission: string,
): CloudFunction {
  const name = functionResource(world, params);
  requireLocation(params.location);
  requirePermission(world, call.principal, permission, `//cloudfunctions.googleapis.com/${name}`);
  const fn = functionState(world).functions.get(name);
  if (!fn) throw notFound(`Resource '${name}' was not found`);
  return fn;
}

const caller = (call: Call) => (call.principal && emailOf(call.principal)) || (call.principal?.member ?? '');

/** Removes the fields that the server itself sets from what a client sent, and the name and the environment. */
function configOf(call: Call): Json {
  const body = checkMessage('functions', FUNCTION, call.json(), {
    at: 'function',
    dropOutputOnly: true,
  }) as Json;
  const { name, environment, ...config } = body;
  if (environment === 'GEN_1')
    throw invalidArgument('This API creates and updates only functions of the 2nd generation.');
  return config;
}

const asked = (config: Json, named: boolean): boolean | undefined => {
  const value = serviceConfig(config).allTrafficOnLatestRevision;
  return typeof value === 'boolean' ? value : named ? false : undefined;
};

function create(world: World, call: Call, params: Record<string, string>): Reply {
  const id = call.query.get('functionId') ?? '';
  const name = functionResource(world, { ...params, function: id });
  if (!/^[A-Za-z](?:[\w-]{0,61}[A-Za-z0-9])?$/.test(id))
    throw invalidArgument(
      `Invalid function id '${id}': letters, digits, _ and -, at most 63, beginning with a letter.`,
    );
  const config = configOf(call);
  requireLocation(params.location);
  requirePermission(world, call.principal, 'cloudfunctions.functions.create', projectOf(params));
  const service = `projects/${world.project}/locations/${params.location}/services/${serviceId(id)}`;
  const taken = `Could not create Cloud Run service ${serviceId(id)}. A Cloud Run service with this name already exists.`;
  const { functions } = functionState(world);
  if (functions.has(name)) throw alreadyExists(taken);
  // `foo_bar` and `foo-bar` would have one service. The other function may still be at its build.
  const shared = [...functions.values()].some((other) => other.service === service);
  if (shared || runState(world).services.has(service))
    throw alreadyExists(`${taken} Please redeploy the function with a different name.`);
  checkConfig(world, call, config, id);
  checkPolicies(world, config);
  const now = nowText(world);
  const fn: CloudFunction = {
    name,
    project: world.project,
    location: params.location ?? '',
    id,
    config,
    state: 'DEPLOYING',
    stateMessages: [],
    createTime: now,
    updateTime: now,
    service,
    revision: undefined,
    buildName: undefined,
    source: undefined,
    running: undefined,
  };
  functionState(world).functions.set(name, fn);
  const operation = begin(world, fn, 'create', { name, ...config });
  void deploy(world, fn, operation, {
    config: structuredClone(config),
    allTraffic: true,
    rebuild: true,
    creator: caller(call),
  });
  return reply(call, 'Operation', renderOperation(operation));
}

function update(world: World, call: Call, params: Record<string, string>): Reply {
  const body = configOf(call);
  const fn = findFunction(world, call, params, 'cloudfunctions.functions.update');
  const mask = call.query.get('updateMask') ?? call.query.get('update_mask');
  const { config, paths } = applyMask(fn.config, body, mask);
  checkConfig(world, call, config, fn.id);
  checkPolicies(world, config);
  const named = paths.includes('serviceConfig.allTrafficOnLatestRevision');
  const whole = paths.some((path) => path === '*' || path === 'serviceConfig');
  const operation = begin(world, fn, 'update', { name: fn.name, ...config });
  void deploy(world, fn, operation, {
    config,
    allTraffic: named || whole ? asked(body, named) : undefined,
    rebuild: needsBuild(paths),
    creator: caller(call),
  });
  return reply(call, 'Operation', renderOperation(operation));
}

function remove(world: World, call: Call, params: Record<string, string>): Reply {
  const fn = findFunction(world, call, params, 'cloudfunctions.functions.delete');
  const operation = begin(world, fn, 'delete');
  fn.state = 'DELETING';
  stage(operation, 'SERVICE', { state: 'IN_PROGRESS' });
  const work = async () => {
    const service = runState(world).services.get(fn.service);
    if (service) await deleteService(world, service);
    functionState(world).functions.delete(fn.name);
    world.policies.delete(`//cloudfunctions.googleapis.com/${fn.name}`);
    stage(operation, 'SERVICE', { state: 'COMPLETE' });
    end(world, fn, operation, { response: { '@type': 'type.googleapis.com/google.protobuf.Empty' } });
  };
  void work();
  return reply(call, 'Operation', renderOperation(operation));
}

function list(world: World, call: Call, params: Record<string, string>): Reply {
  requirePermission(world, call.principal, 'cloudfunctions.functions.list', projectOf(params));
  const state = functionState(world);
  const matches = resourceFilter(call.query.get('filter') ?? '');
  const all = [
    ...[...state.functions.values()].map((fn) => renderFunction(world, fn)),
    ...[...state.gen1.values()].map(renderGen1),
  ];
  const here = all.filter(
    (fn) =>
      (params.location === '-' || String(fn.name).includes(`/locations/${params.location}/`)) && matches(fn),
  );
  const { items, nextPageToken } = page(here, call, 1000);
  return reply(call, 'ListFunctionsResponse', {
    ...(items.length ? { functions: items } : {}),
    ...(nextPageToken ? { nextPageToken } : {}),
  });
}

function get(world: World, call: Call, params: Record<string, string>): Reply {
  const old = functionState(world).gen1.get(functionResource(world, params));
  if (old) {
    requirePermission(world, call.principal, 'cloudfunctions.functions.get', projectOf(params));
    return reply(call, 'Function', renderGen1(old));
  }
  return reply(
    call,
    'Function',
    renderFunction(world, findFunction(world, call, params, 'cloudfunctions.functions.get')),
  );
}

export function functionRoutes(world: World): Route[] {
  const base = '/v2/projects/:project/locations/:location/functions';
  const route = (
    method: string,
    pattern: string,
    handle: (world: World, call: Call, params: Record<string, string>) => Reply,
  ): Route => ({
    method,
    pattern,
    handle: (call, params) => {
      if (params.location !== '-' && !/^[a-z]+-[a-z]+\d+$/.test(params.location ?? ''))
        throw new ApiError(
          400,
          'INVALID_ARGUMENT',
          `Location ${params.location} is not found or access is unauthorized.`,
        );
      return handle(world, call, params);
    },
  });
  return [
    route('GET', base, list),
    route('POST', base, create),
    route('GET', `${base}/:function`, get),
    route('PATCH', `${base}/:function`, update),
    route('DELETE', `${base}/:function`, remove),
  ];
}
