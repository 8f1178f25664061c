import { bareKeyAt, bareMarkers } from './bare-key.ts';

/** Finds private keys by their content. The scan of the source checks every byte of the upload. */

const pemMarkers = ['-----BEGIN ', 'LS0tLS1CRUdJTi', '0tLS0tQkVHSU4g', 'tLS0tLUJFR0lOI'] as const;

/**
 * The last three markers are `-----BEGIN ` in base64, for the three ways in which it can fall on groups of three
 * bytes. These characters complete the first group, so that it decodes to dashes again.
 */
const missing = ['', '', 'AS', 'AAA'];

/** The scan searches for these bytes first and reads on only after a hit. */
export const keyMarkers = [...pemMarkers, ...bareMarkers] as const;

/** Number of characters before a marker, and from its start on, that are read. An RSA key of 16384 bits takes 12.7 KB. */
export const keyWindow = { before: 16, after: 20_000 };

const pem = /-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY(?: BLOCK)?-----([\s\S]*?)-----END /;

/**
 * Does a PEM body hold a real key, and not a placeholder such as `...` or `<your key>`? A DER key begins with a
 * SEQUENCE, an OpenSSH key with its own header.
 */
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

/** Names the kind of key at `at` of `text`, where a marker begins. Undefined if the text only looks like a key. */
export const keyAt = (text: string, at = 0): string | undefined =>
  bareKeyAt(text, at) ?? pemAt(text.slice(at));

function pemAt(text: string): string | undefined {
  const encoded = !text.startsWith('-');
  const marker = pemMarkers.findIndex((start) => text.startsWith(start));
  if (marker < 0) return undefined;
  const match = pem.exec((encoded ? decodeFrom(text, marker) : text).slice(0, keyWindow.after));
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
