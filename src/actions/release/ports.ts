import type { Context } from '../../runner/context.ts';
import type { ReleasePorts } from '../../steps/release/ports.ts';
import { outsideLogin } from '../login/outside.ts';
import type { Platform } from '../login/platform.ts';
import { trafficPorts } from '../rollback/traffic-ports.ts';
import { programRunner } from '../watch/programs.ts';
import type { ReleaseInputs } from './inputs.ts';
import type { StageSettings } from './stage-settings.ts';
import { bindStages } from './stages.ts';

/** The clients and stages with which one region is released. */
export async function openPorts(
  context: Context,
  platform: Platform,
  inputs: ReleaseInputs,
  settings: StageSettings,
): Promise<Omit<ReleasePorts, 'observer'>> {
  const { clock, log, signal } = context;
  const { project, region, name } = settings.deploy;
  const traffic = trafficPorts(context, platform, inputs.githubToken, {
    place: { project, region, name },
    kind: settings.deploy.kind,
    fromSource: settings.deploy.image === undefined,
  });
  const { rest } = platform;
  const source = await inputs.source.open({
    ...{ rest, clock, log, projectId: project, member: platform.member, region },
    objectives: inputs.slo.objectives,
    outside: outsideLogin(context, platform),
    runProgram: programRunner(context),
  });
  const stages = bindStages(context, { platform, login: inputs.login }, settings, source);
  return { ...traffic, stages, signal, clock, log };
}
