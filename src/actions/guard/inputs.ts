import type { LoginRequest } from '../../domain/login/request.ts';
import type { Context } from '../../runner/context.ts';
import { type GuardRequest, guardDefaults } from '../../steps/guard/guard.ts';
import { readLogin } from '../login/inputs.ts';

export interface GuardInputs {
  login: LoginRequest;
  request: Omit<GuardRequest, 'project' | 'signal'>;
  /** What to do if the function does not exist. */
  missing: 'fail' | 'pass';
}

/** All inputs of `guard`. Notes problems; `inputs.done()` reports them at once. */
export function readGuard({
  inputs,
  env,
  localLogin,
}: Pick<Context, 'inputs' | 'env' | 'localLogin'>): GuardInputs {
  const values = inputs.of('guard');
  return {
    login: readLogin({ inputs, env, localLogin }, values),
    request: {
      ...guardDefaults,
      name: values.name,
      region: values.region,
      mode: values.mode,
      requireProof: values.require_proof,
      propagationSeconds: values.propagation_timeout,
      scope: 'full',
      trusted: values.trusted_principals ?? [],
      probeUrls: values.probe_urls ?? [],
    },
    missing: values.if_missing,
  };
}
