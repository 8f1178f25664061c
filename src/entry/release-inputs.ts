import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LoginRequest } from '../domain/login/request.ts';
import { parsePercentage } from '../domain/parse.ts';
import { parseCanary } from '../domain/rollout/canary.ts';
import type { Objective } from '../domain/watch/objective.ts';
import type { ReleaseRequest } from '../steps/release.ts';
import type { Context } from './context.ts';
import { readDeploy } from './deploy-inputs.ts';
import type { Environment, Inputs } from './inputs.ts';
import { readLogin } from './login-inputs.ts';
import type { StageSettings } from './release-stages.ts';

const defaultSuite = 'guarded-release.smoke.yaml';

export interface ReleaseInputs {
  login: LoginRequest;
  stages: StageSettings;
  request: Omit<ReleaseRequest, 'functionName' | 'owner'>;
  githubToken: string | undefined;
}

/** All inputs of the root action. Notes problems; `inputs.done()` reports them at once. */
export function readRelease(context: Context): ReleaseInputs {
  const { inputs, env } = context;
  const login = readLogin(inputs, env);
  const deploy = readDeploy(inputs, login.projectId);
  const bounded = (name: string, fallback: number, min: number, max: number): number => {
    const value = inputs.duration(name) ?? fallback;
    if (value < min || value > max)
      inputs.problem(`${name}: "${inputs.given[name]}": expected ${min}s to ${max / 60}m`);
    return value;
  };
  const stepSeconds = bounded('step_duration', 300, 1, 86_400);
  const fullSeconds = bounded('duration', 600, 1, 86_400);
  const pollSeconds = bounded('poll_interval', 10, 1, 300);
  const policies = ['promote', 'hold', 'roll_back'] as const;
  return {
    login,
    githubToken: inputs.text('github_token') ?? env.GITHUB_TOKEN,
    stages: {
      deploy,
      requireProof: inputs.choice('require_proof', ['partial', 'complete']) ?? 'partial',
      trusted: inputs.list('trusted_principals') ?? [],
      propagationSeconds: bounded('propagation_timeout', 420, 1, 3600),
      suite: suitePath(inputs, env),
      objectives: objectives(inputs),
      pollSeconds,
      alpha: undefined,
      until: inputs.choice('until', ['pass', 'duration']) ?? 'pass',
      policy: {
        too_few_requests: inputs.choice('on_too_few_requests', policies) ?? 'promote',
        blind: inputs.choice('on_blind', policies) ?? 'hold',
        platform: inputs.choice('on_platform', policies) ?? 'hold',
      },
    },
    request: {
      steps: inputs.custom('canary', parseCanary) ?? [5, 25, 50, 100],
      stepSeconds,
      fullSeconds,
      buildSeconds: deploy.deadlineSeconds,
      afterPromote: inputs.choice('after_promote', ['pinned', 'latest']) ?? 'pinned',
      guardMode: inputs.choice('guard_mode', ['enforce', 'verify']) ?? 'enforce',
      retryFailed: inputs.boolean('retry_failed') ?? false,
      waitSeconds: bounded('wait_for_other', 600, 0, 6 * 3600),
      dryRun: inputs.boolean('dry_run') ?? false,
      lookSeconds: 15,
      ...(env.GITHUB_SHA && /^[0-9a-f]{7,64}$/.test(env.GITHUB_SHA) ? { commit: env.GITHUB_SHA } : {}),
    },
  };
}

/** The named suite, else the one that lies in the workspace under its usual name. */
function suitePath(inputs: Inputs, env: Environment): string | undefined {
  const named = inputs.text('smoke_suite');
  if (named === 'none') return undefined;
  if (named !== undefined) return named;
  return existsSync(join(env.GITHUB_WORKSPACE ?? '.', defaultSuite)) ? defaultSuite : undefined;
}

function objectives(inputs: Inputs): Objective[] {
  const target = inputs.custom('slo', (text) => {
    if (text.toLowerCase() === 'none') return undefined;
    const value = parsePercentage(text);
    if (value >= 1 || value < 0.5)
      throw new Error('expected a percentage from 50% to below 100%, such as 99.5%');
    return value;
  });
  if (inputs.given.slo !== undefined && target === undefined) return [];
  return [{ id: 'availability', kind: 'availability', target: target ?? 0.995 }];
}
