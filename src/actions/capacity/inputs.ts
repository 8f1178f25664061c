import type { Context } from '../../runner/context.ts';
import { readLogin } from '../login/inputs.ts';

/** All inputs of `capacity`. Notes problems; `inputs.done()` reports them at once. */
export function readCapacity({ inputs, env, localLogin }: Pick<Context, 'inputs' | 'env' | 'localLogin'>) {
  const values = inputs.of('capacity');
  return {
    login: readLogin({ inputs, env, localLogin }, values),
    name: values.name,
    region: values.region,
    suite: values.suite,
    quantile: values.latency_slo,
    limitMs: values.latency_threshold * 1000,
    rate: values.rate,
    axes: {
      cpu: values.cpu_choices,
      memoryMib: values.memory_choices,
      concurrency: values.concurrency_choices,
      instances: values.instance_choices,
    },
    warmMs: values.warm_up * 1000,
    limits: {
      maxCalls: values.max_calls,
      maxDollars: values.max_cost,
      withinMs: values.measure_timeout * 1000,
    },
    apply: values.apply,
    githubToken: values.github_token,
    jobId: values.job_id,
  };
}
