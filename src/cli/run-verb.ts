import type { Context } from '../runner/context.ts';
import type { Secrets } from '../runner/secrets.ts';
import type { Terminal } from './terminal/terminal.ts';
import type { ActionLogin, Ended, Verb } from './verb.ts';
import { readWords } from './words/arguments.ts';
import { isGlobal, UsageError } from './words/find-verb.ts';
import { actAs, flagsOf, isSwitch, shortNames } from './words/flag.ts';
import { readFlags } from './words/values.ts';

/** What the frame gives a verb besides its flags. */
export interface Tools {
  terminal: Terminal;
  secrets: Secrets;
  /** The context, with the inputs of the verb's action, and a login that acts as `account` if it is given. */
  contextFor: (inputs: Readonly<Record<string, string>>, how: ActionLogin) => Context;
}

/** Gives the command line to a verb, and runs it. Throws a `UsageError` with every problem. */
export async function runVerb(
  name: string,
  verb: Verb,
  argv: readonly string[],
  { terminal, secrets, contextFor }: Tools,
): Promise<Ended> {
  const flags = flagsOf(verb);
  const taken = flags.map(({ input }) => input);
  const short = Object.entries(shortNames).flatMap(([name, input]) => (taken.includes(input) ? [name] : []));
  terminal.flags = [...taken, ...short];
  const switches = new Set(flags.filter(isSwitch).map(({ input }) => input));
  const takesNone = (flag: string) => {
    const input = flag.replaceAll('-', '_');
    return (
      isGlobal(flag) ||
      switches.has(input) ||
      switches.has(shortNames[input] ?? '') ||
      switches.has(input.replace(/^no_/, ''))
    );
  };
  const words = readWords(argv, takesNone);
  const { values, inputs, problems } = readFlags(words, flags, secrets);
  const operands = words.operands;
  const wanted = verb.operands ?? [];
  for (const [index, operand] of wanted.entries())
    if (operand.required && operands[index] === undefined)
      problems.push(`${operand.name}: missing. ${operand.sentence}`);
  for (const extra of operands.slice(wanted.length))
    problems.push(
      `"${extra.slice(0, 60)}": ${wanted.length === 0 ? `${name} takes no words` : 'one word too many'}`,
    );
  if (problems.length > 0) throw new UsageError(problems, name);
  const named = values[actAs];
  const own = typeof named === 'string' ? named : undefined;
  const contextOf = (given: Readonly<Record<string, string>>, how: ActionLogin = {}) =>
    contextFor(given, { ...how, account: how.account ?? own });
  const context = contextOf({ ...inputs, ...verb.inputsOf?.(operands) });
  const google = async (project?: string) => (await import('./google.ts')).openGoogle(context, project);
  return verb.run({ values, operands, context, terminal, google, contextFor: contextOf });
}
