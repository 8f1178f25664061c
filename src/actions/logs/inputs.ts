import type { Context } from '../../runner/context.ts';
import { readLogin } from '../login/inputs.ts';

/** All inputs of `logs`. Notes problems; `inputs.done()` reports them at once. */
export function readLogs({ inputs, env, localLogin }: Pick<Context, 'inputs' | 'env' | 'localLogin'>) {
  const values = inputs.of('logs');
  return {
    login: readLogin({ inputs, env, localLogin }, values),
    name: values.name,
    region: values.region,
    revision: values.revision,
    since: values.since,
  };
}
