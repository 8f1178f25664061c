const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Tokens of GitHub and npm end with six characters that are the CRC-32 of the 30 before, in base 62
 * (github.blog, "Behind GitHub's new authentication token formats"). So text that only looks like one is told from a token.
 */
export function hasChecksum(token: string): boolean {
  const secret = token.slice(token.indexOf('_') + 1);
  let sum = 0;
  for (const char of secret.slice(-6)) sum = sum * 62 + digits.indexOf(char);
  return sum === crc32(secret.slice(0, -6));
}

function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
