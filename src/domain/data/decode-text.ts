/** Decodes the bytes of a user's text file, or says which other encoding they look like. */

export type DecodedText =
  | { text: string; looksLike?: undefined }
  /** The encoding of a text that is not UTF-8. `unknown` if the bytes look like none of the known ones. */
  | { text?: undefined; looksLike: 'UTF-16' | 'UTF-32' | 'EUC-KR' | 'unknown' };

const startsWith = (bytes: Uint8Array, ...start: number[]) => start.every((byte, i) => bytes[i] === byte);

function decodeStrictly(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Decodes UTF-8 and drops a byte order mark. A NUL counts as UTF-16, because no UTF-8 text of a user contains one. */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (startsWith(bytes, 0xff, 0xfe, 0, 0) || startsWith(bytes, 0, 0, 0xfe, 0xff))
    return { looksLike: 'UTF-32' };
  if (startsWith(bytes, 0xff, 0xfe) || startsWith(bytes, 0xfe, 0xff) || bytes.includes(0))
    return { looksLike: 'UTF-16' };
  const text = decodeStrictly(bytes, 'utf-8');
  if (text !== undefined) return { text };
  const korean = decodeStrictly(bytes, 'euc-kr');
  return { looksLike: korean !== undefined && /\p{Script=Hangul}/u.test(korean) ? 'EUC-KR' : 'unknown' };
}
