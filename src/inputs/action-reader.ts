import { ReleaseError } from '../domain/errors/errors.ts';
import type { Use, UsedDefinition } from '../domain/inputs/definition.ts';
import { type Hook, hookHosts, hookSecrets, parseHooks } from '../domain/notify/hook.ts';
import { type InputProblem, inputProblemText } from '../domain/report/input-problem.ts';
import type { ActionName } from '../domain/report/report.ts';
import type { Declared } from './declared.ts';
import { refuseKey } from './key.ts';
import { type Privacy, protectValue, protectWrongValue } from './protect.ts';
import { shownInMessage, shownInReport } from './shown.ts';
import type { InputName, Inputs } from './table.ts';
import { unknownInputs } from './unknown.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface CommentInputs {
  token: string | undefined;
  /** The title of the section. */
  section: string | undefined;
}

type Summary = Inputs<'release'>['summary'];

/**
 * Reads the `INPUT_*` variables of the runner by the table of inputs. A problem does not throw: `done()` reports all of
 * them at once, each with the input and what was expected.
 */
export class ActionReader {
  readonly #declared: Declared;
  readonly #env: Environment;
  readonly #addSecret: (value: string) => void;
  readonly #privacy: Privacy;
  readonly #problems: InputProblem[] = [];
  readonly #shown: Record<string, string> = {};
  readonly #asked = new Set<string>();
  #action: ActionName | undefined;
  #values: Record<string, unknown> = {};

  constructor(
    declared: Declared,
    env: Environment,
    addSecret: (value: string) => void = () => {},
    privacy: Pick<Privacy, 'hide' | 'show'> = { hide: () => {}, show: () => {} },
  ) {
    this.#declared = declared;
    this.#env = env;
    this.#addSecret = addSecret;
    this.#privacy = { add: addSecret, hide: privacy.hide, show: privacy.show };
  }

  /** The inputs of an action, parsed. A process reads the inputs of one action only. */
  of<A extends ActionName>(action: A): Inputs<A> {
    if (this.#action === undefined) this.#readAll(action);
    if (this.#action !== action)
      throw new Error(`the inputs of ${this.#action} were read before those of ${action}`);
    return this.#values as Inputs<A>;
  }

  #readAll(action: ActionName): void {
    this.#action = action;
    refuseKey(this.#env, this.#addSecret);
    this.#problems.push(...unknownInputs(this.#env, action, this.#declared));
    for (const [name, definition] of Object.entries(this.#declared.of(action))) {
      const value = this.#read(name, definition);
      Object.defineProperty(this.#values, name, {
        enumerable: true,
        get: () => {
          this.#asked.add(name);
          return value;
        },
      });
    }
  }

  #read(name: string, definition: UsedDefinition & Pick<Use, 'required' | 'requiredUnless'>): unknown {
    const { kind } = definition;
    const text = this.#env[`INPUT_${name.toUpperCase()}`]?.trim();
    const fallback = definition.default === undefined ? undefined : kind.parse(definition.default);
    if (text === undefined || text === '') {
      const { requiredUnless: other } = definition;
      if (other !== undefined && !this.#env[`INPUT_${other.toUpperCase()}`]?.trim()) this.missing(name);
      if (!definition.required) return fallback;
      this.missing(name);
      return '';
    }
    if (definition.secret) this.#addSecret(text);
    // A server may repeat a part of them.
    if (name === 'notify') this.#protectHooks(text);
    try {
      const value = kind.parse(text);
      protectValue(definition, text, this.#privacy);
      this.#shown[name] = shownInReport(definition, text);
      return value;
    } catch (error) {
      protectWrongValue(definition, text, this.#privacy);
      const shown = shownInMessage(definition, text);
      this.#shown[name] = shown ?? '(hidden)';
      this.problem(name, `${shown === undefined ? '' : `${shown}: `}${(error as Error).message}`);
      // Nothing uses it, since done() throws; text keeps its type for the checks until then.
      return definition.required ? '' : fallback;
    }
  }

  /** True if the user set the input, even to a wrong value. */
  isSet(name: InputName): boolean {
    return this.#shown[name] !== undefined;
  }

  /** Notes that an input must be set. `expected` completes the sentence "expected ..." if the kind does not say enough. */
  missing(name: string, expected?: string): void {
    const kind = this.#action && this.#declared.of(this.#action)[name]?.kind;
    this.problem(name, `missing: expected ${expected ?? kind?.expected ?? 'a value'}`);
  }

  /** Notes a problem of several inputs together. The text must not quote a value. */
  problem(inputs: string | readonly string[], problem: string): void {
    this.#problems.push({ inputs: typeof inputs === 'string' ? [inputs] : inputs, problem });
  }

  /** What the user set, as far as the report may show it. */
  get given(): Record<string, unknown> {
    return { ...this.#shown };
  }

  /** When to write the job summary. Works for an action that failed before it read its inputs. */
  get summary(): Summary {
    const value = this.#env.INPUT_SUMMARY?.trim().toLowerCase();
    this.#asked.add('summary');
    return value === 'never' || value === 'on-problem' ? value : 'always';
  }

  /** What the user said about the comment on the pull request. Works for an action that failed before it read its inputs. */
  get comment(): CommentInputs | undefined {
    const given = (name: string) => this.#env[`INPUT_${name.toUpperCase()}`]?.trim() || undefined;
    if (this.#action !== undefined && !this.#declares('comment')) return undefined;
    for (const name of ['comment', 'comment_section']) this.#asked.add(name);
    if (!['true', 't', '1'].includes(given('comment')?.toLowerCase() ?? '')) return undefined;
    const token = given('github_token');
    if (token !== undefined) this.#addSecret(token);
    return { token, section: given('comment_section')?.slice(0, 100) };
  }

  /** The webhooks to tell. Works for an action that failed before it read its inputs. Empty after a dry run, which tells nobody. */
  get hooks(): readonly Hook[] {
    const given = (name: string) => this.#env[`INPUT_${name.toUpperCase()}`]?.trim() ?? '';
    this.#asked.add('notify');
    if (given('notify') === '' || ['true', 't', '1'].includes(given('dry_run').toLowerCase())) return [];
    this.#protectHooks(given('notify'));
    try {
      return parseHooks(given('notify'));
    } catch {
      // `done()` reports what is wrong with them.
      return [];
    }
  }

  /** Whether the log of the service explains a failure. Works for an action that failed before it read its inputs. */
  get logs(): boolean {
    this.#asked.add('logs');
    if (!this.#declares('logs')) return false;
    return this.#env.INPUT_LOGS?.trim().toLowerCase() !== 'off';
  }

  /** Whether messages of the log may be shown: what the user said, else undefined. */
  get logText(): boolean | undefined {
    this.#asked.add('log_text');
    const given = this.#env.INPUT_LOG_TEXT?.trim().toLowerCase();
    return given === 'true' ? true : given === 'false' ? false : undefined;
  }

  #declares(name: string): boolean {
    return this.#action !== undefined && this.#declared.of(this.#action)[name] !== undefined;
  }

  #protectHooks(text: string): void {
    for (const part of hookSecrets(text)) this.#addSecret(part);
    for (const host of hookHosts(text)) this.#privacy.show(host);
  }

  /** Inputs that the action declares but never reads, so that a test can find them. */
  get unread(): string[] {
    return Object.keys(this.#values).filter((name) => !this.#asked.has(name));
  }

  /** Throws one `input-invalid` that names every problem. Call it after the last read and before the first request. */
  done(): void {
    if (this.#problems.length === 0) return;
    const many = this.#problems.length > 1;
    const error = new ReleaseError('input-invalid', {
      what: `${many ? `${this.#problems.length} inputs are wrong` : 'An input is wrong'}: ${this.#problems.map(inputProblemText).join('; ')}.`,
      fix: `Correct ${many ? 'them' : 'it'} under \`with:\` of this step.`,
    });
    error.evidence = { problems: [...this.#problems] };
    throw error;
  }
}
