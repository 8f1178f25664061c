import type { HttpResponse } from '../../../http/send.ts';
import { type LoginExplanation, type ServerLogin, saidBy } from './login.ts';

export interface SecretSettings {
  /** User of basic authentication, whose password is the token. */
  user?: string | undefined;
  /** Bearer token, or with a user its password. */
  token?: string | undefined;
  /** Headers of the user. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Tenant of Mimir, Cortex or Loki. */
  tenant?: string | undefined;
}

/** Headers that go out with every login: those of the user, and the tenant. */
export const addedHeaders = ({ headers = {}, tenant }: SecretSettings): Record<string, string> => ({
  ...headers,
  ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
});

/** A user and a password as basic authentication sends them. Whoever reads it knows the password. */
export const basicOf = (user: string, token = ''): string =>
  Buffer.from(`${user}:${token}`).toString('base64');

/** Logs in with what the user gave: a bearer token, a user with a password, or headers. */
export function secretLogin(settings: SecretSettings): ServerLogin {
  const { user, token } = settings;
  const authorization =
    user !== undefined
      ? `Basic ${basicOf(user, token)}`
      : token !== undefined
        ? `Bearer ${token}`
        : undefined;
  const headers = { ...(authorization ? { authorization } : {}), ...addedHeaders(settings) };
  return { headers: async () => headers, explain: (answer) => explainSecret(answer, settings) };
}

function explainSecret(
  answer: HttpResponse,
  { user, token, headers = {}, tenant }: SecretSettings,
): LoginExplanation {
  const said = saidBy(answer);
  if (tenant === undefined && /no org id/i.test(said))
    return {
      why: 'It keeps several tenants, and nothing says which one is meant (X-Scope-OrgID).',
      fix: 'Set prometheus_tenant.',
    };
  const words = said ? ` It said: ${said}` : '';
  if (answer.status === 403)
    return {
      why: `The login is known, but it may not read these counts.${words}`,
      fix: `Give it the right to query metrics${tenant === undefined ? '' : ` of the tenant ${tenant}`}. In Grafana that is the role Viewer with the permission to query the data source.`,
    };
  const asks = /^\s*basic\b/i.test(answer.headers['www-authenticate'] ?? '') ? 'basic' : undefined;
  if (user === undefined && token === undefined && Object.keys(headers).length === 0)
    return {
      why: `It wants a login.${words}`,
      fix: asks
        ? 'Set prometheus_user and prometheus_token.'
        : 'Set prometheus_token, or prometheus_user as well for basic authentication.',
    };
  if (user === undefined && asks)
    return {
      why: 'It wants a user and a password, and got a bearer token.',
      fix: 'Set prometheus_user. Grafana Cloud shows its number beside the URL.',
    };
  return {
    why: `It does not accept this login. The secret may be wrong, or have ended.${words}`,
    fix: 'Check prometheus_url and prometheus_token.',
  };
}
