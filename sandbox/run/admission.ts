import { can } from '../core/iam.ts';
import { verifyIdToken } from '../core/id-tokens.ts';
import { anonymous } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { Principal } from '../core/types.ts';
import { type Door, type Service, serviceResource } from './model.ts';
import { forbidden, iapSignIn, lacksRole, notThere, type Refusal, unauthorized } from './refusals.ts';

export interface Credentials {
  authorization?: string | undefined;
  /** `X-Serverless-Authorization`, which wins and leaves `Authorization` to the container. */
  serverless?: string | undefined;
}

const INVOKE = 'run.routes.invoke';
const nobody = anonymous;

/** Where a door leads nowhere: deleted, tag gone, default URL off, or closed by ingress (all callers here are outside). */
function unreachable(service: Service, door: Door): Refusal | undefined {
  if (service.deleted) return notThere('The service was deleted.');
  if (door.kind === 'tag' && !service.live.some(({ tag }) => tag === door.tag))
    return notThere('No such tag.');
  if (service.defaultUriDisabled && door.kind !== 'function') return notThere('The default URL is disabled.');
  return service.ingress === 'INGRESS_TRAFFIC_ALL' ? undefined : notThere();
}

function audiences(world: World, service: Service, door: Door): string[] {
  const hosts = [...service.doors.values()].filter(({ kind }) => kind !== 'tag').map(({ url }) => url);
  return [
    ...hosts,
    ...service.customAudiences,
    ...(door.kind === 'tag' && world.quirks.tagHostIsAudience ? [door.url] : []),
  ];
}

/** The caller of a Google-signed ID token for this service; 401 where it is not one, 403 where none was sent. */
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
 * Whether a request may reach the container: ingress, IAP, then the invoker check. A service that anybody may invoke
 * does not look at the token at all: the container gets it as it came.
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
  if (service.invokerIamDisabled || can(world, nobody, INVOKE, resource)) return nobody;
  const caller = identify(world, service, door, header);
  if ('status' in caller) return caller;
  return can(world, caller, INVOKE, resource) ? caller : lacksRole();
}

/** IAP decides first by a policy of its own; its service agent must then be allowed to invoke. */
function throughIap(
  world: World,
  service: Service,
  door: Door,
  header: string | undefined,
): Principal | Refusal {
  const resource = `//iap.googleapis.com/projects/${world.projectNumber}/iap_web/cloud_run-${service.location}/services/${service.id}`;
  const agent = `serviceAccount:service-${world.projectNumber}@gcp-sa-iap.iam.gserviceaccount.com`;
  const access = 'iap.webServiceVersions.accessViaIAP';
  const caller = can(world, nobody, access, resource) ? nobody : identify(world, service, door, header);
  if ('status' in caller) return header ? caller : iapSignIn();
  if (caller !== nobody && !can(world, caller, access, resource)) return forbidden();
  const through = { member: agent, members: [agent, 'allAuthenticatedUsers', 'allUsers'] };
  return service.invokerIamDisabled || can(world, through, INVOKE, serviceResource(service))
    ? caller
    : lacksRole();
}

/** Would a request without any credential reach the container through this URL now? */
export const admitsAnonymous = (world: World, service: Service, door: Door): boolean =>
  !('status' in admit(world, service, door, {}));
