import { slug } from '../domain/product.ts';
import { exitCodes, type Face, globalRows } from './help.ts';
import { columns, wrap } from './terminal/wrap.ts';
import type { Verb } from './verb.ts';
import { asFlags, type Flag, flagsOf, isSwitch } from './words/flag.ts';
import { flagName } from './words/flag-names.ts';

/** What one verb takes. */
export function helpFor(name: string, verb: Verb, { style, width }: Face): string {
  const flags = flagsOf(verb);
  const names = flags.map(({ input }) => input);
  const operands = (verb.operands ?? []).map((one) => one.name);
  const words = (verb.operands ?? []).map((one) => (one.required ? one.name : `[${one.name}]`));
  const codes = Object.entries({ ...exitCodes, ...verb.codes }).map(
    ([code, text]) => [code, asFlags(text, names, operands)] as const,
  );
  return [
    `${style.bold('Usage')}  ${[slug, name, ...words, '[flags]'].join(' ')}`,
    '',
    ...verb.about.map((text) => wrap(asFlags(text, names, operands), width)),
    '',
    ...(verb.operands?.length
      ? [
          columns(
            verb.operands.map((one) => [one.name, one.sentence] as const),
            width,
          ),
          '',
        ]
      : []),
    style.bold('Flags'),
    columns([...flags.map((flag) => row(flag, names, operands)), ...globalRows], width),
    '',
    style.bold('Exit codes'),
    columns(codes, width),
    '',
    style.bold('Examples'),
    ...verb.examples.map((line) => `  ${line}`),
  ].join('\n');
}

function row(flag: Flag, names: readonly string[], operands: readonly string[]): readonly [string, string] {
  const { sentence, default: fallback, required, kind } = flag;
  const more = [
    kind.words && !isSwitch(flag) ? `One of ${kind.words.join(', ')}.` : '',
    required ? 'Required.' : fallback && !isSwitch(flag) ? `Default: ${fallback}.` : '',
  ].filter(Boolean);
  return [flagLabel(flag), [asFlags(sentence, names, operands), ...more].join(' ')];
}

/** A flag that is on by default is shown as it is switched off. */
const flagLabel = (flag: Flag): string =>
  isSwitch(flag) && flag.default === 'true'
    ? `--no-${flag.input.replaceAll('_', '-')}`
    : flagName(flag.input);

/** The same as data, for programs that complete or document command lines. */
export function helpData(name: string, verb: Verb): object {
  return {
    verb: name,
    about: verb.about,
    operands: verb.operands ?? [],
    flags: flagsOf(verb).map((flag) => ({
      name: flagName(flag.input),
      sentence: flag.sentence,
      required: flag.required,
      default: flag.default,
      words: flag.kind.words,
      takes_value: !isSwitch(flag),
    })),
    exit_codes: { ...exitCodes, ...verb.codes },
    examples: verb.examples,
  };
}
