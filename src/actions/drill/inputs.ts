import type { LoginRequest } from '../../domain/login/request.ts';
import type { Context } from '../../runner/context.ts';
import type { DrillRequest } from '../../steps/drill/ports.ts';
import { readLogin } from '../login/inputs.ts';

export interface DrillInputs {
  login: LoginRequest;
  request: Omit<DrillRequest, 'run' | 'member' | 'signal'>;
}

/** All inputs of `drill`. Notes problems; `inputs.done()` reports them at once. */
export function readDrill({
  inputs,
  env,
  localLogin,
}: Pick<Context, 'inputs' | 'env' | 'localLogin'>): DrillInputs {
  const values = inputs.of('drill');
  // Unset if it could not be parsed, which is reported as a problem.
  const buckets = values.drill_buckets ?? [];
  return {
    login: readLogin({ inputs, env, localLogin }, values),
    request: {
      mode: values.mode,
      buckets,
      targets: { rpo: values.rpo, rto: values.rto, window: values.recovery_window },
      canaries: values.canaries,
      bytes: values.canary_kib * 1024,
      prefix: values.drill_prefix,
      results: values.results_bucket ?? buckets[0]?.bucket ?? '',
      copyWaitMs: values.copy_wait * 1000,
      paceMs: 5000,
    },
  };
}
