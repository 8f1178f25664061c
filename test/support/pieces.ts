const size = 8;

/** The pieces of 8 characters of the secrets that are in the text, joined where they overlap. */
export function piecesOf(secrets: readonly string[], text: string): string[] {
  const found: string[] = [];
  for (const secret of secrets)
    for (let at = 0; at + size <= secret.length; at++) {
      if (!text.includes(secret.slice(at, at + size))) continue;
      let end = at + size;
      while (end < secret.length && text.includes(secret.slice(at, end + 1))) end++;
      found.push(secret.slice(at, end));
      at = end - size;
    }
  return found;
}
