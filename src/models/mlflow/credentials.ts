import { ReleaseError } from '../../domain/errors/errors.ts';
import type { OutsideLogin } from '../../steps/ports/outside-login.ts';

/**
 * The header by which MLflow knows this job, from the inputs, else from MLflow's own variables. Empty: the server asks for none.
 * Throws if those variables are for another server than `base`.
 */
export function credentialsOf(
  { token, user }: { token: string | undefined; user: string | undefined },
  { env, mask }: Pick<OutsideLogin, 'env' | 'mask'>,
  base: string,
): Record<string, string> {
  if (token === undefined) refuseOther(env, base);
  const own = token ?? env.MLFLOW_TRACKING_TOKEN;
  const name = user ?? (token === undefined ? env.MLFLOW_TRACKING_USERNAME : undefined);
  const password =
    user === undefined ? env.MLFLOW_TRACKING_PASSWORD : (token ?? env.MLFLOW_TRACKING_PASSWORD);
  if (user !== undefined && !password)
    throw new ReleaseError('input-invalid', {
      what: 'mlflow_user has no password.',
      fix: 'Set the variable MLFLOW_TRACKING_PASSWORD to it. A workflow may give it as mlflow_token.',
    });
  if (name && password) {
    const pair = Buffer.from(`${name}:${password}`).toString('base64');
    mask(password);
    mask(pair);
    return { authorization: `Basic ${pair}` };
  }
  if (!own) return {};
  mask(own);
  return { authorization: `Bearer ${own}` };
}

/** MLflow's variables belong together: a login beside the address of one server is not meant for another that `model` names. */
function refuseOther(env: OutsideLogin['env'], base: string): void {
  const {
    MLFLOW_TRACKING_URI: uri = '',
    MLFLOW_TRACKING_TOKEN: token,
    MLFLOW_TRACKING_PASSWORD: password,
  } = env;
  if (!(token || password) || !/^https?:/i.test(uri) || !URL.canParse(uri)) return;
  const { host } = new URL(uri);
  if (host === new URL(base).host) return;
  throw new ReleaseError('endpoint-refused', {
    what: `The login in MLflow's variables was not sent to ${base}, because MLFLOW_TRACKING_URI names ${host}.`,
    fix: 'Correct the host in model, or set mlflow_token for that server.',
  });
}
