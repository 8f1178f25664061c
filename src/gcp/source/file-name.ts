/**
 * A file name as text. A byte that is not UTF-8 becomes one character from U+DC80 to U+DCFF, as in Python's file names. So patterns
 * match such a name as gcloud matches it, and two different names never become the same text.
 */
export function nameOf(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd') || Buffer.from(text).equals(bytes)) return text;
  let name = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes[at] as number);
    const sequence = bytes.subarray(at, at + length);
    const char = sequence.toString('utf8');
    if (sequence.length === length && Buffer.from(char).equals(sequence)) {
      name += char;
      at += length;
    } else name += String.fromCharCode(0xdc00 + (bytes[at++] as number));
  }
  return name;
}

/** How many bytes a UTF-8 character has that begins with this byte. */
function sequenceLength(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}

/** Does the name hold control characters, a backslash or bytes that are not UTF-8? No archive may hold such a name. */
export const isOddName = (name: string): boolean => /[\u0000-\u001f\u007f\\]|[\udc80-\udcff]/u.test(name);

/** A path for a message, with `?` in place of what a terminal cannot show. */
export const shownPath = (path: string): string =>
  path.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\udc80-\udcff]/gu, '?').slice(0, 200);
