import type { OutsideLogin } from '../../steps/ports/outside-login.ts';

/** The header by which MLflow knows this job, from the inputs, else from MLflow's own variables. Empty: the server asks for none. */
export function credentialsOf(
  { token, user }: { token: string | undefined; user: string | undefined },
  { env, mask }: Pick<OutsideLogin, 'env' | 'mask'>,
): Record<string, string> {
  const own = token ?? env.MLFLOW_TRACKING_TOKEN;
  const name = user ?? (token === undefined ? env.MLFLOW_TRACKING_USERNAME : undefined);
  const password = user === undefined ? env.MLFLOW_TRACKING_PASSWORD : token;
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
