import { randomBytes } from 'node:crypto';
import type { Principal } from './types.ts';

export interface AccessToken {
  principal: Principal;
  scopes: readonly string[];
  /** Milliseconds since the epoch. */
  expires: number;
}

/** Opaque OAuth access tokens. `ya29.` for service accounts, `ya29.d.` for federated callers, as Google's look. */
export class TokenStore {
  readonly #tokens = new Map<string, AccessToken>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  issue(token: AccessToken, prefix: 'ya29.c.' | 'ya29.d.'): string {
    const value = `${prefix}${randomBytes(48).toString('base64url')}`;
    this.#tokens.set(value, token);
    return value;
  }

  lookup(value: string): AccessToken | 'unknown' | 'expired' {
    const token = this.#tokens.get(value);
    if (!token) return 'unknown';
    return token.expires <= this.#now() ? 'expired' : token;
  }

  /** Every issued token is worth nothing from now on. */
  revokeAll(): void {
    this.#tokens.clear();
  }
}
