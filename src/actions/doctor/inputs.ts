import type { Context } from '../../runner/context.ts';
import { readLogin } from '../login/inputs.ts';

/** All inputs of `doctor`. Notes problems; `inputs.done()` reports them at once. */
export function readDoctor({ inputs, env, localLogin }: Pick<Context, 'inputs' | 'env' | 'localLogin'>) {
  const values = inputs.of('doctor');
  return {
    login: readLogin({ inputs, env, localLogin }, values),
    name: values.name,
    region: values.region,
    kind: values.target,
    runtimeAccount: values.runtime_service_account,
    suite: values.suite,
    suiteIsSet: inputs.isSet('suite'),
    sloFile: values.slo_file,
    githubToken: values.github_token ?? env.GITHUB_TOKEN ?? env.GH_TOKEN,
  };
}
