import { randomBytes } from 'node:crypto';
import type { Principal } from './types.ts';

export interface AccessToken {
  principal: Principal;
  scopes: readonly string[];
  /** Milliseconds since the epoch. */
  expires: number;
}

/** Opaque OAuth access tokens. As at Google, they begin with `ya29.`, or with `ya29.d.` for federated callers. */
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

  /** Revokes every token that was issued so far. */
  revokeAll(): void {
    this.#tokens.clear();
  }
}
