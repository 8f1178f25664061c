import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { userAgent } from '../../domain/product.ts';
import { createGateways } from '../../gcp/gateway/gateways.ts';
import { createProber } from '../../http/probe.ts';
import type { Environment } from '../../inputs/reader.ts';
import type { Context } from '../../runner/context.ts';
import type { GatewayPorts } from '../../steps/gateway/ports.ts';
import type { Platform } from '../login/platform.ts';

/** The text of the document. */
export async function readText(env: Environment, shown: string): Promise<string> {
  try {
    return await readFile(resolve(env.GITHUB_WORKSPACE || '.', shown), 'utf8');
  } catch (error) {
    throw new ReleaseError('gateway-document', { what: `${shown} cannot be read: ${messageOf(error)}` });
  }
}

/** The clients of a gateway's release. Without a login, nothing of Google Cloud is asked. */
export function portsOf(context: Context, platform: Platform | undefined): GatewayPorts {
  const { clock, log, id } = context;
  const offline = async (): Promise<never> => {
    throw new ReleaseError('internal', { what: 'A run without a gateway asked Google Cloud.' });
  };
  return {
    clock,
    log,
    gateways: platform
      ? createGateways(platform.rest)
      : (new Proxy({}, { get: () => offline }) as GatewayPorts['gateways']),
    prober: platform ? createProber(platform.endpoints, userAgent(id, 'gateway')) : { probe: offline },
    idToken:
      platform?.invoker === undefined
        ? undefined
        : (audience, signal) => platform.tokens.idToken(audience, signal),
    sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
    random: () => randomBytes(8).toString('hex'),
  };
}
