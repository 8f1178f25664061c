import { type Assignment, parse, type Redirection, type SyntaxNode, type Word } from 'unbash';
import { type Embedded, lineOf } from '../files/embedded.ts';
import type { ShellCommand, ShellScript, ShellWord, Variables } from './command.ts';
import { nested } from './nested.ts';
import { type Expressions, expand, filler, type Held, type Scope } from './words.ts';

const maxBytes = 1 << 20;
const maxCommands = 20_000;

export interface ScriptOptions {
  /** Values that the script starts with. */
  variables?: Variables | undefined;
  expressions?: Expressions | undefined;
  /** How many scripts this one lies in: `bash -c` in `eval` in a here-document. */
  depth?: number;
}

type Flags = Pick<ShellCommand, 'excused' | 'tested' | 'conditional'> & { pipedInto: string | undefined };
const plain: Flags = { excused: false, tested: false, conditional: false, pipedInto: undefined };

/** Reads a script for a POSIX shell or Bash. Commands in substitutions, functions and scripts of scripts are listed too. */
export function readScript(script: Embedded, options: ScriptOptions = {}): ShellScript {
  const result: ShellScript = { commands: [], assignments: [], problem: undefined };
  const { depth = 0, expressions = () => undefined } = options;
  if (script.text.length > maxBytes) return { ...result, problem: 'the script is larger than 1 MiB' };
  const original = script.text;
  const source = original.replace(/\$\{\{.*?\}\}/gs, (found) => filler.repeat(found.length));
  const parsed = parse(source);
  const deep = parsed.errors?.find(({ message }) => /nesting depth/.test(message));
  if (deep) return { ...result, problem: 'the script is nested too deeply' };
  if (parsed.errors?.length) result.problem = `the script has an error: ${parsed.errors[0]?.message}`;
  const scope: Scope = new Map();
  const start = { file: script.file, ...script.at(0) };
  for (const [name, values] of options.variables ?? [])
    scope.set(
      name,
      values.map((text) => ({
        words: [{ text, raw: `$${name}`, at: start, maybe: false }],
        isList: false,
      })),
    );
  const context = { script, original, scope, expressions };
  const words = (word: Word): ShellWord[] => expand(word, context);
  const oneWord = (word: Word): ShellWord => {
    const all = words(word);
    return all.length === 1 && all[0]
      ? all[0]
      : {
          text: all.every(({ text }) => text !== undefined)
            ? all.map(({ text }) => text).join(' ')
            : undefined,
          raw: original.slice(word.pos, word.end),
          at: { file: script.file, ...script.at(word.pos) },
          maybe: false,
        };
  };

  function assign({ name, value, append }: Assignment, conditional: boolean): void {
    const held: Held =
      value.type === 'ArrayValue'
        ? { words: value.elements.flatMap(words), isList: true }
        : { words: [oneWord(value)], isList: false };
    const before = scope.get(name) ?? [];
    const joined = append
      ? before.length === 0
        ? [held]
        : before.map((old) => ({ words: [...old.words, ...held.words], isList: old.isList || held.isList }))
      : [held];
    // After an `if`, the variable may still hold what it held before.
    scope.set(
      name,
      conditional && !(append && before.length === 0) ? [...before, ...joined].slice(-8) : joined,
    );
    for (const word of held.words) result.assignments.push({ name, value: word });
  }

  function substitutions(node: SyntaxNode | undefined, flags: Flags): void {
    const parts = node && 'parts' in node ? (node.parts as readonly SyntaxNode[] | undefined) : undefined;
    for (const part of parts ?? []) {
      if ('script' in part && part.script)
        list(part.script.commands, { ...flags, pipedInto: undefined, excused: flags.excused });
      substitutions(part, flags);
    }
  }

  function command(node: Extract<SyntaxNode, { type: 'Command' }>, flags: Flags): void {
    if (result.commands.length >= maxCommands) {
      result.problem = `the script holds more than ${maxCommands} commands`;
      return;
    }
    const sets: ShellCommand['sets'] = [];
    for (const part of node.prefix)
      if (part.type === 'Assignment') {
        if (part.value.type === 'ArrayValue')
          for (const item of part.value.elements) substitutions(item, flags);
        else substitutions(part.value, flags);
        if (node.name === undefined) assign(part, flags.conditional);
        else if (part.value.type === 'Word') sets.push({ name: part.name, value: oneWord(part.value) });
      }
    if (node.name === undefined) return;
    substitutions(node.name, flags);
    const all = [...words(node.name)];
    for (const argument of node.args) {
      if (argument.type === 'Assignment') {
        // `export NAME=value`
        assign(argument, flags.conditional);
        if (argument.value.type === 'Word') {
          substitutions(argument.value, flags);
          all.push({
            ...oneWord(argument.value),
            text: join(argument.name, oneWord(argument.value).text),
            raw: original.slice(argument.pos, argument.end),
          });
        }
      } else {
        substitutions(argument, flags);
        all.push(...words(argument));
      }
    }
    const found: ShellCommand = {
      words: all,
      at: { file: script.file, ...script.at(node.pos) },
      ...flags,
      input: inputOf(node.redirects),
      writes: node.redirects.flatMap((one) =>
        one.type === 'Redirect' && /^(>|>>|>\||&>|&>>)$/.test(one.operator) && one.target
          ? [oneWord(one.target)]
          : [],
      ),
      sets,
    };
    result.commands.push(found);
    for (const inner of nested(found, script, depth)) {
      const read = readScript(inner, { ...options, variables: valuesOf(scope), depth: depth + 1 });
      result.commands.push(
        ...read.commands.map((one) => ({
          ...one,
          excused: one.excused || flags.excused,
          conditional: one.conditional || flags.conditional,
        })),
      );
      result.problem ??= read.problem;
    }
  }

  const join = (name: string, text: string | undefined) =>
    text === undefined ? undefined : `${name}=${text}`;

  function inputOf(redirects: readonly Redirection[]): ShellWord | undefined {
    for (const one of redirects) {
      if (one.type === 'HereDoc') {
        const at = { file: script.file, ...script.at(one.body.pos) };
        return { text: original.slice(one.body.pos, one.body.end), raw: '', at, maybe: false };
      }
      if (one.type === 'HereString' && one.target) return oneWord(one.target);
    }
    return undefined;
  }

  function list(statements: readonly SyntaxNode[], flags: Flags): void {
    for (const statement of statements) visit(statement, flags);
  }

  function visit(node: SyntaxNode, flags: Flags): void {
    const maybe = { ...flags, conditional: true, pipedInto: undefined };
    switch (node.type) {
      case 'Statement':
        visit(node.command, flags);
        return;
      case 'Command':
        command(node, flags);
        return;
      case 'Pipeline': {
        const negated = node.prefixes.some(({ type }) => type === 'Negation');
        for (const [index, one] of node.commands.entries()) {
          const next = node.commands[index + 1];
          const into = next?.type === 'Command' ? next.name?.value : undefined;
          visit(one, { ...flags, tested: flags.tested || negated, pipedInto: into });
        }
        return;
      }
      case 'AndOr':
        for (const [index, one] of node.commands.entries()) {
          const last = node.commands.at(-1);
          const excused =
            node.operators.slice(index).includes('||') &&
            last?.type === 'Command' &&
            isHarmless(last.name?.value);
          const guarded = index > 0 && node.operators[index - 1] === '||';
          visit(one, {
            ...flags,
            excused: flags.excused || excused,
            conditional: flags.conditional || guarded,
          });
        }
        return;
      case 'If':
        list(node.clause.commands, { ...maybe, tested: true, conditional: flags.conditional });
        list(node.then.commands, maybe);
        for (const { clause, then } of node.elif) {
          list(clause.commands, { ...maybe, tested: true });
          list(then.commands, maybe);
        }
        list(node.else?.commands ?? [], maybe);
        return;
      case 'While':
        list(node.clause.commands, { ...flags, tested: true });
        list(node.body.commands, maybe);
        return;
      case 'For':
      case 'Select': {
        for (const word of node.wordlist ?? []) substitutions(word, flags);
        const values = (node.wordlist ?? []).flatMap(words);
        if (values.length > 0)
          scope.set(
            node.name.value,
            values.slice(0, 8).map((word) => ({ words: [word], isList: false })),
          );
        list(node.body.commands, flags);
        return;
      }
      case 'ArithmeticFor':
        list(node.body.commands, flags);
        return;
      case 'Case':
        for (const { body } of node.items) list(body.commands, maybe);
        return;
      case 'Subshell':
      case 'BraceGroup':
        list(node.body.commands, flags);
        return;
      case 'CompoundList':
        list(node.commands, flags);
        return;
      case 'Redirected':
        visit(node.command, flags);
        return;
      case 'Function':
        visit(node.body, flags);
        return;
      case 'Coproc':
        visit(node.body, flags);
        return;
      default:
        return;
    }
  }

  list(parsed.commands, plain);
  return result;
}

/** Commands after `||` that turn a failure into a success. */
const isHarmless = (name: string | undefined): boolean =>
  name !== undefined && ['true', ':', 'echo', 'printf', 'exit 0', 'continue'].includes(name);

const valuesOf = (scope: Scope): Variables =>
  new Map(
    [...scope].map(([name, held]) => [
      name,
      held.map(({ words }) =>
        words.every(({ text }) => text !== undefined) ? words.map(({ text }) => text).join(' ') : undefined,
      ),
    ]),
  );

/** A script that has no place of its own, such as the entry of a package file. */
export const scriptOnLine = (file: string, text: string, line: number, column: number): Embedded =>
  lineOf(file, text, line, column);
