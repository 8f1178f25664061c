import type { RecordedGateway } from '../../domain/traffic/record.ts';
import type { Context } from '../../runner/context.ts';
import type { GatewayBack } from '../../steps/traffic/ports.ts';
import type { Platform } from '../login/platform.ts';

/** Going back may take a minute or two. After a signal, only its first seconds count: the write itself is sent at once. */
const backMs = 5 * 60_000;

/** Moves a gateway back that a release has moved. Its code is loaded only when there is one. */
export async function gatewayBack(
  context: Context,
  platform: Platform,
  move: RecordedGateway,
  { paceMs = 2000, isUnsure = false }: { paceMs?: number; isUnsure?: boolean },
  signal = AbortSignal.timeout(backMs),
): Promise<GatewayBack> {
  const [{ takeBack }, { portsOf }] = await Promise.all([
    import('../../steps/gateway/take-back.ts'),
    import('./ports.ts'),
  ]);
  return takeBack(portsOf(context, platform), move, { paceMs, timeoutMs: backMs, signal, isUnsure });
}
