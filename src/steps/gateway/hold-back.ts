import { point } from './point.ts';
import type { GatewayFact, GatewayPorts } from './ports.ts';
import { type Change, isSame, shortOf } from './result.ts';

/** How often the gateway is looked at after the way back, if the answer of the move was lost. */
const looks = 3;

/**
 * A move whose answer was lost may be carried out late, after the way back. So the gateway is looked at a few times more, and moved back
 * again if it names the new configuration.
 */
export async function holdBack(
  ports: GatewayPorts,
  known: {
    names: { gateway: string };
    gateway: GatewayFact | undefined;
    /** The new configuration, and the one to go back to. */
    config: string;
    before: string;
  },
  pace: { paceMs: number; deadline: number; signal: AbortSignal },
  change: Change,
): Promise<void> {
  const { config, before } = known;
  const name = known.names.gateway;
  for (let look = 0; look < looks; look++) {
    await ports.clock.sleep(pace.paceMs * 2, pace.signal);
    const now = await ports.gateways.gateway(name, pace.signal);
    if (now === undefined || !isSame(now.config, config)) continue;
    await point(ports, { ...known, leaves: config }, before, pace);
    change(
      `Moved the gateway ${shortOf(name)} back to ${shortOf(before)} again, since the first move came late.`,
    );
  }
}
