import { blockOf, type Embedded, lineOf } from '../files/embedded.ts';
import type { ShellCommand, ShellWord } from './command.ts';

/** Programs that run the command behind them, with the options of theirs that take a value. */
const wrappers: Readonly<Record<string, readonly string[]>> = {
  sudo: ['-u', '-g', '-h', '-p', '-C', '-D'],
  env: ['-u', '-C', '-S'],
  timeout: ['-s', '-k', '--signal', '--kill-after'],
  time: [],
  nice: ['-n'],
  nohup: [],
  exec: ['-a'],
  command: [],
  builtin: [],
  xargs: ['-I', '-n', '-P', '-L', '-d', '-a', '-E', '-s'],
  stdbuf: ['-i', '-o', '-e'],
  setsid: [],
  retry: ['-t', '-d'],
  doas: ['-u'],
  ionice: ['-c', '-n'],
};

const shells = ['bash', 'sh', 'dash', 'zsh', 'ksh'];

/** Takes `sudo`, `env A=b`, `timeout 60` and their like off the front. */
export function unwrapped(words: readonly ShellWord[]): ShellWord[] {
  let rest = [...words];
  for (let turns = 0; turns < 10; turns++) {
    const name = rest[0]?.text?.replace(/^.*\//, '') ?? '';
    const valued = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
    if (!valued) return rest;
    let at = 1;
    while (at < rest.length) {
      const text = rest[at]?.text ?? '';
      if (valued.includes(text)) at += 2;
      else if (text.startsWith('-') || (name === 'env' && /^\w+=/.test(text))) at += 1;
      else break;
    }
    if (name === 'timeout') at += 1;
    if (at >= rest.length) return rest;
    rest = rest.slice(at);
  }
  return rest;
}

/** The scripts that a command hands to a shell: `bash -c '…'`, `eval "…"`, `ssh host '…'` and `bash <<EOF`. */
export function nested(command: ShellCommand, script: Embedded, depth: number): Embedded[] {
  command.words = unwrapped(command.words);
  if (depth > 5) return [];
  const [program, ...rest] = command.words;
  const name = program?.text?.replace(/^.*\//, '') ?? '';
  if (name === 'eval') {
    const known = rest.filter(({ text }) => text !== undefined);
    return known.length === 0 ? [] : [wordScript(known)];
  }
  const isRemote = name === 'ssh';
  if (!shells.includes(name) && !isRemote) return [];
  const at = rest.findIndex(({ text }) => text !== undefined && /^-\w*c$/.test(text));
  const code = at >= 0 && !isRemote ? rest[at + 1] : undefined;
  if (code?.text !== undefined) return [wordScript([code])];
  if (isRemote && rest.length > 1) {
    const last = rest.at(-1);
    if (last?.text?.includes(' ')) return [wordScript([last])];
  }
  const file = rest.find(({ text }) => text !== undefined && !text.startsWith('-'));
  const { input } = command;
  if (input?.text === undefined || (file && file.text !== 'bash' && !isRemote)) return [];
  return [input.raw === '' ? blockAt(script, input) : wordScript([input])];
}

const wordScript = (words: readonly ShellWord[]): Embedded => {
  const [first] = words;
  const at = first?.at ?? { file: '', line: 1, column: 1 };
  const quote = /^['"]/.test(first?.raw ?? '') ? 1 : 0;
  const text = words.map((word) => word.text).join(' ');
  const isBlock = text.includes('\n');
  return isBlock
    ? { ...blockOf(at.file, text, at.line, 0), at: (offset) => shifted(text, at, quote, offset) }
    : lineOf(at.file, text, at.line, at.column + quote);
};

function shifted(text: string, at: { line: number; column: number }, quote: number, offset: number) {
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return {
    line: at.line + before.length - 1,
    column: before.length === 1 ? at.column + quote + column - 1 : column,
  };
}

/** A here-document keeps its places, because its text is a part of the script. */
function blockAt(script: Embedded, input: ShellWord): Embedded {
  const text = input.text ?? '';
  const lines = text.split('\n');
  const first = input.at.column - 1;
  return {
    file: script.file,
    text,
    at(offset) {
      let left = offset;
      for (const [index, line] of lines.entries()) {
        if (left <= line.length) return { line: input.at.line + index, column: first + left + 1 };
        left -= line.length + 1;
      }
      return { line: input.at.line + lines.length - 1, column: 1 };
    },
  };
}
