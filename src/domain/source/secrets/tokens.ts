import { isPlaceholder } from './placeholder.ts';

/** Secrets that are recognised by their form alone, in any file. Every form is so strict that no other text has it. */
interface TokenForm {
  /** The scan searches for these bytes first. */
  markers: readonly string[];
  form: RegExp;
  /** A further check of the text that matched. */
  holds?: (token: string) => boolean;
  what: string;
}

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

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function crc32(text: string): number {
  let crc = 0xffffffff;
  for (let at = 0; at < text.length; at++) {
    crc ^= text.charCodeAt(at);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const isRandom = (token: string) => !/example|x{4}|(.)\1{5}|12345|abcde/i.test(token);

const forms: readonly TokenForm[] = [
  {
    markers: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    form: /^gh[pousr]_[A-Za-z0-9]{36}(?![A-Za-z0-9])/,
    holds: hasChecksum,
    what: 'a token of GitHub',
  },
  {
    markers: ['github_pat_'],
    form: /^github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?!\w)/,
    holds: isRandom,
    what: 'a token of GitHub',
  },
  {
    markers: ['npm_'],
    form: /^npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/,
    holds: hasChecksum,
    what: 'a token of npm',
  },
  { markers: ['glpat-'], form: /^glpat-[\w-]{20}(?![\w-])/, holds: isRandom, what: 'a token of GitLab' },
  {
    markers: ['xox'],
    form: /^xox[bp]-\d{10,13}-\d{10,13}-[A-Za-z0-9-]{24,}/,
    holds: isRandom,
    what: 'a token of Slack',
  },
  {
    markers: ['sk_live_', 'rk_live_'],
    form: /^[sr]k_live_[A-Za-z0-9]{24,}/,
    holds: isRandom,
    what: 'a key of Stripe',
  },
  {
    markers: ['aws_secret_access_key', 'AWS_SECRET_ACCESS_KEY'],
    form: /^aws_secret_access_key["']?\s*[=:]\s*["']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/i,
    holds: (text) => isRandom(text) && !isPlaceholder(text.replace(/^.*[=:]/, '')),
    what: 'a key of AWS',
  },
];

export const tokenMarkers: readonly string[] = forms.flatMap(({ markers }) => markers);

/** Number of characters after a marker that are read. */
export const tokenWindow = 200;

/** Names the token at the start of `text`, which begins with a marker. Undefined if it only looks like one. */
export function tokenAt(text: string): string | undefined {
  for (const { form, holds, what } of forms) {
    const match = form.exec(text);
    if (match && (holds?.(match[0]) ?? true)) return what;
  }
  return undefined;
}
