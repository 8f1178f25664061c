import { ReleaseError } from '../../domain/errors/errors.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { Context } from '../../runner/context.ts';
import type { Services } from '../../steps/ports/services.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import type { WatchProbes } from '../../steps/ports/watch-probes.ts';
import type { WatchStage, WatchTarget } from '../../steps/release/ports.ts';
import { watch } from '../../steps/watch/watch.ts';
import type { Platform } from '../login/platform.ts';
import { openProbes } from '../watch/probes.ts';
import type { StageSettings } from './stage-settings.ts';

/** The watch of one step of a release. It also sends probes if the user asked for them. */
export function bindWatch(
  context: Context,
  platform: Platform,
  ports: { source: SliSource; services: Services },
  settings: StageSettings,
): (target: WatchTarget, signal: AbortSignal) => Promise<WatchStage> {
  return async (target, signal) => {
    const probes = await probesOf(context, platform, ports.services, settings, target, signal);
    return watchTarget(context, { source: ports.source, probes }, settings, target, signal);
  };
}

/** Opens the probes at the URLs that the revisions have during this step. */
async function probesOf(
  context: Context,
  platform: Platform,
  services: Services,
  { probes, model }: StageSettings,
  { service: name, candidate, baseline, phase }: WatchTarget,
  signal: AbortSignal,
): Promise<WatchProbes | undefined> {
  if (probes === undefined) return undefined;
  const service = await services.get(name, signal);
  if (service === undefined)
    throw new ReleaseError('not-found', { what: `The Cloud Run service ${name} does not exist.` });
  const beside = phase === 'split' ? baseline : undefined;
  return openProbes(context, platform, probes.suite, {
    ...{ service, candidate, baseline: beside, services },
    asked: model?.text,
  });
}

function watchTarget(
  context: Context,
  ports: { source: SliSource; probes: WatchProbes | undefined },
  settings: StageSettings,
  target: WatchTarget,
  signal: AbortSignal,
): Promise<WatchStage> {
  const { clock, log } = context;
  const { service, candidate, baseline, share, phase, shiftedAt, settledAt, tagUrls, supply } = target;
  const { splitSeconds, fullSeconds, onState, together } = target;
  const { objectives, until, pollSeconds, rule, policy, alpha, clientErrors } = settings;
  return watch(
    { clock, log, ...ports },
    {
      ...{ service, candidate, baseline, share, phase, shiftedAt, settledAt, tagUrls, supply },
      ...{ splitSeconds, fullSeconds, together },
      ...{ objectives, until, pollSeconds, rule, policy, alpha, clientErrors, signal },
      durationSeconds: target.seconds,
      probesPerMinute: settings.probes?.perMinute,
      last: phase === 'full',
      onProgress: (_, state) => onState?.(state),
      state: target.state as WatchState | undefined,
    },
  );
}
