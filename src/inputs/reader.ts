import {
  parseBoolean,
  parseDuration,
  parseInteger,
  parseList,
  parseMap,
  parsePercentage,
} from '../domain/data/parse.ts';
import { ReleaseError } from '../domain/errors/errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface TextRules {
  pattern?: RegExp;
  /** What would be right, after "expected ". */
  expected?: string;
  maxLength?: number;
}

/**
 * Reads `INPUT_*` as the runner sets them. Nothing throws until `done()`, which reports every problem at once, each
 * with the input, the value and what would be right.
 */
export class Inputs {
  readonly #env: Environment;
  readonly #problems: string[] = [];
  readonly #given: Record<string, unknown> = {};

  constructor(env: Environment) {
    this.#env = env;
  }

  /** What was given, for the report; never the values of secrets, which are not inputs of these actions. */
  get given(): Record<string, unknown> {
    return { ...this.#given };
  }

  /** Adds a problem that only shows when inputs are taken together. */
  problem(text: string): void {
    this.#problems.push(text);
  }

  #raw(name: string): string | undefined {
    const value = this.#env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`]?.trim();
    if (value === undefined || value === '') return undefined;
    // A token stays out of every report, whoever reads it and however early the action ends.
    this.#given[name] = /token$/.test(name) ? '(hidden)' : value;
    return value;
  }

  #read<T>(name: string, parse: (raw: string) => T): T | undefined {
    const raw = this.#raw(name);
    if (raw === undefined) return undefined;
    try {
      return parse(raw);
    } catch (error) {
      const shown = raw.length > 60 ? `${raw.slice(0, 57)}...` : raw;
      this.#problems.push(`${name}: "${shown.replace(/\s+/g, ' ')}": ${(error as Error).message}`);
      return undefined;
    }
  }

  text(name: string, rules: TextRules = {}): string | undefined {
    return this.#read(name, (raw) => {
      if (rules.maxLength !== undefined && raw.length > rules.maxLength)
        throw new Error(`expected at most ${rules.maxLength} characters, found ${raw.length}`);
      if (rules.pattern && !rules.pattern.test(raw))
        throw new Error(`expected ${rules.expected ?? String(rules.pattern)}`);
      return raw;
    });
  }

  /** As `text`, and a problem where it is missing. Returns '' after noting the problem. */
  required(name: string, rules: TextRules = {}): string {
    if (this.#raw(name) === undefined) {
      this.#problems.push(`${name}: missing: expected ${rules.expected ?? 'a value'}`);
      return '';
    }
    return this.text(name, rules) ?? '';
  }

  boolean(name: string): boolean | undefined {
    return this.#read(name, parseBoolean);
  }

  integer(name: string, min?: number, max?: number): number | undefined {
    return this.#read(name, (raw) => parseInteger(raw, min, max));
  }

  /** Seconds. */
  duration(name: string): number | undefined {
    return this.#read(name, parseDuration);
  }

  /** Seconds from `min` to `max`; `fallback` where nothing is given, and where what is given is a problem. */
  durationWithin(name: string, fallback: number, min: number, max: number): number {
    const value = this.duration(name) ?? fallback;
    if (value >= min && value <= max) return value;
    this.problem(`${name}: "${this.given[name]}": expected ${min}s to ${max / 60}m`);
    return fallback;
  }

  /** A fraction from 0 to 1. */
  percentage(name: string): number | undefined {
    return this.#read(name, parsePercentage);
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    return this.#read(name, (raw) => {
      const found =
        choices.find((choice) => choice === raw.toLowerCase()) ?? choices.find((choice) => choice === raw);
      if (!found) throw new Error(`expected one of ${choices.join(', ')}`);
      return found;
    });
  }

  list(name: string): string[] | undefined {
    return this.#read(name, parseList);
  }

  map(name: string): Map<string, string> | undefined {
    return this.#read(name, parseMap);
  }

  /** Anything else: `parse` throws `Error` with what would be right. */
  custom<T>(name: string, parse: (raw: string) => T): T | undefined {
    return this.#read(name, parse);
  }

  /** Throws one `input-invalid` that names every problem; call it after the last read and before the first request. */
  done(): void {
    if (this.#problems.length === 0) return;
    const many = this.#problems.length > 1;
    const error = new ReleaseError('input-invalid', {
      what: `${many ? `${this.#problems.length} inputs are wrong` : 'An input is wrong'}: ${this.#problems.join('; ')}.`,
      fix: `Correct ${many ? 'them' : 'it'} under \`with:\` of this step.`,
    });
    error.evidence = { problems: [...this.#problems] };
    throw error;
  }
}
