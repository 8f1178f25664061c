import { withoutInvisible } from '../text/safe-text.ts';

/**
 * The second line of defence for log text: patterns of secrets and of personal data. The first is that text of the log is not
 * shown where everybody can read it. A pattern that is too wide only hides more, so these are wide.
 */

const hidden = '***';

/** A value in quotes, which another encoding may have escaped, or up to the next blank. Without its last quote it was cut off. */
const value = [
  /[bruf]{0,2}\\*"(?:[^"\\]|\\(?!")[^"]|\\"(?!\s*[,:}\])]|$))*(?:\\*"|$)/,
  /[bruf]{0,2}\\*'(?:[^'\\]|\\[\s\S])*(?:'|$)/,
  /`[^`]*(?:`|$)/,
  /\[[^\]]*(?:\]|$)/,
  /\{[^}]*(?:\}|$)/,
  // A block of YAML begins on the next line, and a line that was joined to another one has a bar between them.
  /(?:[|>][+-]?\s+){1,3}\S+/,
  /\S+/,
]
  .map(({ source }) => source)
  .join('|');

/** What is said about a password or a token, and tells why something fails. */
const states =
  'not (?:valid|set|found|given|provided|allowed|correct)|missing|required|invalid|expired|wrong|empty|null|undefined|incorrect|revoked|closed|disabled';

/** Everything behind the name of such a field or header, to the end of the value. */
const named = new RegExp(
  String.raw`((?:^|[^a-z])(?:[\w-]{0,40}(?:pass(?:word|wd|phrase|code)?|pwd?|secret(?:[_-]?key)?|token|api[_-]?key|apikey|access[_-]?key|account[_-]?key|private[_-]?key|shared[_-]?key|credential|authorization|auth|session(?:[_-]?id)?|sid|csrf|signature|sig|otp|pin|cvv|cvc|ssn|rrn|주민등록번호|주민번호|비밀번호|암호|전화번호|휴대폰|연락처|계좌번호|카드번호|여권번호|密码|密碼|パスワード)(?:[_-]?(?:hash|value|digest|\d{1,2}))?)(?:\\*["'${'`'}]?\s*(?:=>|->|[:=>：＝→]|%3[AD]|\bis\b(?!\s+(?:${states})(?![\w-])))\s*|["']\s*,\s*(?=["'])))(?:(?:bearer|basic|digest)\s+)?(?:${value})`,
  'gi',
);

const rules: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN[\s\S]*?(?:-----END[^-]{0,60}-----|$)/gi, hidden],
  [/(Private-Lines:)[\s\S]*?(?=Private-MAC|$)/gi, `$1 ${hidden} `],
  // Images and documents within text: as a URL, and by how their Base64 begins, with its further lines.
  [/\bdata:[\w.+-]{1,60}\/[\w.+-]{1,60}[^\s"'<>]*/gi, hidden],
  [
    /(?:iVBORw0KGgo|\/9j\/|R0lGOD[dl]|JVBERi0|UklGR|SUkqA|TU0AK)[A-Za-z0-9+/=]*(?:\s{1,4}[A-Za-z0-9+/=]{8,})*/g,
    hidden,
  ],
  // A cookie is a list, so the rest of its line goes.
  [/((?:set-)?cookie["']?\s*[:=]\s*)[^\r\n]+/gi, `$1${hidden}`],
  // Schemes of this header have names of their own, and some have several parts.
  [/((?:proxy-)?authorization\\*["']?\s*(?:=>|[:=])\s*(?:[[({]\s*)*)\\*["']?[^\r\n"'|}\]]+/gi, `$1${hidden}`],
  [named, `$1${hidden}`],
  [new RegExp(`(--[a-z-]{0,40}(?:password|passwd|secret|token|key)\\s+)(?:${value})`, 'gi'), `$1${hidden}`],
  // Names and addresses of people, which may have several words.
  [/((?:^|[^\p{L}])(?:이름|성명|성함|예금주|주소|생년월일)\\*["']?\s*[:=]\s*)[^\r\n,;|}]+/gu, `$1${hidden}`],
  [/\b(bearer|basic|digest)\s+[\w.~+/=-]{6,}/gi, `$1 ${hidden}`],
  // User and password, and the query, of a URL.
  [
    /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)(?:[^\s/@:"'<>]{0,300}:[^\s"'<>]{1,300}|[^\s/@]{1,300})@/gi,
    `$1${hidden}@`,
  ],
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s?#"'<>]{0,2000})[?#][^\s"'<>]*/gi, `$1?${hidden}`],
  // The same of a path alone, of a form, and of an address of a database without a scheme.
  [/([?&][\w.%[\]~-]{1,80}=)[^\s&"'<>]+/g, `$1${hidden}`],
  [/(\bkey=)[^\s&"'<>]+/gi, `$1${hidden}`],
  [/(?<![\w.%+-])[\w.%+-]{1,64}:[^\s@:/"'<>]{1,200}@(?=[\w([])/g, `${hidden}@`],
  // The home of a person.
  [/(\/(?:home|Users)\/|\\Users\\+)[^/\\\s"':]+/g, `$1${hidden}`],
  [
    /\bhttps:\/\/(?:hooks\.slack\.com|chat\.googleapis\.com|discord(?:app)?\.com\/api\/webhooks)\/[^\s"'<>]*/gi,
    hidden,
  ],
  // Tokens of providers, by their prefixes.
  [
    /\b(?:eyJ[\w-]{6,}(?:\.[\w-]*){0,2}|ya29\.[\w.-]+|AIza[\w-]{10,}|GOCSPX-[\w-]+|gh[pousr]_\w+|github_pat_\w+|glpat-[\w-]+|xox[a-z]-[\w-]+|xapp-[\w-]+|sk[-_][\w-]{8,}|[rp]k_(?:live|test)_\w+|whsec_\w+|AKIA\w{8,}|ASIA\w{8,}|npm_\w{8,}|pypi-[\w-]+|SG\.[\w.-]+|hf_\w{8,}|dop_v1_\w+|shpat_\w+|key-[0-9a-f]{16,}|AC[0-9a-f]{32}|[MN][\w-]{23}\.[\w-]{6}\.[\w-]{20,})/g,
    hidden,
  ],
  // Addresses of mail, and no packages with their version, such as sharp@0.33.2: plain, in Unicode, and encoded for a URL.
  [
    /[\p{L}\p{N}._%+'-]{1,80}(?:[@＠]|%(?:25){0,3}40|\\+u0040|&#(?:64|x40);|&commat;|\s?\(at\)\s?|\s\[at\]\s)(?!\d{1,5}\.\d{1,5}\.\d{1,5}(?![.\d]))[\p{L}\p{N}-]{1,80}(?:\.[\p{L}\p{N}-]{1,80}){1,8}/giu,
    hidden,
  ],
  // Addresses of the network: MAC, IPv6 and IPv4.
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, hidden],
  // Two colons are enough for IPv6, and it may end with IPv4 or with the name of an interface.
  [
    /(?<![\w:.])(?=[0-9a-f.]{0,15}:[0-9a-f.]{0,15}:)(?=:*[0-9a-f])[0-9a-f:.]{3,64}(?:%\w{1,20})?(?:\/\d{1,3})?(?![\w:])/gi,
    hidden,
  ],
  // A version that pip requires has four parts too.
  [/(?<![\d.])(?<!==)\d{1,3}(?:[.-]\d{1,3}){3}(?![\d.])/g, hidden],
  // Accounts of banks (IBAN) and passports.
  [/\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b/g, hidden],
  [/\b[A-Z]{1,2}\d{7,9}\b|\b[A-Z]\d{3}[A-Z]\d{4}\b/g, hidden],
  // The lines of a passport for machines.
  [/(?<![A-Z0-9<])(?=[A-Z0-9<]{0,90}<<)[A-Z0-9<]{5,}/g, hidden],
  // The two parts of a resident's number, whatever stands between them, and numbers of which stars hide a part.
  [/(?<!\p{Nd})\p{Nd}{6}\P{Nd}{1,24}[1-8]\p{Nd}{6}(?!\p{Nd})/gu, hidden],
  [/\d[\d*-]{0,40}\*{2}[\d*-]{0,40}/g, hidden],
  // Telephones as people write them in Korean, and without the code of the city.
  [/(?<!\p{Nd})\p{Nd}{3,4}\s?(?:에|의|국에|국의|국|다시)\s?\p{Nd}{4}(?!\p{Nd})/gu, hidden],
  [/(?<![\p{Nd}-])\p{Nd}{3,4}-\p{Nd}{4}(?![\p{Nd}-])/gu, hidden],
  // Names of people in Korean: before a title, and in the name of a file.
  [/\p{Script=Hangul}{2,4}(?=\s?(?:님|씨|귀하|고객|환자)(?!\p{Script=Hangul}{3}))/gu, hidden],
  [
    /(?<![^\s/"'<>])(?=[^\s/"'<>.]{0,160}\p{Script=Hangul})[^\s/"'<>]{1,160}\.(?=(?:jpe?g|png|pdf|gif|webp|tiff?|heic|bmp|hwp)\b)/giu,
    `${hidden}.`,
  ],
  // Numbers of cards, residents, telephones, accounts and businesses: eight digits or more, whatever stands between them. Sizes and times are none.
  [
    /[+(]?(?<!\p{Nd})(?!\d{8,16} (?:bytes|ms|ns)\b)\p{Nd}(?:(?:[\s().·・_+~\u2010-\u2015\u2212－/-]|%2[0D]){0,6}\p{Nd}){7,}/giu,
    hidden,
  ],
  [/\b\d{3}-\d{2}-\d{4}\b|\b\d{6}[- ]?\d\*{3,}/g, hidden],
];

/** What Google makes of a name: a revision, and a project in a path. Their digits are no key. */
const withoutGoogles = (word: string) =>
  word
    .replace(/-\d{5}-[a-z]{3}$/, '')
    .replace(/((?:^|\/)(?:projects|io|dev)\/[a-z]{1,30}(?:-[a-z]{1,30}){0,5})-\d{1,7}(?=\/|$)/, '$1');

/** A long word of letters and digits mixed, or of hexadecimal digits: a key of some kind. */
function looksRandom(word: string): boolean {
  const digits = word.match(/\d/g)?.length ?? 0;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(word)).length;
  if (/^(?:0x)?[0-9a-f-]+$/i.test(word) && digits >= 3) return true;
  if (kinds === 3) return true;
  // Base32, keys of small letters with few digits, and Base64 without any.
  if (/^[A-Z2-7]{16,}=*$/.test(word) && digits >= 1) return true;
  if (/^[a-z0-9]+$/.test(word) && digits >= 2) return true;
  if (kinds === 2 && (word.endsWith('=') || (word.match(/[A-Z]{2,}[a-z]/g)?.length ?? 0) >= 2)) return true;
  // `kmsKeyRing` and `MAX_BYTES_PER_IMAGE` are words; `sgvkzojtyqhwprla` is a password.
  return digits >= 4 || (/^[a-z]{16,}$|^[A-Z]{16,}$/.test(word) && !/[aeiou].{0,3}[aeiou]/i.test(word));
}

/** Text without what looks like a secret or like something personal. */
export function redactPersonal(text: string): string {
  let clean = withoutInvisible(text).normalize('NFC');
  for (const [pattern, replacement] of rules) clean = clean.replace(pattern, replacement);
  return clean.replace(/[A-Za-z0-9+/=_-]{16,}/g, (word) =>
    looksRandom(withoutGoogles(word)) ? hidden : word,
  );
}
