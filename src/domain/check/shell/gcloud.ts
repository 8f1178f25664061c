import { programOf, type ShellCommand, type ShellWord } from './command.ts';

/** A call of gcloud (or of firebase), taken apart. */
export interface CloudCall {
  /** The groups and the command, without the release track: `functions deploy`. */
  verb: string;
  /** Every option in order: `--flag`, `--flag=value` and `--flag value`. */
  options: CloudOption[];
  positionals: ShellWord[];
  command: ShellCommand;
  /** Words with a value that only a run knows. Options may hide in them. */
  unknown: ShellWord[];
}

export interface CloudOption {
  name: string;
  value: string | undefined;
  /** Undefined for an option without a value. */
  valueWord: ShellWord | undefined;
  word: ShellWord;
}

/** Options that never take a value. For the others, a word that is no option is the value. */
const switches =
  /^--((no-)?(allow-unauthenticated|gen2|quiet|trigger-http|retry|a(?:sync)|invoker-iam-check|iap|traffic|use-http2|cpu-throttling|cpu-boost|session-affinity|default-url|enable-[\w-]+|all)|clear-[\w-]+|force|brief|disabled|impersonate-nothing|use-wide-[\w-]+)$/;

const verbs = /^[a-z][a-z0-9-]*$/;
const tracks = ['alpha', 'beta', 'preview'];

/** The call of gcloud that a command makes, or undefined. */
export function gcloudCall(command: ShellCommand): CloudCall | undefined {
  if (!/^gcloud(\.cmd)?$/.test(programOf(command) ?? '')) return undefined;
  return callOf(command, command.words.slice(1));
}

export function callOf(command: ShellCommand, words: readonly ShellWord[]): CloudCall {
  const call: CloudCall = { verb: '', options: [], positionals: [], command, unknown: [] };
  const names: ShellWord[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as ShellWord;
    if (word.text === undefined) {
      const name = /^(--[a-z][\w-]*)=/.exec(word.raw)?.[1];
      if (name) call.options.push({ name, value: undefined, valueWord: word, word });
      else if (names.length === 0 || word.raw.startsWith('$') || word.raw.startsWith('"$')) {
        call.unknown.push(word);
        call.positionals.push(word);
      }
    } else if (word.text.startsWith('--')) {
      const [, name = '', value] = /^(--[^=]*)(?:=(.*))?$/s.exec(word.text) ?? [];
      const next = words[at + 1];
      if (value !== undefined) call.options.push({ name, value, valueWord: word, word });
      else if (!switches.test(name) && next && !next.text?.startsWith('-')) {
        call.options.push({ name, value: next.text, valueWord: next, word });
        at++;
      } else call.options.push({ name, value: undefined, valueWord: undefined, word });
    } else if (word.text.startsWith('-') && word.text.length > 1) {
      call.options.push({ name: word.text, value: undefined, valueWord: undefined, word });
    } else names.push(word);
  }
  // Groups and commands come before the name of the resource. How many there are follows from the known commands.
  const texts = names
    .map(({ text }) => text as string)
    .filter((text, index) => index > 0 || !tracks.includes(text));
  const words0 = names.slice(names.length - texts.length);
  const length = verbLength(texts);
  call.verb = texts.slice(0, length).join(' ');
  call.positionals.unshift(...words0.slice(length));
  return call;
}

/** Commands whose name ends the verb. */
const ends = new Set(
  'deploy update replace create delete describe list add-iam-policy-binding add-invoker-policy-binding set-iam-policy remove-iam-policy-binding remove-invoker-policy-binding create-oidc update-oidc update-traffic activate-service-account login submit call rollback set import get-iam-policy print-access-token'.split(
    ' ',
  ),
);

function verbLength(texts: readonly string[]): number {
  const end = texts.findIndex((text) => ends.has(text));
  if (end >= 0) return end + 1;
  const odd = texts.findIndex((text) => !verbs.test(text));
  return odd < 0 ? texts.length : odd;
}

/** The last option of one of these names. gcloud takes the last. */
export const lastOption = (call: CloudCall, ...names: readonly string[]): CloudOption | undefined =>
  call.options.findLast(({ name }) => names.includes(name));

export const optionsOf = (call: CloudCall, ...names: readonly string[]): CloudOption[] =>
  call.options.filter(({ name }) => names.includes(name));
