import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoginRequest } from '../../domain/login/request.ts';
import { sloFile, suiteFile } from '../../domain/product.ts';
import { parseCanary } from '../../domain/release/canary.ts';
import type { Environment, Inputs } from '../../inputs/reader.ts';
import type { Context } from '../../runner/context.ts';
import type { ReleaseRequest } from '../../steps/release/release.ts';
import { readDeploy } from '../deploy/inputs.ts';
import { readLogin } from '../login/inputs.ts';
import {
  type ObjectiveSettings,
  readObjectives,
  readOpenEnds,
  readRule,
  type SourceSettings,
  sourceFor,
} from '../watch/inputs.ts';
import { readSloFile } from '../watch/slo-file.ts';
import type { StageSettings } from './stage-settings.ts';

export interface ReleaseInputs {
  login: LoginRequest;
  stages: StageSettings;
  request: Omit<ReleaseRequest, 'functionName' | 'owner'>;
  /** What is promised, and over which window. */
  slo: ObjectiveSettings;
  source: SourceSettings;
  githubToken: string | undefined;
}

/** All inputs of the root action. Notes problems; `inputs.done()` reports them at once. */
export async function readRelease(context: Context): Promise<ReleaseInputs> {
  const { inputs, env } = context;
  const login = readLogin(inputs, env);
  const deploy = readDeploy(inputs, login.projectId);
  const stepSeconds = inputs.durationWithin('step_duration', 300, 1, 86_400);
  const fullSeconds = inputs.durationWithin('duration', 600, 1, 86_400);
  const pollSeconds = inputs.durationWithin('poll_interval', 10, 1, 300);
  const slo = await objectives(inputs, env);
  const suite = suitePath(inputs, env);
  const probes = readProbes(inputs, suite);
  return {
    login,
    slo,
    source: sourceFor(inputs, probes !== undefined, slo.objectives),
    githubToken: inputs.text('github_token') ?? env.GITHUB_TOKEN,
    stages: {
      deploy,
      requireProof: inputs.choice('require_proof', ['partial', 'complete']) ?? 'partial',
      trusted: inputs.list('trusted_principals') ?? [],
      propagationSeconds: inputs.durationWithin('propagation_timeout', 420, 1, 3600),
      suite,
      probes,
      objectives: slo.objectives,
      pollSeconds,
      alpha: undefined,
      until: inputs.choice('until', ['pass', 'duration']) ?? 'pass',
      rule: readRule(inputs),
      policy: readOpenEnds(inputs),
      verifySeconds: inputs.durationWithin('verify_duration', 60, 0, 3600),
      windowSeconds: slo.windowSeconds,
      onExhausted: inputs.choice('on_exhausted', ['block', 'warn']) ?? 'block',
      override: inputs.text('budget_override', { maxLength: 500 }),
    },
    request: {
      steps: inputs.custom('canary', parseCanary) ?? [5, 25, 50, 100],
      stepSeconds,
      fullSeconds,
      buildSeconds: deploy.deadlineSeconds,
      afterPromote: inputs.choice('after_promote', ['pinned', 'latest']) ?? 'pinned',
      guardMode: inputs.choice('guard_mode', ['enforce', 'verify']) ?? 'enforce',
      retryFailed: inputs.boolean('retry_failed') ?? false,
      waitSeconds: inputs.durationWithin('wait_for_other', 600, 0, 6 * 3600),
      dryRun: inputs.boolean('dry_run') ?? false,
      lookSeconds: 15,
      ...(env.GITHUB_SHA && /^[0-9a-f]{7,64}$/.test(env.GITHUB_SHA) ? { commit: env.GITHUB_SHA } : {}),
    },
  };
}

/** Probes come from a suite of their own, else from the smoke suite. */
function readProbes(inputs: Inputs, suite: string | undefined): StageSettings['probes'] {
  const perMinute = inputs.integer('probes_per_minute', 0, 120) ?? 0;
  const path = inputs.text('probe_suite', { maxLength: 500 }) ?? suite;
  if (perMinute === 0) return undefined;
  if (path === undefined)
    inputs.problem('probe_suite: missing: expected the path of a smoke suite, since smoke_suite names none');
  return { suite: path ?? '', perMinute };
}

/** The named suite, else the one that lies in the workspace under its usual name. */
function suitePath(inputs: Inputs, env: Environment): string | undefined {
  const named = inputs.text('smoke_suite');
  if (named === 'none') return undefined;
  if (named !== undefined) return named;
  return existsSync(join(env.GITHUB_WORKSPACE ?? '.', suiteFile)) ? suiteFile : undefined;
}

/** `slo`, `latency_slo` or `slo_file`; else the usual file of the workspace; else 99.5 % of requests without an error. */
async function objectives(inputs: Inputs, env: Environment): Promise<ObjectiveSettings> {
  const windowSeconds = 30 * 86_400;
  if (inputs.text('slo') === 'none') return { objectives: [], windowSeconds, file: undefined };
  const workspace = env.GITHUB_WORKSPACE || '.';
  const given = await readObjectives(inputs, workspace);
  if (given) return given;
  if (existsSync(join(workspace, sloFile))) {
    const file = await readSloFile(sloFile, workspace);
    return { objectives: file.objectives, windowSeconds: file.windowSeconds, file };
  }
  return {
    objectives: [{ id: 'availability', kind: 'availability', target: 0.995 }],
    windowSeconds,
    file: undefined,
  };
}
