import {
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

/** An RS256 key: its id, its private half, and its public half as a JWK (RFC 7517). */
export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  jwk: JsonWebKey & { kid: string; alg: 'RS256'; use: 'sig' };
}

export interface Jwt {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  signed: string;
  signature: Buffer;
}

export function createKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = randomBytes(20).toString('hex');
  return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signJwt(key: SigningKey, claims: Record<string, unknown>): string {
  const signed = `${encode({ alg: 'RS256', kid: key.kid, typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

/** Splits and decodes a token without verifying it. Returns undefined if it is not a JWT. */
export function decodeJwt(token: string): Jwt | undefined {
  const parts = token.split('.');
  if (parts.length !== 3) return undefined;
  try {
    const [header, claims] = parts
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown);
    if (typeof header !== 'object' || typeof claims !== 'object' || !header || !claims) return undefined;
    return {
      header: header as Record<string, unknown>,
      claims: claims as Record<string, unknown>,
      signed: `${parts[0]}.${parts[1]}`,
      signature: Buffer.from(parts[2] as string, 'base64url'),
    };
  } catch {
    return undefined;
  }
}

/** A public key that was read from its JWK, and the tokens that it is known to have signed. */
interface ReadKey {
  publicKey: KeyObject;
  proved: Set<string>;
}
const readKeys = new WeakMap<JsonWebKey, ReadKey>();
const MAX_PROVED = 1000;

function readKey(jwk: JsonWebKey): ReadKey {
  let found = readKeys.get(jwk);
  if (!found) {
    found = { publicKey: createPublicKey({ key: jwk, format: 'jwk' }), proved: new Set() };
    readKeys.set(jwk, found);
  }
  return found;
}

/**
 * True if the key with the token's `kid` made its signature. Only RS256 is accepted. The users of a service send one token
 * with thousands of requests, so its signature is computed once: the same bytes under the same key have the same answer.
 */
export function verifyJwt({ header, signed, signature }: Jwt, keys: readonly JsonWebKey[]): boolean {
  if (header.alg !== 'RS256') return false;
  const jwk = keys.find((candidate) => (candidate as { kid?: string }).kid === header.kid);
  if (!jwk) return false;
  const { publicKey, proved } = readKey(jwk);
  const token = `${signed}.${signature.toString('base64url')}`;
  if (proved.has(token)) return true;
  if (!verify('RSA-SHA256', Buffer.from(signed), publicKey, signature)) return false;
  if (proved.size >= MAX_PROVED) proved.clear();
  proved.add(token);
  return true;
}
