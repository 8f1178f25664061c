import { nearest } from '../../domain/data/nearest.ts';
import { type Privacy, protectValue, protectWrongValue } from '../../inputs/protect.ts';
import { shownInMessage } from '../../inputs/shown.ts';
import type { Words } from './arguments.ts';
import { globalFlags, isGlobal } from './find-verb.ts';
import { type Flag, isSwitch, shortNames } from './flag.ts';
import { flagName } from './flag-names.ts';

export interface Given {
  /** The verb's own flags, parsed. */
  values: Record<string, unknown>;
  /** Flags that are inputs of an action, as text. */
  inputs: Record<string, string>;
  problems: string[];
}

/** Gives the words to the flags of a verb. Notes every problem. */
export function readFlags(words: Words, flags: readonly Flag[], privacy: Privacy): Given {
  const given: Given = { values: {}, inputs: {}, problems: [...words.problems] };
  const texts = new Map<string, string>();
  for (const { name, value } of words.flags) {
    if (isGlobal(name)) continue;
    const { flag, text, problem } = one(name, value, flags);
    if (problem !== undefined || flag === undefined) {
      given.problems.push(problem ?? unknown(name, flags));
      continue;
    }
    const before = texts.get(flag.input);
    if (before !== undefined && !flag.kind.expected.includes('newlines') && !isList(flag))
      given.problems.push(`${flagName(flag.input)}: given twice`);
    texts.set(flag.input, before === undefined ? text : `${before}\n${text}`);
  }
  for (const flag of flags) {
    const text = texts.get(flag.input);
    const value = readValue(flag, text, given.problems, privacy);
    if (flag.own) given.values[flag.input] = value;
    else if (text !== undefined) given.inputs[flag.input] = text;
  }
  return given;
}

/** A list may be given in several flags. */
const isList = ({ kind }: Flag): boolean => /commas|list/.test(kind.expected) || kind.shown === 'keys';

function one(
  name: string,
  value: string | undefined,
  flags: readonly Flag[],
): { flag?: Flag; text: string; problem?: string } {
  const input = name.replaceAll('-', '_');
  const find = (wanted: string) => flags.find((flag) => flag.input === wanted);
  const flag = find(input) ?? find(shortNames[input] ?? '');
  if (flag) {
    if (value === undefined && !isSwitch(flag))
      return { flag, text: '', problem: `--${name}: needs a value, ${flag.kind.expected}` };
    return { flag, text: value ?? 'true' };
  }
  const negated = /^no-/.test(name) ? find(input.slice(3)) : undefined;
  if (negated && isSwitch(negated) && value === undefined) return { flag: negated, text: 'false' };
  return { text: '' };
}

function unknown(name: string, flags: readonly Flag[]): string {
  const known = [
    ...flags.map(({ input }) => input.replaceAll('_', '-')),
    ...Object.keys(shortNames),
    ...Object.keys(globalFlags),
  ];
  const near = nearest(name, known);
  return `--${name}: no such flag${near === undefined ? '' : `; did you mean --${near}?`}`;
}

/** The value of a flag. Inputs of an action are read too, so that all that is wrong is told at once. */
function readValue(flag: Flag, text: string | undefined, problems: string[], privacy: Privacy): unknown {
  const { kind, input } = flag;
  if (text === undefined || text === '') {
    if (flag.required) problems.push(`${flagName(input)}: missing, expected ${kind.expected}`);
    return flag.default === undefined ? undefined : kind.parse(flag.default);
  }
  try {
    const value = kind.parse(text);
    protectValue(flag, text, privacy);
    return value;
  } catch (error) {
    protectWrongValue(flag, text, privacy);
    const shown = shownInMessage(flag, text);
    const said = `${shown === undefined ? '' : `${shown}: `}${(error as Error).message}`;
    problems.push(`${flagName(input)}: ${said}`);
    return undefined;
  }
}
