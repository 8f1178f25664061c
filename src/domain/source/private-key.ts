import { objectOf } from '../data/json.ts';

/** Credentials by content: what a scan of every uploaded byte looks for. */

/** The bytes that a scan searches for first; only around a hit is more looked at. */
export const keyMarkers = ['-----BEGIN ', 'LS0tLS1CRUdJTi', '0tLS0tQkVHSU4g', 'tLS0tLUJFR0lOI'] as const;

/**
 * The last three markers are `-----BEGIN ` in base64, as it falls on groups of three bytes. What a group lacks in
 * front, so that it decodes to dashes again:
 */
const missing = ['', '', 'AS', 'AAA'];

/** Longest text after a marker that is looked at, in characters: an RSA key of 16384 bits takes 12.7 KB. */
export const keyWindow = 20_000;

const pem = /-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY(?: BLOCK)?-----([\s\S]*?)-----END /;

/** Does a PEM body hold a real key, not `...` or `<your key>`? DER begins with a SEQUENCE; OpenSSH and PGP have marks. */
function holdsKey(kind: string, body: string): boolean {
  if (/ENCRYPTED/.test(kind) || /Proc-Type: 4,ENCRYPTED/.test(body)) return body.length > 64;
  const base64 = body.replace(/\\[nr]/g, '').replace(/[^A-Za-z0-9+/=]/g, '');
  if (base64.length < 44) return false;
  if (kind.startsWith('PGP')) return true;
  const bytes = atobBytes(base64.slice(0, 64));
  return (
    bytes !== undefined && (bytes[0] === 0x30 || String.fromCharCode(...bytes.slice(0, 11)) === 'openssh-key')
  );
}

function atobBytes(base64: string): number[] | undefined {
  try {
    return [...atob(base64.slice(0, base64.length - (base64.length % 4)))].map((char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** `text` begins at a marker. Says what kind of key is there, or undefined where it only looks like one. */
export function keyAt(text: string): string | undefined {
  const encoded = !text.startsWith('-');
  const marker = keyMarkers.findIndex((start) => text.startsWith(start));
  const match = pem.exec((encoded ? decodeFrom(text, marker) : text).slice(0, keyWindow));
  if (match?.index !== 0 || !holdsKey(match[1] ?? '', match[2] ?? '')) return undefined;
  const inside = encoded ? ', encoded as base64' : '';
  return `a private key (${`${match[1]}PRIVATE KEY`.trim()}${inside})`;
}

function decodeFrom(text: string, marker: number): string {
  const base64 = text.replace(/\s+/g, '').match(/^[A-Za-z0-9+/]+/)?.[0] ?? '';
  const whole = (missing[marker] ?? '') + base64;
  const start = atob(whole.slice(0, whole.length - (whole.length % 4)));
  return start.slice(Math.max(0, start.indexOf('-----BEGIN ')));
}

/** What a JSON file of credentials is called, or undefined. */
export function credentialsIn(json: unknown): string | undefined {
  const value = objectOf(json);
  if (
    value.type === 'service_account' &&
    typeof value.private_key === 'string' &&
    value.private_key.length > 64
  )
    return 'a service account key';
  if (value.type === 'authorized_user' && typeof value.refresh_token === 'string')
    return 'the credentials of a person (gcloud auth application-default login)';
  if (
    value.type === 'external_account' &&
    /bearer/i.test(
      JSON.stringify((value.credential_source as { headers?: unknown } | undefined)?.headers ?? ''),
    )
  )
    return 'a credentials file that mints tokens';
  return undefined;
}
