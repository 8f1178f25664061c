/**
 * The second line of defence for log text: patterns of secrets and of personal data. The first is that text of the log is not
 * shown where everybody can read it. A pattern that is too wide only hides more, so these are wide.
 */

const hidden = '***';

/** Everything behind the name of such a field or header, to the end of the value. */
const named =
  /((?:^|[^a-z])(?:[\w-]{0,40}(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|apikey|access[_-]?key|private[_-]?key|credential|authorization|auth|session(?:[_-]?id)?|sid|csrf|signature|otp|pin|ssn|rrn|주민등록번호|비밀번호|전화번호|계좌번호))["'`]?\s*(?:[:=]|=>|\bis\b)\s*)(?:(?:bearer|basic|digest)\s+)?("[^"]*"|'[^']*'|`[^`]*`|[^\s,;&})\]]+)/gi;

const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g, hidden],
  // A cookie is a list, so the rest of its line goes.
  [/((?:set-)?cookie["']?\s*[:=]\s*)[^\r\n]+/gi, `$1${hidden}`],
  [named, `$1${hidden}`],
  [/\b(bearer|basic|digest)\s+[\w.~+/=-]{6,}/gi, `$1 ${hidden}`],
  // User and password, and the query, of a URL.
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,300}@/gi, `$1${hidden}@`],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s?#"'<>]{0,2000})[?#][^\s"'<>]*/gi, `$1?${hidden}`],
  [
    /\bhttps:\/\/(?:hooks\.slack\.com|chat\.googleapis\.com|discord(?:app)?\.com\/api\/webhooks)\/[^\s"'<>]*/gi,
    hidden,
  ],
  // Tokens of providers, by their prefixes.
  [
    /\b(?:eyJ[\w-]{6,}(?:\.[\w-]*){0,2}|ya29\.[\w.-]+|AIza[\w-]{10,}|GOCSPX-[\w-]+|gh[pousr]_\w+|github_pat_\w+|glpat-[\w-]+|xox[a-z]-[\w-]+|xapp-[\w-]+|sk[-_][\w-]{8,}|[rp]k_(?:live|test)_\w+|whsec_\w+|AKIA\w{8,}|ASIA\w{8,}|npm_\w{8,}|pypi-[\w-]+|SG\.[\w.-]+|hf_\w{8,}|dop_v1_\w+|shpat_\w+|key-[0-9a-f]{16,}|AC[0-9a-f]{32}|[MN][\w-]{23}\.[\w-]{6}\.[\w-]{20,})/g,
    hidden,
  ],
  // Addresses of mail, plain, in Unicode, and encoded for a URL.
  [
    /[\p{L}\p{N}._%+'-]{1,80}(?:@|%40|\s?\(at\)\s?|\s\[at\]\s)[\p{L}\p{N}-]{1,80}(?:\.[\p{L}\p{N}-]{1,80}){1,8}/giu,
    hidden,
  ],
  // Addresses of the network: MAC, IPv6 and IPv4.
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, hidden],
  [
    /(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){0,7}(?:\d{1,3}(?:\.\d{1,3}){3})?(?:\/\d{1,3})?(?![\w])/gi,
    hidden,
  ],
  [/(?<![\w])::(?:[0-9a-f]{1,4}:){0,6}[0-9a-f]{1,4}(?![\w:])/gi, hidden],
  [/(?<![\d.])\d{1,3}(?:[.-]\d{1,3}){3}(?![\d.])/g, hidden],
  // Accounts of banks (IBAN) and passports.
  [/\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b/g, hidden],
  [/\b[A-Z]{1,2}\d{7,9}\b|\b[A-Z]\d{3}[A-Z]\d{4}\b/g, hidden],
  // Numbers of cards, residents, telephones, accounts and businesses: eight digits or more, whatever stands between them.
  [/[+(]?(?<![A-Za-z\d])\d(?:[\s().\u2010-\u2015/-]{0,2}\d){7,}(?![A-Za-z])/gu, hidden],
  [/\b\d{3}-\d{2}-\d{4}\b|\b\d{6}[- ]\d\*{3,}/g, hidden],
  [/[０-９](?:[-－\s]?[０-９]){6,}/g, hidden],
];

/** A long word of letters and digits mixed, or of hexadecimal digits: a key of some kind. */
function looksRandom(word: string): boolean {
  const digits = word.match(/\d/g)?.length ?? 0;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(word)).length;
  if (/^(?:0x)?[0-9a-f-]+$/i.test(word) && digits >= 3) return true;
  if (kinds === 3) return true;
  // `kmsKeyRing` and `MAX_BYTES_PER_IMAGE` are words; `sgvkzojtyqhwprla` is a password.
  return digits >= 4 || (/^[a-z]{16,}$|^[A-Z]{16,}$/.test(word) && !/[aeiou].{0,3}[aeiou]/i.test(word));
}

/** Text without what looks like a secret or like something personal. */
export function redactPersonal(text: string): string {
  let clean = text.normalize('NFC');
  for (const [pattern, replacement] of rules) clean = clean.replace(pattern, replacement);
  return clean.replace(/[A-Za-z0-9+/=_-]{16,}/g, (word) => (looksRandom(word) ? hidden : word));
}
