import type { LoginRequest } from '../../domain/login/request.ts';
import type { NeededFor } from '../../domain/preflight/permissions.ts';
import { stagesOf } from '../../domain/preflight/stages.ts';
import type { Context } from '../../runner/context.ts';
import type { DeployTarget } from '../../steps/ports/target.ts';
import type { PreflightResult } from '../../steps/preflight/preflight.ts';
import type { Platform } from '../login/platform.ts';
import { type AskedModel, modelUse } from '../model/inputs.ts';
import { runPreflight, withoutCalls } from '../preflight/preflight.ts';

/** Tries what a rollback needs. For a dry run only: in an emergency nothing may stand before the rollback itself. */
export async function tryRollback(
  context: Context,
  world: { platform: Platform; login: LoginRequest; target: Pick<DeployTarget, 'read'> },
  target: { project: string; region: string; name: string },
  asked: AskedModel | undefined,
  signal: AbortSignal,
): Promise<PreflightResult> {
  const model = asked && modelUse(asked, target.project);
  const use = {
    stages: new Set<NeededFor>([...stagesOf.rollback, ...(model?.follows ? ['Model' as const] : [])]),
    model,
    ...withoutCalls,
    asked: {},
    ingress: undefined,
    runtimeAccount: undefined,
    buildAccount: undefined,
    // A rollback makes nothing new, so another region is no question.
    newRegion: true,
    kind: undefined,
  };
  const result = await runPreflight(context, world, { ...target, mode: 'warn', use }, signal);
  for (const warning of result.warnings) context.log.warning(warning);
  return result;
}
