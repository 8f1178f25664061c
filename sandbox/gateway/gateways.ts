import { setTimeout as sleep } from 'node:timers/promises';
import { alreadyExists, failedPrecondition, invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { requireLocation } from '../core/locations.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { idForm, readBody } from './apis.ts';
import { startDataPlane } from './data-plane.ts';
import { type Gateway, gatewayState, type Json, nowText, showOperation, startOperation } from './state.ts';

const type = 'type.googleapis.com/google.cloud.apigateway.v1.Gateway';

export const showGateway = ({ serves: _serves, ...gateway }: Gateway): Json => ({ ...gateway });

/** Gives the gateway its own server, and its public name where the sandbox stands behind a proxy. */
export async function openGateway(world: World, gateway: Gateway): Promise<void> {
  const url = await startDataPlane(world, gateway);
  const id = gateway.name.split('/').at(-1) ?? '';
  const known = `https://${id}-${Buffer.from(id).toString('hex').slice(0, 8)}.uc.gateway.dev`;
  const shown = world.names?.publish(known, url) ?? url;
  gateway.defaultHostname = shown.replace(/^https?:\/\//, '');
}

export function gatewayRoutes(world: World): Route[] {
  const state = gatewayState(world);
  const base = '/v1/projects/:project/locations/:location/gateways';
  const nameOf = ({ project, location, gateway }: Record<string, string>) =>
    `projects/${project}/locations/${location}/gateways/${gateway}`;
  const find = (call: Call, params: Record<string, string>, permission: string): Gateway => {
    requirePermission(world, call.principal, permission, projectOf(params));
    const gateway = state.gateways.get(nameOf(params));
    if (!gateway) throw notFound(`Resource '${nameOf(params)}' was not found`);
    return gateway;
  };
  const usable = (call: Call, config: unknown): string => {
    const name = String(config ?? '');
    const found = state.configs.get(name);
    if (!found) throw notFound(`Resource '${name}' was not found`);
    if (found.state !== 'ACTIVE')
      throw failedPrecondition(`API config '${name}' is not active and cannot be used by Gateways.`);
    requirePermission(
      world,
      call.principal,
      'apigateway.apiconfigs.get',
      projectOf({ project: world.project }),
    );
    return name;
  };
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        requireLocation(params.location);
        requirePermission(world, call.principal, 'apigateway.gateways.list', projectOf(params));
        const own = [...state.gateways.values()].filter(
          ({ name }) => params.location === '-' || name.includes(`/locations/${params.location}/`),
        );
        const { items, ...next } = page(own.map(showGateway), call, 1000);
        return { status: 200, body: { ...(items.length ? { gateways: items } : {}), ...next } };
      },
    },
    {
      method: 'POST',
      pattern: base,
      handle: async (call, params) => {
        requireLocation(params.location);
        requirePermission(world, call.principal, 'apigateway.gateways.create', projectOf(params));
        const id = call.query.get('gatewayId') ?? '';
        if (!idForm.test(id)) throw invalidArgument(`Invalid gateway ID '${id}'.`);
        const body = readBody(call, ['name', 'displayName', 'labels', 'apiConfig', 'streamingMode']);
        const name = nameOf({ ...params, gateway: id });
        if (state.gateways.has(name)) throw alreadyExists(`Resource '${name}' already exists`);
        const config = usable(call, body.apiConfig);
        const gateway: Gateway = {
          name,
          displayName: String(body.displayName ?? id),
          apiConfig: config,
          defaultHostname: '',
          ...(body.labels ? { labels: body.labels as Record<string, string> } : {}),
          createTime: nowText(world),
          updateTime: nowText(world),
          state: 'CREATING',
          serves: '',
        };
        await openGateway(world, gateway);
        state.gateways.set(name, gateway);
        return { status: 200, body: move(world, params, gateway, config, 'create') };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:gateway`,
      handle: (call, params) => ({
        status: 200,
        body: showGateway(find(call, params, 'apigateway.gateways.get')),
      }),
    },
    {
      method: 'PATCH',
      pattern: `${base}/:gateway`,
      handle: (call, params) => {
        const gateway = find(call, params, 'apigateway.gateways.update');
        const mask = (call.query.get('updateMask') ?? '').split(',').filter((path) => path !== '');
        const fixed = mask.find(
          (path) => !['apiConfig', 'displayName', 'labels'].includes(path.split('.')[0] as string),
        );
        if (fixed !== undefined)
          throw invalidArgument(`The field '${fixed}' of a gateway cannot be updated.`);
        const body = call.json();
        if (gateway.state === 'UPDATING')
          throw failedPrecondition(`Resource '${gateway.name}' has an operation under way.`);
        const config = mask.includes('apiConfig') ? usable(call, body.apiConfig) : gateway.apiConfig;
        if (mask.includes('displayName')) gateway.displayName = String(body.displayName ?? '');
        if (mask.some((path) => path.startsWith('labels')))
          gateway.labels = (body.labels ?? {}) as Record<string, string>;
        return { status: 200, body: move(world, params, gateway, config, 'update') };
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/:gateway`,
      handle: (call, params) => {
        const gateway = find(call, params, 'apigateway.gateways.delete');
        state.gateways.delete(gateway.name);
        const operation = startOperation(
          world,
          `projects/${params.project}/locations/${params.location}`,
          { target: gateway.name, verb: 'delete' },
          state.timing.switch,
          () => ({ response: { '@type': 'type.googleapis.com/google.protobuf.Empty' } }),
        );
        return { status: 200, body: showOperation(operation) };
      },
    },
  ];
}

/** The gateway names its new configuration at once. The data plane serves it some time after the operation has ended. */
function move(
  world: World,
  params: Record<string, string>,
  gateway: Gateway,
  config: string,
  verb: 'create' | 'update',
): Json {
  const { timing } = gatewayState(world);
  gateway.state = verb === 'create' ? 'CREATING' : 'UPDATING';
  gateway.apiConfig = config;
  gateway.updateTime = nowText(world);
  const operation = startOperation(
    world,
    `projects/${params.project}/locations/${params.location}`,
    { target: gateway.name, verb },
    timing.switch,
    () => {
      gateway.state = 'ACTIVE';
      void sleep(timing.propagation, undefined, { ref: false }).then(() => {
        if (gateway.apiConfig === config) gateway.serves = config;
      });
      return { response: { '@type': type, ...showGateway(gateway) } };
    },
  );
  return showOperation(operation);
}
