/** Shortest piece of a token that counts as the token. */
const piece = 16;

/**
 * A function may answer with the token that it was sent, whole or in part, on purpose or in an error page. Every word
 * that shares 16 characters with the token becomes `***` before anybody looks at the answer.
 */
export function scrubToken(text: string, token: string): string {
  if (text.length < piece || token.length < piece) return text;
  const windows = new Set<string>();
  for (let i = 0; i + piece <= token.length; i++) windows.add(token.slice(i, i + piece));
  // JSON may spell any letter as an escape, which whoever parses it turns into the letter.
  // Escapes are read in turn: after an escaped backslash, u0065 is text.
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
