import { isObject, type JsonObject, listOf, objectOf, textOf } from '../../data/json.ts';
import { isPlaceholder } from './placeholder.ts';

const isSecret = (value: unknown): boolean => {
  const text = textOf(value);
  return text !== undefined && !isPlaceholder(text);
};

/** Kinds of JSON files that hold credentials, whatever their name is. */
const kinds: readonly [(value: JsonObject) => boolean, string][] = [
  [
    (value) => value.type === 'service_account' && (textOf(value.private_key)?.length ?? 0) > 64,
    'a service account key',
  ],
  [
    (value) =>
      ['authorized_user', 'external_account_authorized_user'].includes(String(value.type)) &&
      isSecret(value.refresh_token),
    'the credentials of a person (gcloud auth application-default login)',
  ],
  [
    (value) =>
      value.type === 'impersonated_service_account' &&
      isSecret(objectOf(value.source_credentials).refresh_token),
    'the credentials of a person (gcloud auth application-default login)',
  ],
  [
    (value) =>
      value.type === 'external_account' &&
      /bearer/i.test(JSON.stringify(objectOf(value.credential_source).headers ?? '')),
    'a credentials file that mints tokens',
  ],
  [(value) => isSecret(objectOf(value.web).client_secret), 'an OAuth client secret'],
  [(value) => isSecret(objectOf(value.installed).client_secret), 'an OAuth client secret'],
  [
    (value) =>
      [...Object.values(objectOf(value.auths)), ...Object.values(isDockercfg(value) ? value : {})].some(
        (entry) =>
          ['auth', 'password', 'identitytoken', 'registrytoken'].some((name) =>
            isSecret(objectOf(entry)[name]),
          ),
      ),
    'a password of a container registry',
  ],
  [
    (value) =>
      value.kind === 'Config' &&
      listOf(value.users).some((entry) => {
        const user = objectOf(objectOf(entry).user);
        const provider = objectOf(objectOf(user['auth-provider']).config);
        return (
          ['token', 'password', 'client-key-data'].some((name) => isSecret(user[name])) ||
          ['access-token', 'id-token', 'refresh-token'].some((name) => isSecret(provider[name]))
        );
      }),
    'credentials of a Kubernetes cluster',
  ],
  [
    (value) =>
      ['github-oauth', 'gitlab-oauth', 'gitlab-token', 'bearer', 'http-basic', 'bitbucket-oauth'].some(
        (name) =>
          Object.values(objectOf(value[name])).some(
            (entry) =>
              isSecret(entry) ||
              ['password', 'token', 'consumer-secret'].some((key) => isSecret(objectOf(entry)[key])),
          ),
      ),
    'a token of Composer (auth.json)',
  ],
  [(value) => [value, ...listOf(value.keys).map(objectOf)].some(isPrivateJwk), 'a private key (JWK)'],
];

/** RFC 7517: `d` is the private part of RSA and elliptic curves, `k` is a symmetric key. */
const isPrivateJwk = ({ kty, d, k }: JsonObject): boolean =>
  (['RSA', 'EC', 'OKP'].includes(String(kty)) && (textOf(d)?.length ?? 0) > 40) ||
  (kty === 'oct' && (textOf(k)?.length ?? 0) > 20);

/** The old form of Docker's file: registries at the top. */
const isDockercfg = (value: JsonObject): boolean =>
  Object.values(value).every((entry) => isObject(entry) && 'auth' in entry && 'email' in entry);

/** A text without any of these words holds none of the kinds, so it does not have to be parsed. */
export const jsonMarkers =
  /"(type|kty|auths?|client_secret|kind|http-basic|bearer|git(hub|lab)-(oauth|token)|bitbucket-oauth)"/;

/** Names the kind of credentials in a JSON file. Undefined if it holds none. */
export function credentialsIn(json: unknown): string | undefined {
  const value = objectOf(json);
  return kinds.find(([holds]) => holds(value))?.[1];
}
