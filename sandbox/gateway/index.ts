import { notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { ApiDefinition, Call, Route } from '../core/types.ts';
import { apiRoutes } from './apis.ts';
import { configRoutes } from './configs.ts';
import { gatewayRoutes } from './gateways.ts';
import { seedGateways } from './seeded.ts';
import { gatewaySettings, gatewayState, showOperation } from './state.ts';

/**
 * API Gateway v1 (discovery document apigateway v1; cloud.google.com/api-gateway/docs): APIs, their configurations, which never
 * change, gateways and long-running operations. Each gateway has a data plane of its own.
 */
export function gatewayApis(world: World): ApiDefinition[] {
  gatewaySettings(world);
  seedGateways(world);
  world.views.set('gateways', () =>
    [...gatewayState(world).gateways.values()].map(({ name, apiConfig, serves }) => ({
      name,
      apiConfig,
      serves,
    })),
  );
  return [
    {
      name: 'apigateway',
      routes: [
        ...apiRoutes(world),
        ...configRoutes(world),
        ...gatewayRoutes(world),
        ...operationRoutes(world),
      ],
    },
  ];
}

function operationRoutes(world: World): Route[] {
  const base = '/v1/projects/:project/locations/:location/operations/:operation';
  const find = (call: Call, params: Record<string, string>, permission: string) => {
    requirePermission(world, call.principal, permission, projectOf(params));
    const name = `projects/${params.project}/locations/${params.location}/operations/${params.operation}`;
    const operation = gatewayState(world).operations.get(name);
    if (!operation) throw notFound(`Resource '${name}' was not found`);
    return operation;
  };
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => ({
        status: 200,
        body: showOperation(find(call, params, 'apigateway.operations.get')),
      }),
    },
    {
      method: 'POST',
      pattern: `${base}:cancel`,
      handle: (call, params) => {
        // Best effort: what is under way here is too short to stop.
        find(call, params, 'apigateway.operations.cancel').metadata.requestedCancellation = true;
        return { status: 200, body: {} };
      },
    },
  ];
}
