/**
 * The part of Cloud Logging's query language that clients use. As at Google, NOT binds tighter than OR, and OR tighter than
 * AND (https://cloud.google.com/logging/docs/view/logging-query-language). An unquoted timestamp contains colons, so an
 * unquoted value includes the words and colons that directly follow it.
 */
import { compareField, fieldExists, globalSearch, type Predicate, sampled } from './filter-compare.ts';
import { filterError, type Token, tokenize } from './filter-lexer.ts';

class Parser {
  private readonly tokens: Token[];
  private at = 0;

  constructor(text: string) {
    this.tokens = tokenize(text);
  }

  parse(): Predicate {
    if (this.tokens.length === 0) return () => true;
    const predicate = this.conjunction();
    if (this.at < this.tokens.length) throw this.unexpected();
    return predicate;
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }

  private keyword(text: string): boolean {
    const token = this.peek();
    return token?.kind === 'word' && !token.quoted && token.text === text;
  }

  private symbol(text: string): boolean {
    const token = this.peek();
    return token?.kind === 'symbol' && token.text === text;
  }

  private unexpected(): Error {
    const token = this.peek();
    return token
      ? filterError(`syntax error at line 1, column ${token.at + 1}, token '${token.text}'`)
      : filterError('syntax error: the filter ends too early');
  }

  /** Joins terms by AND, also if the AND between them is left out. */
  private conjunction(): Predicate {
    const terms = [this.disjunction()];
    while (this.peek() && !this.symbol(')')) {
      if (this.keyword('AND')) this.at++;
      terms.push(this.disjunction());
    }
    return (entry) => terms.every((term) => term(entry));
  }

  private disjunction(): Predicate {
    const terms = [this.negation()];
    while (this.keyword('OR')) {
      this.at++;
      terms.push(this.negation());
    }
    return (entry) => terms.some((term) => term(entry));
  }

  private negation(): Predicate {
    if (this.keyword('NOT') || this.symbol('-')) {
      this.at++;
      const inner = this.negation();
      return (entry) => !inner(entry);
    }
    if (this.symbol('(')) {
      this.at++;
      const inner = this.conjunction();
      this.expect(')');
      return inner;
    }
    return this.comparison();
  }

  private expect(text: string): void {
    if (!this.symbol(text)) throw this.unexpected();
    this.at++;
  }

  private word(): Token & { kind: 'word' } {
    const token = this.peek();
    if (token?.kind !== 'word') throw this.unexpected();
    this.at++;
    return token;
  }

  private comparison(): Predicate {
    if (this.keyword('AND') || this.keyword('OR')) throw this.unexpected();
    const field = this.word();
    const operator = this.peek();
    if (!field.quoted && field.text === 'sample' && this.symbol('(')) return this.sample();
    if (operator?.kind !== 'operator') return globalSearch(field.text);
    this.at++;
    if (!this.symbol('(')) return this.compare(field.text, operator.text, this.value());
    this.at++;
    const alternatives = this.valueGroup(field.text, operator.text);
    this.expect(')');
    return alternatives;
  }

  /** `field=("a" OR "b")` applies the operator to every value of the group. */
  private valueGroup(field: string, operator: string): Predicate {
    const any = [this.compare(field, operator, this.value())];
    const all: Predicate[] = [];
    while (this.keyword('OR') || this.keyword('AND')) {
      const or = this.keyword('OR');
      this.at++;
      (or ? any : all).push(this.compare(field, operator, this.value()));
    }
    return (entry) => any.some((term) => term(entry)) && all.every((term) => term(entry));
  }

  private compare(field: string, operator: string, value: { text: string; quoted: boolean }): Predicate {
    if (operator === ':' && value.text === '*' && !value.quoted) return fieldExists(field);
    return compareField(field, operator, value.text);
  }

  private value(): { text: string; quoted: boolean } {
    const first = this.word();
    let text = first.text;
    let end = first.at + first.text.length;
    for (
      let next = this.peek();
      !first.quoted && next?.at === end && next.kind !== 'symbol';
      next = this.peek()
    ) {
      text += next.text;
      end += next.text.length;
      this.at++;
    }
    return { text, quoted: first.quoted };
  }

  private sample(): Predicate {
    this.expect('(');
    const field = this.word().text;
    this.expect(',');
    const share = Number(this.word().text);
    this.expect(')');
    if (!(share >= 0 && share <= 1)) throw filterError('sample() takes a fraction between 0 and 1');
    return sampled(field, share);
  }
}

/** Throws Google's 400 if the filter has a syntax error or names an unknown field. */
export function parseFilter(text: string): Predicate {
  return new Parser(text).parse();
}
