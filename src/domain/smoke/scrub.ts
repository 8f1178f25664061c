/** A piece of a token with at least this many characters counts as the token. */
const piece = 16;

/**
 * Removes the token from an answer. A function may return the token that it received, whole or in part, on purpose or in
 * an error page. So every word that shares 16 characters with the token becomes `***` before any other code reads it.
 */
export function scrubToken(text: string, token: string): string {
  if (text.length < piece || token.length < piece) return text;
  const windows = new Set<string>();
  for (let i = 0; i + piece <= token.length; i++) windows.add(token.slice(i, i + piece));
  // JSON may spell a letter as an escape such as \u0065, which a parser turns back into the letter.
  // Escapes are read from left to right, because u0065 after an escaped backslash is plain text.
  const plain = text.replace(/\\(?:u00([2-7][\da-f])|[\s\S])/gi, (whole, hex?: string) => {
    const letter = hex === undefined ? '' : String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.-]/.test(letter) ? letter : whole;
  });
  const scrubbed = plain.replace(/[\w.~+/=-]{16,}/g, (word) => {
    for (let i = 0; i + piece <= word.length; i++) if (windows.has(word.slice(i, i + piece))) return '***';
    return word;
  });
  return scrubbed === plain ? text : scrubbed;
}
