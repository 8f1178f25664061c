import { nodeAt, type YamlNode } from '../../yaml/node.ts';
import { embed } from '../files/embed.ts';
import { blockOf, type Embedded } from '../files/embedded.ts';
import { folderOf, type Repository, resolvePath } from '../files/repository.ts';
import { programOf, type ShellCommand, type ShellScript, type Variables } from '../shell/command.ts';
import type { readMakefile } from '../shell/makefile.ts';

/** A script that another script starts. */
export interface Started {
  /** The file, and the target or the entry in it. */
  id: string;
  script: Embedded;
  /** The folder in which it runs. */
  folder: string;
  variables?: Variables;
}

interface Sources {
  repository: Repository;
  make(path: string): ReturnType<typeof readMakefile> | undefined;
  yaml(path: string): YamlNode | undefined;
}

const shells = ['bash', 'sh', 'dash', 'zsh', 'source', '.'];
const managers = ['npm', 'pnpm', 'yarn', 'bun'];

/** The scripts of this repository that a script starts: files, targets of Makefiles, entries of package files. */
export function startedBy(script: ShellScript, folder: string, sources: Sources): Started[] {
  let at = folder;
  const written = new Map<string, Embedded>();
  return script.commands.flatMap((command) => {
    const program = programOf(command);
    const words = command.words.slice(1).map(({ text }) => text);
    for (const { text } of command.writes) {
      const path = text === undefined ? undefined : resolvePath(at, text);
      const { input } = command;
      if (path !== undefined && input?.text !== undefined)
        written.set(path, blockOf(input.at.file, input.text, input.at.line, input.at.column - 1));
    }
    if (program === 'cd') {
      at = resolvePath(at, words[0] ?? '') ?? at;
      return [];
    }
    if (program === 'make' || program === 'gmake') return targets(words, at, sources);
    if (program !== undefined && managers.includes(program)) return entries(program, words, at, sources);
    return files(command, program, words, at, sources, written);
  });
}

function files(
  command: ShellCommand,
  program: string | undefined,
  words: readonly (string | undefined)[],
  folder: string,
  { repository }: Sources,
  written: ReadonlyMap<string, Embedded>,
): Started[] {
  const name = command.words[0]?.text;
  const file =
    program !== undefined && shells.includes(program)
      ? words.find((word) => word !== undefined && !word.startsWith('-'))
      : name?.includes('/')
        ? name
        : undefined;
  const path =
    file === undefined ? undefined : resolvePath(folder, file.replace(/^\$\{?GITHUB_WORKSPACE\}?\//, ''));
  if (path === undefined) return [];
  const own = written.get(path);
  if (own) return [{ id: path, script: own, folder }];
  const text = repository.text(path);
  if (text === undefined || /^#!.*\b(python|node|perl|ruby)/.test(text)) return [];
  return [{ id: path, script: blockOf(path, text, 1, 0), folder }];
}

function targets(
  words: readonly (string | undefined)[],
  folder: string,
  { repository, make }: Sources,
): Started[] {
  const option = (flag: string) => {
    const at = words.indexOf(flag);
    return at >= 0
      ? words[at + 1]
      : words.find((word) => word?.startsWith(flag) && word !== flag)?.slice(flag.length);
  };
  const within = resolvePath(folder, option('-C') ?? '') ?? folder;
  const named = option('-f');
  const path = (named ? [named] : ['GNUmakefile', 'makefile', 'Makefile'])
    .map((name) => resolvePath(within, name))
    .find((one) => one !== undefined && repository.text(one) !== undefined);
  const file = path === undefined ? undefined : make(path);
  if (path === undefined || !file) return [];
  const given = words.flatMap((word) => {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(word ?? '') ?? [];
    return name ? [[name, value ?? ''] as const] : [];
  });
  const variables = new Map([...file.variables, ...given].map(([name, value]) => [name, [value]] as const));
  const skip = [option('-C'), named];
  const goals = words.filter(
    (word) => word !== undefined && !/^-|=/.test(word) && !skip.includes(word),
  ) as string[];
  const open = goals.length > 0 ? goals : (file.recipes[0]?.targets ?? []).slice(0, 1);
  const seen = new Set<string>();
  const started: Started[] = [];
  for (let goal = open.shift(); goal !== undefined; goal = open.shift()) {
    if (seen.has(goal)) continue;
    seen.add(goal);
    const recipe = file.recipes.find(({ targets: all }) => all.includes(goal as string));
    if (!recipe) continue;
    open.push(...recipe.needs);
    started.push({ id: `${path}:${recipe.targets[0]}`, script: recipe.script, folder: within, variables });
  }
  return started;
}

function entries(
  program: string,
  words: readonly (string | undefined)[],
  folder: string,
  { repository, yaml }: Sources,
): Started[] {
  const plain = words.filter((word): word is string => word !== undefined && !word.startsWith('-'));
  const prefixAt = words.findIndex((word) => word === '--prefix' || word === '-C' || word === '--cwd');
  const within = prefixAt >= 0 ? (resolvePath(folder, words[prefixAt + 1] ?? '') ?? folder) : folder;
  const skip = prefixAt >= 0 ? words[prefixAt + 1] : undefined;
  const [first, second] = plain.filter((word) => word !== skip);
  const entry =
    first === 'run' || first === 'run-script'
      ? second
      : program === 'npm' && first !== 'test' && first !== 'start'
        ? undefined
        : first;
  const path = within === '' ? 'package.json' : `${within}/package.json`;
  const text = repository.text(path);
  const node = entry === undefined || text === undefined ? undefined : nodeAt(yaml(path), 'scripts', entry);
  if (node?.kind !== 'text' || text === undefined) return [];
  return [{ id: `${path}:${entry}`, script: embed(path, text, node), folder: folderOf(path) }];
}
