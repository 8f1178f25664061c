import type { Provider } from './identity.ts';

/** Where GitHub's token comes from: an HTTP GET that answers JSON. */
export interface TokenEndpoint {
  /** With the query of GitHub; `audience` is added unless it is part of it already. */
  url: string;
  headers: Record<string, string>;
  /** Field of the JSON answer that holds the token. */
  field: string;
}

/** Plain facts about this run that explain a login which got no token at all. */
export interface RunFacts {
  repository?: string | undefined;
  eventName?: string | undefined;
  /** True for a pull request from a fork, as far as the environment tells. */
  fromFork?: boolean | undefined;
  workflowRef?: string | undefined;
}

/** Everything that a login needs, as plain data. Nothing in it is checked against a server yet. */
export interface LoginRequest {
  /** `inputs`: a provider was given; `file`: credentials of an earlier step; `none`: neither. */
  source: 'inputs' | 'file' | 'none';
  /** Environment variable and path that the credentials came from, for messages. */
  from?: string | undefined;
  /** Why credentials that were found cannot be used; thrown at the first use of a token. */
  refusal?:
    | { code: 'login-key-refused' | 'login-missing'; what: string; why?: string | undefined; fix: string }
    | undefined;
  provider?: Provider | undefined;
  /** `aud` of GitHub's token. */
  oidcAudience?: string | undefined;
  /** Undefined where the runner gave this job no way to ask for a token. */
  endpoint?: TokenEndpoint | undefined;
  /** Account to impersonate for access tokens; without it the federated identity acts itself. */
  serviceAccount?: string | undefined;
  /** Account that mints ID tokens; needed where federation is direct. */
  invokerServiceAccount?: string | undefined;
  /** Accounts between the federated identity and `serviceAccount`, in order. */
  delegates: string[];
  /** OAuth scopes of impersonated access tokens. */
  scopes: string[];
  /** Seconds that an impersonated access token lives. */
  lifetimeSeconds: number;
  includeEmail: boolean;
  universe: string;
  requestReason?: string | undefined;
  projectId?: string | undefined;
  /** Seconds to go on trying where a fresh IAM change could explain the refusal. */
  propagationSeconds: number;
  run: RunFacts;
}

export const cloudPlatformScope = 'https://www.googleapis.com/auth/cloud-platform';
