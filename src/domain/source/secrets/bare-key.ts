/** Private keys without the lines of PEM: the bytes of DER, or the same in base64. */

interface BareKey {
  /** Bytes or characters that a public key or a certificate does not have. */
  marker: string;
  what: string;
  /** What must stand before the marker and from it on. */
  before: RegExp;
  after: RegExp;
}

const bytes = (hex: string) =>
  hex
    .split(' ')
    .map((byte) => String.fromCharCode(Number.parseInt(byte, 16)))
    .join('');

/** The tag of a SEQUENCE with its length, in each of the three forms of DER. */
const sequence = /\x30(?:\x82[\s\S]{2}|\x81[\s\S]|[\x20-\x7f])$/;
const der = (what: string, marker: string, after = /^/): BareKey => ({
  marker: bytes(marker),
  what: `${what}, in DER`,
  before: sequence,
  after,
});

/**
 * A key in base64 stands at the start of a text, so its bytes fall on the groups of three in one way. `least` is its length in
 * characters. A line of base64 may be broken.
 */
const base64 = (what: string, start: string, marker: string, least: number): BareKey => ({
  marker,
  what: `${what}, as base64`,
  before: new RegExp(`(?<![A-Za-z0-9+/])${start}$`),
  after: new RegExp(`^(?:[A-Za-z0-9+/](?:\\\\n|\\s)*){${least}}`),
});

const keys: readonly BareKey[] = [
  der('RSA', '02 01 00 30 0d 06 09 2a 86 48 86 f7 0d 01 01 01 05 00 04 82'),
  der('EC', '02 01 00 30 13 06 07 2a 86 48 ce 3d 02 01'),
  der('EC', '02 01 00 30 10 06 07 2a 86 48 ce 3d 02 01'),
  // Version 0, a modulus of 2048 to 4096 bits, and nearly always the exponent 65537.
  der('RSA', '02 01 00 02 82 01 01 00', /^[\s\S]{264}\x02\x03\x01\x00\x01/),
  der('RSA', '02 01 00 02 82 01 81 00', /^[\s\S]{392}\x02\x03\x01\x00\x01/),
  der('RSA', '02 01 00 02 82 02 01 00', /^[\s\S]{520}\x02\x03\x01\x00\x01/),
  base64('RSA', 'MII[A-Za-z0-9+/]{3}', 'IBADANBgkqhkiG9w0BAQEFAASC', 700),
  base64('RSA', 'MII[A-Za-z0-9+/]{3}', 'IBAAKCAQEA', 1500),
  base64('RSA', 'MII[A-Za-z0-9+/]{3}', 'IBAAKCAYEA', 2200),
  base64('RSA', 'MII[A-Za-z0-9+/]{3}', 'IBAAKCAgEA', 3000),
  base64('EC', 'MI[A-Za-z0-9+/]{2}', 'AgEAMBMGByqGSM49AgEG', 170),
  base64('EC', 'MI[A-Za-z0-9+/]{2}', 'AgEAMBAGByqGSM49AgEGBSuBBAA', 160),
  base64('Ed25519', '', 'MC4CAQAwBQYDK2VwBCIEI', 60),
  base64('X25519', '', 'MC4CAQAwBQYDK2VuBCIEI', 60),
  { marker: 'PuTTY-User-Key-File-', what: 'PuTTY', before: /^|\n$/, after: /^[\s\S]*\nPrivate-Lines: [1-9]/ },
];

export const bareMarkers: readonly string[] = keys.map(({ marker }) => marker);

/** Names the key at `at` of `text`, where one of `bareMarkers` begins. Undefined if the text only looks like a key. */
export function bareKeyAt(text: string, at: number): string | undefined {
  const key = keys.find(({ marker }) => text.startsWith(marker, at));
  if (!key?.before.test(text.slice(Math.max(0, at - 8), at))) return undefined;
  const from = text.slice(at);
  return key.after.test(from) && !/(.)\1{19}/.test(from.slice(0, 1500))
    ? `a private key (${key.what})`
    : undefined;
}
