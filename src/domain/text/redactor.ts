/** Secrets shorter than this cannot be told from ordinary text, and a piece of a secret counts from this length on. */
export const pieceLength = 8;

/** Pieces of addresses and words that are the same for everybody. A secret that holds one of them does not make it secret. */
const vocabulary = [
  'https://',
  'http://127.0.0.1:',
  'postgres://',
  'postgresql://',
  'mongodb+srv://',
  '.googleapis.com/',
  '.cloudfunctions.net/',
  '.a.run.app/',
  '.iam.gserviceaccount.com',
  'projects/',
  '/locations/',
  '/functions/',
  '/services/',
  '/secrets/',
  '/versions/latest',
  'us-central1 europe-west1 asia-northeast3 asia-northeast1 us-east1 us-west1',
  'production development staging localhost application/json function functions database password secret',
].join('\n');

/**
 * Replaces secrets in text, whole and in pieces: any run of 8 or more characters that is part of a secret. Public
 * texts stay readable: a piece that also occurs in one of them is replaced only as part of the whole secret.
 */
export class Redactor {
  readonly #whole = new Set<string>();
  readonly #private = new Set<string>();
  #public = '';
  /** The pieces of public texts, and the pieces of secrets that no public text holds. */
  readonly #publicPieces = new Set<string>();
  readonly #pieces = new Set<string>();

  constructor() {
    this.addPublic(vocabulary);
  }

  /** A value that is replaced from now on, in the forms in which it may be written. */
  add(value: string): void {
    for (const form of formsOf(value)) {
      this.#whole.add(form);
      this.#addPieces(form);
    }
  }

  /**
   * A value that is replaced, whole and in pieces, unless a public text holds it. A single word of it stays readable by itself,
   * because sentences need words such as `revision`.
   */
  addPrivate(value: string): void {
    for (const form of formsOf(value)) {
      this.#private.add(form);
      this.#addPieces(form);
    }
    for (const word of value.split(/[^a-z]+/i)) if (isOrdinary(word) && word !== value) this.addPublic(word);
  }

  addPublic(text: string): void {
    if (text.length < pieceLength || this.#public.includes(text)) return;
    this.#public += `\n${text}`;
    for (const piece of piecesOf(text)) {
      this.#publicPieces.add(piece);
      this.#pieces.delete(piece);
    }
  }

  #addPieces(form: string): void {
    for (const piece of piecesOf(form)) if (!this.#publicPieces.has(piece)) this.#pieces.add(piece);
  }

  redact(text: string): string {
    if (text.length < pieceLength) return text;
    let clean = text;
    const whole = [...this.#whole, ...[...this.#private].filter((value) => !this.#public.includes(value))];
    for (const value of whole.sort((a, b) => b.length - a.length))
      if (clean.includes(value)) clean = clean.split(value).join('***');
    return this.#pieces.size === 0 ? clean : withoutPieces(clean, this.#pieces);
  }
}

function* piecesOf(text: string): Generator<string> {
  for (let at = 0; at + pieceLength <= text.length; at++) yield text.slice(at, at + pieceLength);
}

/** A word of a sentence: letters of one case, perhaps with a capital, and not so long that only a passphrase has it. */
const isOrdinary = (word: string): boolean =>
  word.length >= pieceLength && word.length <= 14 && /^([a-z]+|[A-Z]+|[A-Z][a-z]+)$/.test(word);

function withoutPieces(text: string, pieces: ReadonlySet<string>): string {
  let clean = '';
  let kept = 0;
  for (let at = 0; at + pieceLength <= text.length; at++) {
    if (!pieces.has(text.slice(at, at + pieceLength))) continue;
    let end = at + pieceLength;
    while (end < text.length && pieces.has(text.slice(end - pieceLength + 1, end + 1))) end++;
    clean += `${text.slice(kept, at)}***`;
    kept = end;
    at = end - 1;
  }
  return clean + text.slice(kept);
}

/** The value as it stands, in one line, inside JSON, and inside a URL. */
function formsOf(value: string): string[] {
  const forms = [value, value.replace(/\s+/g, ' ').trim(), JSON.stringify(value).slice(1, -1)];
  try {
    forms.push(encodeURIComponent(value));
  } catch {
    // A lone half of a surrogate pair cannot be part of a URL.
  }
  return [...new Set(forms)].filter((form) => form.length >= pieceLength);
}
