import { resolve } from 'node:path';
import { objectOf, textOf } from '../../domain/data/json.ts';
import type { Context } from '../../runner/context.ts';
import { readEvent } from '../../runner/event.ts';
import type { CheckRequest } from '../../steps/check/check.ts';

export interface CheckInputs {
  root: string;
  request: CheckRequest;
}

/** All inputs of `check`. */
export function readCheck({ inputs, env, clock }: Pick<Context, 'inputs' | 'env' | 'clock'>): CheckInputs {
  const values = inputs.of('check');
  return {
    root: resolve(env.GITHUB_WORKSPACE || '.', values.path),
    request: {
      base: values.base ?? baseOf(env),
      failOn: values.fail_on,
      failSeverity: values.fail_severity,
      today: new Date(clock.now()).toISOString().slice(0, 10),
      identity: {
        repository: env.GITHUB_REPOSITORY || undefined,
        repositoryId: env.GITHUB_REPOSITORY_ID || undefined,
        ownerId: env.GITHUB_REPOSITORY_OWNER_ID || undefined,
      },
    },
  };
}

/** The commit that the event compares with: the base of a pull request, or what the branch was before a push. */
export function baseOf(env: Context['env']): string | undefined {
  const event = readEvent(env);
  const base =
    textOf(objectOf(objectOf(event.pull_request).base).sha) ??
    textOf(objectOf(event.merge_group).base_sha) ??
    textOf(event.before);
  if (base !== undefined && /^[0-9a-f]{40}$/.test(base) && !/^0+$/.test(base)) return base;
  return env.GITHUB_BASE_REF || undefined;
}
