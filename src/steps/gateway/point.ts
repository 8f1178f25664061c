import type { GatewayFact, GatewayPorts } from './ports.ts';
import { isSame, type Names } from './result.ts';
import { isRefusal, until } from './wait.ts';

/**
 * Moves the gateway, and waits until it names the configuration and has settled. An answer that was lost does not matter: the gateway
 * itself says what came of the write.
 */
export async function point(
  { gateways, clock, log }: GatewayPorts,
  { names, gateway }: { names: Pick<Names, 'gateway'>; gateway: GatewayFact | undefined },
  config: string,
  pace: { paceMs: number; deadline: number; signal: AbortSignal },
  wrote = { count: 0 },
): Promise<string> {
  const { signal } = pace;
  let isThere = gateway !== undefined;
  const found = await until({ clock, log }, pace, 'The move of the gateway', async () => {
    const now = isThere ? await gateways.gateway(names.gateway, signal) : undefined;
    const isBusy = now !== undefined && ['CREATING', 'UPDATING'].includes(now.state);
    if (now && isSame(now.config, config)) {
      if (now.state === 'FAILED') throw Object.assign(new Error('The gateway has failed.'), { status: 400 });
      return isBusy ? undefined : now;
    }
    // Another change is under way, and Google refuses a second one meanwhile.
    if (isBusy) return undefined;
    try {
      if (isThere) await gateways.move(names.gateway, config, signal);
      else await gateways.createGateway(names.gateway, config, signal);
      wrote.count += 1;
    } catch (error) {
      // FAILED_PRECONDITION is a refusal too, though not for good.
      if (!isRefusal(error)) wrote.count += 1;
      throw error;
    } finally {
      isThere = true;
    }
    return undefined;
  });
  return found.host;
}
