/** Tokens of the identity that an action runs as. They stay in memory and renew themselves. */
export interface Tokens {
  /** OAuth access token for Google APIs, valid for at least another minute. */
  accessToken(signal?: AbortSignal): Promise<string>;
  /** Google-signed ID token for one audience (the URL of the service), valid for at least another minute. */
  idToken(audience: string, signal?: AbortSignal): Promise<string>;
}

export interface TimedToken {
  token: string;
  /** By `clock.steady`. */
  expiresAt: number;
}

/** The token source, with what only `auth` and the doctor need. */
export interface LoginTokens extends Tokens {
  /** The federated token, before any service account is impersonated. */
  federated(signal?: AbortSignal): Promise<TimedToken>;
  access(signal?: AbortSignal): Promise<TimedToken>;
  /** A short access token of another account, asked for once. For what only that account can find out about itself. */
  accessAs(account: string, signal?: AbortSignal): Promise<string>;
  id(audience: string, signal?: AbortSignal): Promise<TimedToken>;
  /** Claims of the last token that GitHub issued to this run. Nothing here checks their signature. */
  claims(): Record<string, unknown> | undefined;
}
