import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import type { RecordedGateway } from '../../domain/traffic/record.ts';
import type { Context } from '../../runner/context.ts';
import type { GatewayRequest } from '../../steps/gateway/ports.ts';
import type { GatewayResult } from '../../steps/gateway/result.ts';
import type { GatewayStage, ReleaseStages } from '../../steps/release/ports.ts';
import { gatewayBack } from '../gateway/back.ts';
import type { Platform } from '../login/platform.ts';
import type { StageSettings } from './stage-settings.ts';

/** The gateway's stage of a release. Its code is loaded only if a document is named. */
export function bindGateway(
  context: Context,
  platform: Platform,
  settings: StageSettings,
): NonNullable<ReleaseStages['gateway']> {
  const { deploy, gateway: asked } = settings;
  if (asked === undefined) throw new Error('no document is named');
  const { project, region, name } = deploy;
  let moved: RecordedGateway | undefined;
  const run = async (
    mode: 'plan' | 'apply',
    how: Pick<GatewayRequest, 'signal' | 'beforeMove' | 'isCancelled'>,
  ): Promise<GatewayResult> => {
    const [{ releaseGateway }, { portsOf, readText }] = await Promise.all([
      import('../../steps/gateway/gateway.ts'),
      import('../gateway/ports.ts'),
    ]);
    const request: GatewayRequest = {
      ...asked,
      mode,
      project,
      region,
      service: servicePath({ project, region, name: likelyService(name) }),
      text: await readText(context.env, asked.file),
      ...how,
    };
    return releaseGateway(portsOf(context, platform), request);
  };
  const stage = ({ verdict, reason, findings, evidence, changed }: GatewayResult): GatewayStage => ({
    verdict,
    reason,
    findings,
    evidence,
    changed: changed.map(({ what }) => what),
  });
  return {
    plan: async (signal) => stage(await run('plan', { signal })),
    apply: async ({ signal, beforeMove }) => {
      const result = await run('apply', { signal, beforeMove, isCancelled: () => context.signal.aborted });
      moved = result.moved;
      return stage(result);
    },
    back: async () => {
      if (moved === undefined) return undefined;
      const result = await gatewayBack(context, platform, moved, { paceMs: asked.paceMs });
      if (result.verdict === 'pass') moved = undefined;
      return result;
    },
  };
}
