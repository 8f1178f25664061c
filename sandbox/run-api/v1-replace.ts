import { isDeepStrictEqual } from 'node:util';
import { aborted, invalidArgument } from '../core/errors.ts';
import { requirePermission } from '../core/iam.ts';
import { emailOf } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { Call } from '../core/types.ts';
import { LATEST, PINNED, type Service } from '../run/model.ts';
import { checkTraffic, settle } from '../run/traffic.ts';
import { unimplemented } from './find.ts';
import { requireActAs } from './services.ts';
import { ingressOf, resourceVersion, templateOf } from './v1-render.ts';

type Json = Record<string, unknown>;
const part = (value: unknown): Json => (value ?? {}) as Json;

/** Keys that Cloud Run itself keeps. A client that replaces a service sends them back with the others. */
const systemKey =
  /^(?:[\w-]+\.)*(?:run\.googleapis\.com|cloud\.googleapis\.com|(?:serving|autoscaling)\.knative\.dev)\//;
const own = (map: Json): Record<string, string> =>
  Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) => (systemKey.test(key) ? [] : [[key, String(value)]])),
  );

function trafficOf(service: Service, value: unknown) {
  const targets = (Array.isArray(value) ? (value as Json[]) : []).map(
    ({ latestRevision, revisionName, percent, tag }) => ({
      type: latestRevision ? LATEST : PINNED,
      ...(revisionName && !latestRevision ? { revision: revisionName } : {}),
      ...(percent === undefined ? {} : { percent: Number(percent) }),
      ...(tag ? { tag } : {}),
    }),
  );
  return checkTraffic(service, targets);
}

/** True if the template is the one that the service has. gcloud adds its own name to the annotations of a template. */
function sameTemplate(service: Service, sent: Json): boolean {
  const known = templateOf(service);
  const comparable = (template: Json) => ({
    labels: own(part(part(template.metadata).labels)),
    spec: Object.fromEntries(Object.entries(part(template.spec)).filter(([, value]) => value !== undefined)),
  });
  return isDeepStrictEqual(comparable(sent), comparable(known));
}

/**
 * namespaces.services.replaceService: the whole service is sent, and everything that it leaves out is gone. A new template
 * is refused, because a function's service gets its template from the function.
 */
export function replaceService(world: World, call: Call, service: Service): Promise<void> {
  const body = call.json();
  const { metadata, spec } = { metadata: part(body.metadata), spec: part(body.spec) };
  if (body.kind !== 'Service' || metadata.name !== service.id)
    throw invalidArgument('The request must have kind: Service and the name of the service in its path.');
  const sent = metadata.resourceVersion;
  if (sent && sent !== resourceVersion(service))
    throw aborted(
      `Conflict for resource '${service.id}': version '${String(sent)}' was specified but current version is '${resourceVersion(service)}'.`,
    );
  const traffic = trafficOf(service, spec.traffic);
  const template = part(spec.template);
  if (!sameTemplate(service, template)) throw unimplemented('a new template');
  const notes = part(metadata.annotations);
  const flag = (name: string) => notes[`run.googleapis.com/${name}`] === 'true';
  const ingress = ingressOf(String(notes['run.googleapis.com/ingress'] ?? 'all'));
  if (!ingress) throw invalidArgument('metadata.annotations[run.googleapis.com/ingress]: unknown value');
  const resource = `//run.googleapis.com/${service.name}`;
  if (flag('invoker-iam-disabled') !== service.invokerIamDisabled)
    requirePermission(world, call.principal, 'run.services.setIamPolicy', resource);
  if (world.quirks.trafficPatchNeedsActAs) requireActAs(world, call, service);
  Object.assign(service, {
    traffic,
    ingress,
    annotations: own(notes),
    labels: own(part(metadata.labels)),
    invokerIamDisabled: flag('invoker-iam-disabled'),
    defaultUriDisabled: flag('default-url-disabled'),
    iapEnabled: flag('iap-enabled'),
    description: String(notes['run.googleapis.com/description'] ?? ''),
    client: String(notes['run.googleapis.com/client-name'] ?? ''),
    clientVersion: String(notes['run.googleapis.com/client-version'] ?? ''),
    lastModifier: (call.principal && emailOf(call.principal)) || (call.principal?.member ?? ''),
  });
  return settle(world, service);
}
