import { gatewayPath } from '../../domain/data/resource-name.ts';
import { signedAudience } from '../../domain/invocation/door.ts';
import type { InputReader } from '../../inputs/reader.ts';
import type { Inputs } from '../../inputs/table.ts';
import type { AskedDoor, DoorPorts } from '../../steps/smoke/door.ts';
import type { SmokePorts } from '../../steps/smoke/ports.ts';
import type { Platform } from '../login/platform.ts';

type Shared = Pick<Inputs<'smoke-test'>, 'front' | 'front_url' | 'front_audience' | 'gateway' | 'api_key'>;

/** The door as the inputs name it. `gateway` is the gateway's id, since the project is not known yet. */
export type NamedDoor = AskedDoor;

/** True if Identity-Aware Proxy is on the service itself: then every URL of the service, tags included, goes through it. */
export const isOwnIap = (door: NamedDoor | undefined): boolean =>
  door?.kind === 'iap' && door.url === undefined;

/** The audience of a call at a URL of the service itself. Undefined: that URL. */
export const ownAudience = (door: NamedDoor | undefined, url: string): string | undefined =>
  isOwnIap(door) ? (door?.audience ?? signedAudience(url)) : undefined;

/** Reads what the requests go through. Notes problems. */
export function readDoor(inputs: InputReader, values: Shared): NamedDoor | undefined {
  const { front: kind, front_url: url, front_audience: audience, gateway, api_key: apiKey } = values;
  if (kind === undefined) {
    for (const name of ['front_url', 'front_audience'] as const)
      if (inputs.isSet(name)) inputs.problem([name, 'front'], 'expected front, which says what stands there');
    return undefined;
  }
  if (kind === 'balancer' && url === undefined)
    inputs.missing('front_url', 'the address of the load balancer');
  if (kind === 'gateway') {
    if (url === undefined && gateway === undefined)
      inputs.missing('gateway', 'the id of the gateway, or front_url');
    if (audience === undefined && apiKey === undefined)
      inputs.missing('front_audience', 'an audience of the document, or api_key');
  }
  return kind === 'gateway' ? { kind, url, audience, gateway, apiKey } : { kind, url, audience };
}

/** The door with the full name of its gateway. */
export const placedDoor = (door: NamedDoor, place: { project: string; region: string }): AskedDoor => ({
  ...door,
  gateway: door.gateway === undefined ? undefined : gatewayPath({ ...place, name: door.gateway }),
});

/** The client of API Gateway is loaded only if a gateway is named. */
export const doorPorts = (
  { http }: Pick<SmokePorts, 'http'>,
  { rest }: Pick<Platform, 'rest'>,
): DoorPorts => ({
  http,
  gatewayUrl: async (name, signal) => {
    const [{ createGateways }, { urlOf }] = await Promise.all([
      import('../../gcp/gateway/gateways.ts'),
      import('../../steps/gateway/result.ts'),
    ]);
    const host = (await createGateways(rest).gateway(name, signal))?.host;
    return host ? urlOf(host) : undefined;
  },
});
