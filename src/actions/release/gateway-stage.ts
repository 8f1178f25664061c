import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import type { Context } from '../../runner/context.ts';
import type { GatewayRequest } from '../../steps/gateway/ports.ts';
import type { GatewayResult } from '../../steps/gateway/result.ts';
import type { GatewayStage, ReleaseStages } from '../../steps/release/ports.ts';
import type { Platform } from '../login/platform.ts';
import type { StageSettings } from './stage-settings.ts';

/** Going back may take a minute or two. After a signal, only its first seconds count: the write itself is sent at once. */
const backMs = 5 * 60_000;

/** The gateway's stage of a release. Its code is loaded only if a document is named. */
export function bindGateway(
  context: Context,
  platform: Platform,
  settings: StageSettings,
): NonNullable<ReleaseStages['gateway']> {
  const { deploy, gateway: asked } = settings;
  if (asked === undefined) throw new Error('no document is named');
  const { project, region, name } = deploy;
  let moved: { from: string; to: string } | undefined;
  const run = async (mode: 'plan' | 'apply', signal: AbortSignal): Promise<GatewayResult> => {
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
      signal,
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
    plan: async (signal) => stage(await run('plan', signal)),
    apply: async (signal) => {
      const result = await run('apply', signal);
      // It may have named a configuration of another API before.
      if (result.moved) moved = { from: result.moved.to, to: result.moved.from };
      return stage(result);
    },
    back: async () => {
      if (moved === undefined || asked.gateway === undefined) return undefined;
      const [{ takeBack }, { portsOf }] = await Promise.all([
        import('../../steps/gateway/take-back.ts'),
        import('../gateway/ports.ts'),
      ]);
      const where = { project, region, paceMs: asked.paceMs, timeoutMs: backMs };
      const result = await takeBack(
        portsOf(context, platform),
        where,
        { gateway: asked.gateway, ...moved },
        AbortSignal.timeout(backMs),
      );
      if (result.verdict === 'pass') moved = undefined;
      return result;
    },
  };
}
