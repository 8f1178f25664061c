import { can } from '../core/iam.ts';
import { verifyIdToken } from '../core/id-tokens.ts';
import { anonymous } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { Principal } from '../core/types.ts';
import { type Door, type Service, serviceResource } from './model.ts';
import {
  forbidden,
  iapSignIn,
  lacksRole,
  notThere,
  type Refusal,
  refusedByIngress,
  unauthorized,
} from './refusals.ts';

export interface Credentials {
  authorization?: string | undefined;
  /** The header `X-Serverless-Authorization`. If present, it is used instead of `Authorization`, which goes to the container. */
  serverless?: string | undefined;
}

const INVOKE = 'run.routes.invoke';

/** The 404 of a URL that leads nowhere: deleted, tag gone, default URL off, or closed by ingress (all callers are outside). */
function unreachable(service: Service, door: Door): Refusal | undefined {
  if (service.deleted) return notThere('The service was deleted.');
  if (door.kind === 'tag' && !service.live.some(({ tag }) => tag === door.tag))
    return notThere('No such tag.');
  if (service.defaultUriDisabled && door.kind !== 'function') return notThere('The default URL is disabled.');
  return service.ingress === 'INGRESS_TRAFFIC_ALL' ? undefined : refusedByIngress();
}

function audiences(world: World, service: Service, door: Door): string[] {
  const hosts = [...service.doors.values()].filter(({ kind }) => kind !== 'tag').map(({ url }) => url);
  return [
    ...hosts,
    ...service.customAudiences,
    ...(door.kind === 'tag' && world.quirks.tagHostIsAudience ? [door.url] : []),
  ];
}

/** The caller behind a Google-signed ID token for this service. A bad token gets 401, a missing one 403. */
function identify(
  world: World,
  service: Service,
  door: Door,
  header: string | undefined,
): Principal | Refusal {
  if (!header) return forbidden();
  const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  if (!token) return unauthorized();
  const verified = verifyIdToken(world, token);
  if (verified === 'invalid' || verified === 'expired') return unauthorized();
  return audiences(world, service, door).includes(verified.audience) ? verified.principal : unauthorized();
}

/**
 * Decides whether a request may reach the container: first ingress, then IAP, then the invoker check. If everyone may
 * invoke the service, the token is not checked and goes to the container unchanged.
 */
export function admit(
  world: World,
  service: Service,
  door: Door,
  credentials: Credentials,
): Principal | Refusal {
  const closed = unreachable(service, door);
  if (closed) return closed;
  const header = credentials.serverless ?? credentials.authorization;
  if (service.iapEnabled) return throughIap(world, service, door, header);
  const resource = serviceResource(service);
  if (service.invokerIamDisabled || can(world, anonymous, INVOKE, resource)) return anonymous;
  const caller = identify(world, service, door, header);
  if ('status' in caller) return caller;
  return can(world, caller, INVOKE, resource) ? caller : lacksRole();
}

/** IAP first decides by its own policy. Then its service agent needs the permission to invoke the service. */
function throughIap(
  world: World,
  service: Service,
  door: Door,
  header: string | undefined,
): Principal | Refusal {
  const resource = `//iap.googleapis.com/projects/${world.projectNumber}/iap_web/cloud_run-${service.location}/services/${service.id}`;
  const agent = `serviceAccount:service-${world.projectNumber}@gcp-sa-iap.iam.gserviceaccount.com`;
  const access = 'iap.webServiceVersions.accessViaIAP';
  const caller = can(world, anonymous, access, resource) ? anonymous : identify(world, service, door, header);
  if ('status' in caller) return header ? caller : iapSignIn();
  if (caller !== anonymous && !can(world, caller, access, resource)) return forbidden();
  const through = { member: agent, members: [agent, 'allAuthenticatedUsers', 'allUsers'] };
  return service.invokerIamDisabled || can(world, through, INVOKE, serviceResource(service))
    ? caller
    : lacksRole();
}

/** True if a request without credentials would reach the container through this URL now. */
export const admitsAnonymous = (world: World, service: Service, door: Door): boolean =>
  !('status' in admit(world, service, door, {}));
