import { ReleaseError } from '../../domain/errors/errors.ts';
import { type DoorKind, doorName, judgeKnock, signedAudience } from '../../domain/invocation/door.ts';
import { invocationOf } from '../../domain/invocation/refusal.ts';
import type { SmokePorts, SmokeTarget } from './ports.ts';

/** The front door that a user named. */
export interface AskedDoor {
  kind: DoorKind;
  /** Undefined: the host of the gateway, or for `iap` the service's own URL. */
  url?: string | undefined;
  audience?: string | undefined;
  /** Full name of the gateway, to read its host. */
  gateway?: string | undefined;
  apiKey?: string | undefined;
}

/** What is known of the service behind the door. */
export interface Behind {
  /** projects/P/locations/L/services/S */
  service: string;
  /** A URL of the service, and the audience of its tokens. */
  url: string;
  audience: string;
  /** E-mail of the account that calls. */
  caller: string | undefined;
}

export interface DoorPorts extends Pick<SmokePorts, 'http'> {
  /** URL of a gateway. Undefined if it does not exist, or has no host yet. */
  gatewayUrl(name: string, signal: AbortSignal): Promise<string | undefined>;
}

const knockMs = 30_000;

/** The address of the door. `own` is the URL of the service itself, for Identity-Aware Proxy on the service. */
async function addressOf(
  ports: DoorPorts,
  door: AskedDoor,
  own: string,
  signal: AbortSignal,
): Promise<string> {
  return door.url ?? (door.kind === 'gateway' ? await gatewayOf(ports, door, signal) : own);
}

/**
 * Sends a request without any credential. Throws unless an answer came back through Google's front end, and from the named kind of
 * door: the address may come from the user, and no token leaves this run for another host.
 */
async function knockAt(ports: DoorPorts, kind: DoorKind, url: string, signal: AbortSignal): Promise<void> {
  const { answer, none } = await ports.http.send({
    ...{ method: 'GET', url, headers: {}, body: undefined, token: undefined },
    ...{ timeoutMs: knockMs, signal },
  });
  if (!answer)
    throw new ReleaseError('network-failed', {
      what: `${new URL(url).host} does not answer: ${none.what}`,
      fix: `Check that ${doorName(kind)} is up, and that this runner can reach it.`,
    });
  const wrong = judgeKnock(kind, url, answer);
  if (wrong) throw new ReleaseError('smoke-target', wrong);
}

/** Tries before the first change of a release whether its door is one. Identity-Aware Proxy on the service itself is tried later. */
export async function knock(ports: DoorPorts, door: AskedDoor, signal: AbortSignal): Promise<void> {
  if (door.kind === 'iap' && door.url === undefined) return;
  await knockAt(ports, door.kind, await addressOf(ports, door, '', signal), signal);
}

/** The target of a smoke test that goes in as users do. */
export async function throughDoor(
  ports: DoorPorts,
  door: AskedDoor,
  behind: Behind,
  signal: AbortSignal,
): Promise<SmokeTarget> {
  const url = await addressOf(ports, door, behind.url, signal);
  await knockAt(ports, door.kind, url, signal);
  // A gateway that takes a key alone gets no token.
  const standard = { gateway: undefined, balancer: behind.audience, iap: signedAudience(url) }[door.kind];
  const audience = door.audience ?? standard;
  return {
    ...{ url, audience, door: door.kind, apiKey: door.apiKey, behindGoogle: true },
    invocation: invocationOf(behind.service, audience ?? 'none', behind.caller),
  };
}

async function gatewayOf(ports: DoorPorts, { gateway }: AskedDoor, signal: AbortSignal): Promise<string> {
  const url = gateway === undefined ? undefined : await ports.gatewayUrl(gateway, signal);
  if (url !== undefined) return url;
  throw new ReleaseError('not-found', {
    what: `The gateway ${gateway?.split('/').at(-1) ?? ''} does not exist, or has no host yet.`,
    fix: 'Correct gateway and region, or name the address in front_url.',
  });
}
