import { alreadyExists, failedPrecondition, invalidArgument, notFound } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';
import { idForm, readBody } from './apis.ts';
import { compile } from './compile.ts';
import { type Config, gatewayState, type Json, nowText, showOperation, startOperation } from './state.ts';

/** cloud.google.com/api-gateway/docs/quotas */
const maxConfigs = 100;
const type = 'type.googleapis.com/google.cloud.apigateway.v1.ApiConfig';

/** Google returns the documents only with view FULL. */
export const showConfig = (config: Config, isFull = false): Json => ({
  name: config.name,
  displayName: config.displayName,
  createTime: config.createTime,
  updateTime: config.createTime,
  ...(config.labels ? { labels: config.labels } : {}),
  gatewayServiceAccount: `projects/-/serviceAccounts/${config.gatewayServiceAccount}`,
  serviceConfigId: config.serviceConfigId,
  state: config.state,
  ...(isFull ? { openapiDocuments: config.documents.map((document) => ({ document })) } : {}),
});

export function configRoutes(world: World): Route[] {
  const state = gatewayState(world);
  const base = '/v1/projects/:project/locations/global/apis/:api/configs';
  const parentOf = ({ project, api }: Record<string, string>) =>
    `projects/${project}/locations/global/apis/${api}`;
  const nameOf = (params: Record<string, string>) => `${parentOf(params)}/configs/${params.config}`;
  const find = (call: Call, params: Record<string, string>, permission: string): Config => {
    requirePermission(world, call.principal, permission, projectOf(params));
    const config = state.configs.get(nameOf(params));
    if (!config) throw notFound(`Resource '${nameOf(params)}' was not found`);
    return config;
  };
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'apigateway.apiconfigs.list', projectOf(params));
        const own = [...state.configs.values()].filter(({ name }) => name.startsWith(`${parentOf(params)}/`));
        const { items, ...next } = page(
          own.map((config) => showConfig(config)),
          call,
          1000,
        );
        return { status: 200, body: { ...(items.length ? { apiConfigs: items } : {}), ...next } };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:config`,
      handle: (call, params) => ({
        status: 200,
        body: showConfig(find(call, params, 'apigateway.apiconfigs.get'), call.query.get('view') === 'FULL'),
      }),
    },
    {
      method: 'POST',
      pattern: base,
      handle: (call, params) => create(world, call, params, parentOf(params)),
    },
    {
      method: 'PATCH',
      pattern: `${base}/:config`,
      handle: (call, params) => {
        const config = find(call, params, 'apigateway.apiconfigs.update');
        const mask = (call.query.get('updateMask') ?? '').split(',').filter((path) => path !== '');
        const fixed = mask.find((path) => path !== 'displayName' && !path.startsWith('labels'));
        if (fixed !== undefined || mask.length === 0)
          throw invalidArgument(`The field '${fixed ?? ''}' of an API config cannot be updated.`);
        const body = call.json();
        if (mask.includes('displayName')) config.displayName = String(body.displayName ?? '');
        if (mask.some((path) => path.startsWith('labels')))
          config.labels = (body.labels ?? {}) as Record<string, string>;
        return { status: 200, body: run(world, params, 'update', config, () => undefined) };
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/:config`,
      handle: (call, params) => {
        const config = find(call, params, 'apigateway.apiconfigs.delete');
        if (
          [...state.gateways.values()].some(
            (one) => one.apiConfig === config.name || one.serves === config.name,
          )
        )
          throw failedPrecondition(`Resource '${config.name}' is in use by a gateway.`);
        state.configs.delete(config.name);
        return { status: 200, body: run(world, params, 'delete', config, () => undefined) };
      },
    },
  ];
}

function run(
  world: World,
  params: Record<string, string>,
  verb: 'create' | 'update' | 'delete',
  config: Config,
  work: () => { code: number; message: string; diagnostics: Json[] } | undefined,
): Json {
  const { timing } = gatewayState(world);
  const operation = startOperation(
    world,
    `projects/${params.project}/locations/global`,
    { target: config.name, verb },
    timing.create,
    () =>
      work() ?? {
        response:
          verb === 'delete'
            ? { '@type': 'type.googleapis.com/google.protobuf.Empty' }
            : { '@type': type, ...showConfig(config) },
      },
  );
  return showOperation(operation);
}

function create(world: World, call: Call, params: Record<string, string>, parent: string) {
  const state = gatewayState(world);
  requirePermission(world, call.principal, 'apigateway.apiconfigs.create', projectOf(params));
  const api = state.apis.get(parent);
  if (!api) throw notFound(`Resource '${parent}' was not found`);
  const id = call.query.get('apiConfigId') ?? '';
  if (!idForm.test(id)) throw invalidArgument(`Invalid API config ID '${id}'.`);
  const name = `${parent}/configs/${id}`;
  if (state.configs.has(name)) throw alreadyExists(`Resource '${name}' already exists`);
  const siblings = [...state.configs.keys()].filter((one) => one.startsWith(`${parent}/`)).length;
  if (siblings >= maxConfigs) throw failedPrecondition(`The API has the maximum of ${maxConfigs} configs.`);
  const body = readBody(call, [
    ...['name', 'displayName', 'labels', 'gatewayServiceAccount', 'openapiDocuments'],
    ...['grpcServices', 'managedServiceConfigs'],
  ]);
  const documents = (
    (body.openapiDocuments ?? []) as { document?: { path?: string; contents?: string } }[]
  ).map(({ document }) => ({ path: document?.path ?? '', contents: document?.contents ?? '' }));
  if (documents.length === 0)
    throw invalidArgument('An API config needs an OpenAPI document or a gRPC service.');
  const account = String(
    body.gatewayServiceAccount ?? `${world.projectNumber}-compute@developer.gserviceaccount.com`,
  ).replace(/^projects\/[^/]+\/serviceAccounts\//, '');
  requirePermission(
    world,
    call.principal,
    'iam.serviceAccounts.actAs',
    `//iam.googleapis.com/projects/${world.project}/serviceAccounts/${account}`,
  );
  const config: Config = {
    name,
    displayName: String(body.displayName ?? id),
    serviceConfigId: `${id}-${Buffer.from(id).toString('hex').slice(0, 13)}`,
    gatewayServiceAccount: account,
    ...(body.labels ? { labels: body.labels as Record<string, string> } : {}),
    createTime: nowText(world),
    state: 'CREATING',
    documents,
    compiled: undefined,
  };
  state.configs.set(name, config);
  const answer = run(world, params, 'create', config, () => {
    const [first] = documents;
    const text = Buffer.from(first?.contents ?? '', 'base64').toString('utf8');
    const compiled = compile(first?.path ?? '', text);
    if (Array.isArray(compiled)) {
      // A document that Google refuses leaves no configuration behind.
      state.configs.delete(name);
      return {
        code: 3,
        message: `Cannot convert to service config. ${compiled
          .map(({ location, message }) => `'location: "${location}" kind: ERROR message: "${message}"'`)
          .join(' ')}`,
        diagnostics: compiled.map((one) => ({ ...one })),
      };
    }
    config.compiled = compiled;
    config.state = 'ACTIVE';
    return undefined;
  });
  return { status: 200, body: answer };
}
