import { ReleaseError } from '../../domain/errors/errors.ts';
import { stagesOf } from '../../domain/preflight/stages.ts';
import { capital } from '../../domain/text/sentence.ts';
import type { Context } from '../../runner/context.ts';
import type { PreflightResult } from '../../steps/preflight/preflight.ts';
import { askedOf, type PreflightWorld, runPreflight, withoutCalls } from '../preflight/preflight.ts';
import type { DeployInputs } from './inputs.ts';

/** Tries what a deploy needs before its first change. Throws `preflight-failed` if something necessary is missing. */
export async function tryDeploy(
  context: Context,
  world: PreflightWorld,
  { request, preflight, newRegion }: DeployInputs,
  signal: AbortSignal,
): Promise<PreflightResult> {
  const { log } = context;
  const { project, region, name, dryRun, settings, image, kind } = request;
  const use = {
    stages: new Set(stagesOf.deploy),
    ...withoutCalls,
    newRegion,
    kind,
    ...askedOf(settings, project),
  };
  const mode = dryRun ? 'warn' : preflight;
  const result = await runPreflight(
    context,
    world,
    { project, region, name, image, mode, plan: dryRun, use },
    signal,
  );
  for (const warning of result.warnings) log.warning(warning);
  if (result.verdict !== 'fail') return result;
  const { fix, commands } = result.findings.find(({ rule }) => rule === 'preflight-missing') ?? {};
  const what = `${capital(result.reason)}.`;
  const error = new ReleaseError('preflight-failed', { what, fix, commands });
  error.evidence = { preflight: result.evidence };
  error.findings = result.findings;
  throw error;
}
