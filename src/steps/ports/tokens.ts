/** Tokens of the identity that an action runs as. They stay in memory and renew themselves. */
export interface Tokens {
  /** OAuth access token for Google APIs, valid for at least another minute. */
  accessToken(signal?: AbortSignal): Promise<string>;
  /**
   * Google-signed ID token for one audience (the URL of the service), valid for at least another minute. For an audience that ends with `/*`, a JWT
   * that the account signs itself, as Identity-Aware Proxy takes it.
   */
  idToken(audience: string, signal?: AbortSignal): Promise<string>;
}

export interface TimedToken {
  token: string;
  /** By `clock.steady`. */
  expiresAt: number;
}

/** A login with what a person's machine has, in place of GitHub's. */
export interface LocalLogin {
  /** Where the credentials come from, for people. */
  from: string;
  /** Service account to act as, by impersonation. */
  account?: string | undefined;
  /** The project of gcloud's active configuration. */
  project?: string | undefined;
  /** The identity itself, before any impersonation, for instance `user:jane@example.com`. Known after the first token. */
  member: () => string | undefined;
  access: (signal?: AbortSignal) => Promise<TimedToken>;
  /** An ID token of the identity itself. Throws if it can have none. */
  id: (audience: string, signal?: AbortSignal) => Promise<TimedToken>;
}

/** The token source, with what only `auth` and the doctor need. */
export interface LoginTokens extends Tokens {
  /** The federated token, before any service account is impersonated. */
  federated(signal?: AbortSignal): Promise<TimedToken>;
  access(signal?: AbortSignal): Promise<TimedToken>;
  /**
   * Forgets every token. For a Google API that refuses one which should still be valid: it was revoked, or the machine slept
   * and its monotonic clock stood still.
   */
  renew?(): void;
  /** A short access token of another account, asked for once. For what only that account can find out about itself. */
  accessAs(account: string, signal?: AbortSignal): Promise<string>;
  id(audience: string, signal?: AbortSignal): Promise<TimedToken>;
  /** Claims of the last token that GitHub issued to this run. Nothing here checks their signature. */
  claims(): Record<string, unknown> | undefined;
}
