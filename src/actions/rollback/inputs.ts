import type { Context } from '../../runner/context.ts';
import { askedRecord } from '../linked/inputs.ts';
import { readLogin } from '../login/inputs.ts';
import { askedModel } from '../model/inputs.ts';

/** All inputs of `rollback`. Notes problems; `inputs.done()` reports them at once. */
export function readRollback({ inputs, env, localLogin }: Pick<Context, 'inputs' | 'env' | 'localLogin'>) {
  const values = inputs.of('rollback');
  return {
    login: readLogin({ inputs, env, localLogin }, values),
    name: values.name,
    region: values.region,
    to: values.to,
    force: values.force,
    dryRun: values.dry_run,
    verifySeconds: values.verify_duration,
    target: values.slo,
    waitSeconds: values.wait_for_other,
    githubToken: values.github_token ?? env.GITHUB_TOKEN,
    jobId: values.job_id,
    model: askedModel(inputs, values, new Map()),
    record: askedRecord(values, env),
  };
}
