import type { Provider } from './identity.ts';
import type { RunnerKind } from './runner-kind.ts';

/** Where to get GitHub's token: an HTTP GET that answers with JSON. */
export interface TokenEndpoint {
  /** The URL with GitHub's own query. `audience` is added if the query does not have it yet. */
  url: string;
  headers: Record<string, string>;
  /** Field of the JSON answer that holds the token. */
  field: string;
}

/** Facts about this run that explain why GitHub gave it no token. */
export interface RunFacts {
  repository?: string | undefined;
  eventName?: string | undefined;
  /** True if the environment shows a pull request from a fork. */
  fromFork?: boolean | undefined;
  workflowRef?: string | undefined;
  /** Default: `github`. */
  runner?: RunnerKind | undefined;
}

/** Everything that a login needs, as plain data. No server has checked it yet. */
export interface LoginRequest {
  /** `inputs`: the inputs name a provider. `file`: an earlier step left credentials. `local`: a person's machine. `none`: nothing. */
  source: 'inputs' | 'file' | 'local' | 'none';
  /** Who logged in on this machine, as a member of IAM. Known after the first token. */
  member?: (() => string | undefined) | undefined;
  /** Environment variable and path of the credentials, for messages. */
  from?: string | undefined;
  /** Why the credentials of an earlier step cannot be used. Thrown at the first use of a token. */
  refusal?:
    | { code: 'login-key-refused' | 'login-missing'; what: string; why?: string | undefined; fix: string }
    | undefined;
  provider?: Provider | undefined;
  /** `aud` of GitHub's token. */
  oidcAudience?: string | undefined;
  /** Undefined if the runner gave this job no way to ask for a token. */
  endpoint?: TokenEndpoint | undefined;
  /** Account to impersonate for access tokens. Without it the federated identity acts itself. */
  serviceAccount?: string | undefined;
  /** Account that mints ID tokens. Required if no account is impersonated. */
  invokerServiceAccount?: string | undefined;
  /** The chain of accounts between the federated identity and `serviceAccount`. */
  delegates: string[];
  /** OAuth scopes of impersonated access tokens. */
  scopes: string[];
  /** Lifetime of an impersonated access token. */
  lifetimeSeconds: number;
  includeEmail: boolean;
  universe: string;
  /** Hosts that may receive the login although they are not Google's. */
  trustedEndpoints?: readonly string[] | undefined;
  requestReason?: string | undefined;
  projectId?: string | undefined;
  /** How long to keep trying if a recent change of IAM could explain the refusal. */
  propagationSeconds: number;
  run: RunFacts;
}

export const cloudPlatformScope = 'https://www.googleapis.com/auth/cloud-platform';
