import type { LoginRequest } from '../../domain/login/request.ts';
import type { Context } from '../../runner/context.ts';
import type { DrillRequest } from '../../steps/drill/ports.ts';
import { readLogin } from '../login/inputs.ts';

export interface DrillInputs {
  login: LoginRequest;
  /** The two regions to compare. */
  regions: AskedRegions | undefined;
  /** Undefined: no backend service is named. */
  failover: AskedFailover | undefined;
  request: Omit<DrillRequest, 'run' | 'member' | 'signal' | 'regions' | 'failover' | 'balancer'>;
}

/** The exercise of a failover. */
export interface AskedFailover {
  /** False: no traffic is moved. Only what an earlier exercise left is told. */
  exercise: boolean;
  backendService: string;
  frontUrl: string;
  waitMs: number;
}

export interface AskedRegions {
  name: string;
  first: string;
  second: string;
  capacityFile: string | undefined;
  needed: number | undefined;
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
  const { name = '', region: first, second_region: second, capacity_file: capacityFile } = values;
  if (second !== undefined && name === '') inputs.missing('name');
  if (second !== undefined && second === first)
    inputs.problem('second_region', 'expected another region than region');
  const { exercise, backend_service: backendService, front_url: frontUrl } = values;
  if (exercise)
    for (const needed of [
      'second_region',
      'backend_service',
      'front_url',
      'needed_rate',
      'capacity_file',
    ] as const)
      if (!inputs.isSet(needed)) inputs.missing(needed);
  return {
    failover:
      exercise || backendService !== undefined
        ? {
            exercise,
            ...{ backendService: backendService ?? '', frontUrl: frontUrl ?? '' },
            waitMs: values.exercise_wait * 1000,
          }
        : undefined,
    regions:
      second === undefined ? undefined : { name, first, second, capacityFile, needed: values.needed_rate },
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
