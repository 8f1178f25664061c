/** Reads characters of an HCL file and skips blanks and comments. Throws `HclProblem` at what HCL does not allow. */
export class HclProblem extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const blank = /[ \t\r]*(?:(?:#|\/\/)[^\n]*|\/\*[\s\S]*?(?:\*\/|$))?/y;
const identifier = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const plain = /[^"\\\n$%]+/y;
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  /** Skips blanks and comments, and line ends too if `lines`. */
  skip(lines: boolean): void {
    for (;;) {
      const before = this.at;
      this.match(blank);
      if (lines && this.text[this.at] === '\n') this.at++;
      if (this.at === before) return;
    }
  }

  peek(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  take(text: string): boolean {
    const hit = this.peek(text);
    if (hit) this.at += text.length;
    return hit;
  }

  need(text: string): void {
    if (!this.take(text)) throw new HclProblem(`expected ${text}`, this.at);
  }

  identifier(): string | undefined {
    return this.match(identifier) || undefined;
  }

  /** The characters up to the next one that means something in a text. */
  plain(): string {
    return this.match(plain);
  }

  number(): number | undefined {
    const found = this.match(number);
    return found === '' ? undefined : Number(found);
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }
}
