import type { GatewayFact, GatewayPorts } from './ports.ts';
import { isSame, type Names, shortOf } from './result.ts';
import { isRefusal, MovedByOthers, until } from './wait.ts';

/**
 * Moves the gateway, and waits until it names the configuration and has settled. An answer that was lost does not matter: the gateway
 * itself says what came of the write. API Gateway takes no condition with a write, so one that names neither `leaves` nor the
 * configuration is not moved: somebody else has moved it while this waited.
 */
export async function point(
  { gateways, clock, log }: GatewayPorts,
  {
    names,
    gateway,
    leaves,
  }: {
    names: Pick<Names, 'gateway'>;
    gateway: GatewayFact | undefined;
    /** The configuration that it may be moved from. Undefined or empty: any. */
    leaves?: string | undefined;
  },
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
    if (leaves && now && !isSame(now.config, leaves))
      throw new MovedByOthers(shortOf(names.gateway), shortOf(now.config));
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
