import { aborted, invalidArgument } from '../core/errors.ts';
import { projectOf, requirePermission } from '../core/iam.ts';
import { page } from '../core/page.ts';
import { emailOf } from '../core/principals.ts';
import { checkMask, checkMessage } from '../core/proto.ts';
import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import { etagOf, runState, type Service } from '../run/model.ts';
import { checkTraffic, settle } from '../run/traffic.ts';
import { findService, unimplemented } from './find.ts';
import { showOperation, startOperation, validated } from './operations.ts';
import { renderService } from './render.ts';

const SERVICE = 'google.cloud.run.v2.Service';

type Body = Record<string, unknown>;

/** Namespaces that v2 refuses in labels and annotations (service.proto). */
const reserved =
  /^(?:[\w-]+\.)*(?:run\.googleapis\.com|cloud\.googleapis\.com|serving\.knative\.dev|autoscaling\.knative\.dev)\//;

function checkMap(value: unknown, field: string): Record<string, string> {
  const map = (value ?? {}) as Record<string, string>;
  const bad = Object.keys(map).find((key) => reserved.test(key));
  if (bad) throw invalidArgument(`${field}: the key '${bad}' is in a reserved namespace.`);
  const size = Object.entries(map).reduce(
    (sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text),
    0,
  );
  if (field === 'annotations' && size > 256 * 1024)
    throw invalidArgument('annotations: more than 256 KiB in all.');
  return map;
}

/** The fields that a PATCH may change. Each function checks its value and returns the change, so no PATCH is half applied. */
const fields: Record<string, (service: Service, value: unknown) => () => void> = {
  traffic: (service, value) => {
    const targets = checkTraffic(service, value);
    return () => {
      service.traffic = targets;
    };
  },
  annotations: (service, value) => {
    const map = checkMap(value, 'annotations');
    return () => {
      service.annotations = map;
    };
  },
  labels: (service, value) => {
    const map = checkMap(value, 'labels');
    return () => {
      service.labels = map;
    };
  },
  ingress: (service, value) => () => {
    service.ingress =
      !value || value === 'INGRESS_TRAFFIC_UNSPECIFIED' ? 'INGRESS_TRAFFIC_ALL' : String(value);
  },
  invokerIamDisabled: (service, value) => () => {
    service.invokerIamDisabled = value === true;
  },
  defaultUriDisabled: (service, value) => () => {
    service.defaultUriDisabled = value === true;
  },
  iapEnabled: (service, value) => () => {
    service.iapEnabled = value === true;
  },
  customAudiences: (service, value) => () => {
    service.customAudiences = ((value ?? []) as string[]).slice();
  },
  scaling: (service, value) => () => {
    service.scaling = { ...((value ?? {}) as Record<string, unknown>) };
  },
  description: (service, value) => () => {
    service.description = String(value ?? '');
  },
  client: (service, value) => () => {
    service.client = String(value ?? '');
  },
  clientVersion: (service, value) => () => {
    service.clientVersion = String(value ?? '');
  },
};

/** The fields that the mask names. Without a mask, or with `*`, all fields are replaced and the body must have a template. */
function changedFields(mask: string[][], body: Body): string[] {
  if (mask.length > 0 && mask[0]?.[0] !== '*') return mask.map((path) => path.join('.'));
  if (!body.template) throw invalidArgument('service.template is required when there is no update mask.');
  return Object.keys(fields);
}

function patch(world: World, call: Call, params: Record<string, string>): Reply {
  const body = checkMessage('run', SERVICE, call.json(), { at: 'service', dropOutputOnly: true }) as Body;
  const names = changedFields(
    checkMask('run', SERVICE, call.query.get('updateMask') ?? call.query.get('update_mask')),
    body,
  );
  const service = findService(world, call, params, 'run.services.update');
  if (body.etag && body.etag !== etagOf(service))
    throw aborted(
      `Conflict for resource '${service.id}': version '${String(body.etag)}' was specified but current version is '${etagOf(service)}'.`,
    );
  const changes = names.map((name) => change(service, name, body));
  if (
    names.includes('invokerIamDisabled') &&
    (body.invokerIamDisabled === true) !== service.invokerIamDisabled
  )
    requirePermission(
      world,
      call.principal,
      'run.services.setIamPolicy',
      `//run.googleapis.com/${service.name}`,
    );
  if (world.quirks.trafficPatchNeedsActAs) requireActAs(world, call, service);
  if (call.query.get('validateOnly') === 'true') return { status: 200, body: validated(service) };
  for (const apply of changes) apply();
  service.lastModifier = (call.principal && emailOf(call.principal)) || (call.principal?.member ?? '');
  const operation = startOperation(world, service, settle(world, service));
  return { status: 200, body: showOperation(operation) };
}

function change(service: Service, name: string, body: Body): () => void {
  // Google does not document whether a mask may name a key of a map. The sandbox refuses it, so that no client relies on it.
  const [field = '', key] = name.split('.');
  if (key !== undefined && (field === 'annotations' || field === 'labels'))
    throw invalidArgument(`Invalid field mask path '${name}': maps are replaced whole.`);
  const rule = fields[name];
  if (!rule) throw unimplemented(`a change of ${name}`);
  return rule(service, body[name]);
}

export function requireActAs(world: World, call: Call, service: Service): void {
  const newest = service.latestCreated ? service.revisions.get(service.latestCreated) : undefined;
  const account = newest?.settings.serviceAccount;
  if (account)
    requirePermission(
      world,
      call.principal,
      'iam.serviceAccounts.actAs',
      `//iam.googleapis.com/projects/${world.project}/serviceAccounts/${account}`,
    );
}

export function serviceRoutes(world: World): Route[] {
  const base = '/v2/projects/:project/locations/:location/services';
  return [
    {
      method: 'GET',
      pattern: base,
      handle: (call, params) => {
        requirePermission(world, call.principal, 'run.services.list', projectOf(params));
        const all = [...runState(world).services.values()].filter(
          ({ location }) => location === params.location || params.location === '-',
        );
        const { items, nextPageToken } = page(all, call, 1000);
        return {
          status: 200,
          body: {
            ...(items.length ? { services: items.map(renderService) } : {}),
            ...(nextPageToken ? { nextPageToken } : {}),
          },
        };
      },
    },
    {
      method: 'GET',
      pattern: `${base}/:service`,
      handle: (call, params) => ({
        status: 200,
        body: renderService(findService(world, call, params, 'run.services.get')),
      }),
    },
    { method: 'PATCH', pattern: `${base}/:service`, handle: (call, params) => patch(world, call, params) },
  ];
}
