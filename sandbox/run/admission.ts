import { can } from '../core/iam.ts';
import { issueIdToken, verifyIdToken } from '../core/id-tokens.ts';
import { anonymous, serviceAccount } from '../core/principals.ts';
import type { World } from '../core/state.ts';
import type { Principal } from '../core/types.ts';
import { iapAgent, type Passed, passIap } from '../iap/pass.ts';
import { type Door, type Service, serviceResource } from './model.ts';
import {
  forbidden,
  iapAnswer,
  lacksRole,
  notThere,
  type Refusal,
  refusedByIngress,
  unauthorized,
} from './refusals.ts';

export interface Credentials {
  /** Default GET. */
  method?: string;
  /** What IAP reads beside the credentials. */
  path?: string;
  accept?: string | undefined;
  proxy?: string | undefined;
  authorization?: string | undefined;
  /** The header `X-Serverless-Authorization`. If present, it is used instead of `Authorization`, which goes to the container. */
  serverless?: string | undefined;
}

export interface Admitted {
  caller: Principal;
  /** Set if Identity-Aware Proxy let the request through. */
  iap?: Passed;
}

const INVOKE = 'run.routes.invoke';

/** The 404 of a URL that leads nowhere: deleted, tag gone, default URL off, or closed by ingress (all callers are outside). */
function unreachable(service: Service, door: Door): Refusal | undefined {
  if (service.deleted) return notThere('The service was deleted.');
  if (door.tag && !service.live.some(({ tag }) => tag === door.tag)) return notThere('No such tag.');
  if (door.kind === 'balancer')
    return service.ingress === 'INGRESS_TRAFFIC_INTERNAL_ONLY' ? refusedByIngress() : undefined;
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
): Admitted | Refusal {
  const closed = unreachable(service, door);
  if (closed) return closed;
  if (service.iapEnabled) {
    const iap = throughIap(world, service, door, credentials);
    return 'status' in iap ? iap : { caller: iap.caller, iap };
  }
  const header = credentials.serverless ?? credentials.authorization;
  const resource = serviceResource(service);
  if (service.invokerIamDisabled || can(world, anonymous, INVOKE, resource)) return { caller: anonymous };
  const caller = identify(world, service, door, header);
  if ('status' in caller) return caller;
  return can(world, caller, INVOKE, resource) ? { caller } : lacksRole();
}

/** IAP first decides by its own policy and settings. Then its service agent needs the permission to invoke the service. */
function throughIap(
  world: World,
  service: Service,
  door: Door,
  { method = 'GET', path = '/', accept, proxy, authorization }: Credentials,
): Passed | Refusal {
  const name = `projects/${world.project}/iap_web/cloud_run-${service.location}/services/${service.id}`;
  const passed = passIap(
    world,
    {
      names: [name],
      assertionAudience: `/projects/${world.projectNumber}/locations/${service.location}/services/${service.id}`,
    },
    {
      method,
      url: `${door.url}${path}`,
      headers: {
        ...(accept === undefined ? {} : { accept }),
        ...(proxy === undefined ? {} : { 'proxy-authorization': proxy }),
        ...(authorization === undefined ? {} : { authorization }),
      },
    },
  );
  if ('status' in passed) return iapAnswer(passed);
  const email = iapAgent(world);
  const invokes =
    service.invokerIamDisabled || can(world, serviceAccount(email), INVOKE, serviceResource(service));
  if (!invokes) return lacksRole();
  const token = issueIdToken(world, { email, uniqueId: email }, door.url, true);
  return { ...passed, added: { ...passed.added, 'x-serverless-authorization': `Bearer ${token}` } };
}

/** True if a request without credentials would reach the container through this URL now. */
export const admitsAnonymous = (world: World, service: Service, door: Door): boolean =>
  !('status' in admit(world, service, door, {}));
