import type { LoginRequest } from '../../domain/login/request.ts';
import type { NeededFor } from '../../domain/preflight/permissions.ts';
import { stagesOf } from '../../domain/preflight/stages.ts';
import type { PreflightUse } from '../../domain/preflight/use.ts';
import type { Context } from '../../runner/context.ts';
import { googleCountsOf } from '../../sli/registry.ts';
import type { Images } from '../../steps/ports/images.ts';
import type { Prober } from '../../steps/ports/prober.ts';
import type { DeployTarget } from '../../steps/ports/target.ts';
import type { PreflightStage } from '../../steps/release/ports.ts';
import type { Platform } from '../login/platform.ts';
import { modelUse } from '../model/inputs.ts';
import { askedOf, runPreflight } from '../preflight/preflight.ts';
import { alive } from '../rollback/serving-proof.ts';
import { ownAudience } from '../smoke-test/door.ts';
import type { StageSettings } from './stage-settings.ts';

export interface PreflightParts {
  platform: Platform;
  login: LoginRequest;
  target: Pick<DeployTarget, 'read'>;
  images: Images;
  prober: Prober;
}

/** What a release with these settings needs of Google Cloud. */
function useOf(settings: StageSettings): Omit<PreflightUse, 'hosted' | 'invoker'> {
  const { deploy, suite, probes, objectives, source, policy, newRegion, door } = settings;
  const watches = objectives.length > 0;
  const stages: NeededFor[] = [...stagesOf.release];
  if (suite !== undefined || probes !== undefined) stages.push('Smoke test');
  if (watches) stages.push('Watch');
  if (settings.asksAlerts) stages.push('Open alerts');
  if (settings.gateway !== undefined) stages.push('Gateway');
  // What releases a gateway reads one too.
  else if (door?.kind === 'gateway' && door.url === undefined) stages.push('Front door');
  const model = settings.model && modelUse(settings.model, deploy.project);
  if (model !== undefined) stages.push('Model');
  return {
    stages: new Set(stages),
    counts: watches ? googleCountsOf(source) : undefined,
    blindPromotes: policy.blind === 'promote',
    smoke: suite !== undefined,
    probes: probes !== undefined,
    newRegion,
    kind: deploy.kind,
    ...askedOf(deploy.settings, deploy.project),
    model,
    gatewayAccount: settings.gateway?.account,
  };
}

/** Tries what a release needs before its first change. */
export function tryRelease(
  context: Context,
  { platform, login, target: deployed, images, prober }: PreflightParts,
  settings: StageSettings,
  signal: AbortSignal,
): Promise<PreflightStage> {
  const { project, region, name, image } = settings.deploy;
  const { log } = context;
  const call = async (url: string, stop?: AbortSignal) => {
    try {
      const quiet = { ...log, line: log.debug };
      const audience = ownAudience(settings.door, url);
      const answer = await alive(prober, platform, quiet, url, { project, region, name }, stop, audience);
      if (answer.answered) return 'function';
      return answer.by === 'invoker' || answer.by === 'ingress' ? answer.by : undefined;
    } catch (error) {
      if (stop?.aborted) throw error;
      return undefined;
    }
  };
  const target = {
    project,
    region,
    name,
    image,
    mode: settings.preflight,
    plan: settings.plan,
    use: useOf(settings),
  };
  const audienceOf = (url: string) => ownAudience(settings.door, url) ?? url;
  return runPreflight(
    context,
    { platform, login, target: deployed, images, call, audienceOf },
    target,
    signal,
  );
}
