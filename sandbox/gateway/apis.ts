import { alreadyExists, failedPrecondition, invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { type Api, gatewayState, type Json, nowText, showOperation, startOperation } from './state.ts';

export const idForm = /^[a-z0-9]([a-z0-9-]{0,47}[a-z0-9])?$/;
/** cloud.google.com/api-gateway/docs/quotas */
const maxApis = 50;

const show = (api: Api): Json => ({ ...api, updateTime: api.createTime, state: 'ACTIVE' });

/** Reads the labels and the name for people of a body; any other field than the allowed ones is refused. */
export function readBody(call: Call, allowed: readonly string[]): Json {
  const body = call.json();
  const unknown = Object.keys(body).find((field) => !allowed.includes(field));
  if (unknown !== undefined)
    throw invalidArgument(`Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`);
  return body;
}

export function apiRoutes(world: World): Route[] {
  const state = gatewayState(world);
  const base = '/v1/projects/:project/locations/global/apis';
  const nameOf = ({ project, api }: Record<string, string>) =>
    `projects/${project}/locations/global/apis/${api}`;
  const find = (call: Call, params: Record<string, string>, permission: string): Api => {
    requirePermission(world, call.principal, permission, projectOf(params));
    const api = state.apis.get(nameOf(params));
    if (!api) throw notFound(`Resource '${nameOf(params)}' was not found`);
    return api;
  };
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'apigateway.apis.list', projectOf(params));
        const { items, ...next } = page([...state.apis.values()].map(show), call, 1000);
        return { status: 200, body: { ...(items.length ? { apis: items } : {}), ...next } };
      },
    },
    {
      method: 'POST',
      pattern: base,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'apigateway.apis.create', projectOf(params));
        const id = call.query.get('apiId') ?? '';
        if (!idForm.test(id)) throw invalidArgument(`Invalid API ID '${id}'.`);
        const body = readBody(call, ['name', 'displayName', 'managedService', 'labels']);
        const name = nameOf({ project: params.project ?? '', api: id });
        if (state.apis.has(name)) throw alreadyExists(`Resource '${name}' already exists`);
        if (state.apis.size >= maxApis)
          throw failedPrecondition(`The project has the maximum of ${maxApis} APIs.`);
        const hash = Buffer.from(id).toString('hex').slice(0, 13);
        const made: Api = {
          name,
          displayName: String(body.displayName ?? id),
          managedService: String(
            body.managedService ?? `${id}-${hash}.apigateway.${world.project}.cloud.goog`,
          ),
          ...(body.labels ? { labels: body.labels as Record<string, string> } : {}),
          createTime: nowText(world),
        };
        // The managed service of a new API has to be enabled before a key of it works.
        world.disabledServices.add(made.managedService);
        state.apis.set(name, made);
        const parent = `projects/${params.project}/locations/global`;
        const operation = startOperation(
          world,
          parent,
          { target: name, verb: 'create' },
          state.timing.create,
          () => ({
            response: { '@type': 'type.googleapis.com/google.cloud.apigateway.v1.Api', ...show(made) },
          }),
        );
        return { status: 200, body: showOperation(operation) };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:api`,
      handle: (call, params) => ({ status: 200, body: show(find(call, params, 'apigateway.apis.get')) }),
    },
    {
      method: 'DELETE',
      pattern: `${base}/:api`,
      handle: (call, params) => {
        const { name } = find(call, params, 'apigateway.apis.delete');
        if ([...state.configs.keys()].some((config) => config.startsWith(`${name}/`)))
          throw failedPrecondition(`Resource '${name}' has nested resources.`);
        state.apis.delete(name);
        const operation = startOperation(
          world,
          `projects/${params.project}/locations/global`,
          { target: name, verb: 'delete' },
          state.timing.create,
          () => ({ response: { '@type': 'type.googleapis.com/google.protobuf.Empty' } }),
        );
        return { status: 200, body: showOperation(operation) };
      },
    },
  ];
}
