import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runProgram } from './run-program.ts';

const root = join(import.meta.dirname, '..', '..', 'node_modules');
const frameworkPath = join('@google-cloud', 'functions-framework', 'build', 'src', 'main.js');

const numbers = (version: string) => version.split(/[.+-]/, 3).map(Number);

/** True if a version matches a range such as `^1.2.3`, `~1.2`, `>=1`, `1.2.3` or `*`. Undefined if the range has another form. */
export function satisfies(version: string, range: string): boolean | undefined {
  const match = /^(\^|~|>=|=)?v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?$/.exec(range.trim());
  if (!match)
    return range.trim() === '*' || range.trim() === '' || range.trim() === 'latest' ? true : undefined;
  if (/-/.test(version)) return undefined;
  const wildcard = (text: string | undefined) => text === undefined || text === 'x' || text === '*';
  const wanted = [
    Number(match[2]),
    wildcard(match[3]) ? 0 : Number(match[3]),
    wildcard(match[4]) ? 0 : Number(match[4]),
  ];
  const given = numbers(version);
  const order =
    [0, 1, 2].map((i) => (given[i] ?? 0) - (wanted[i] ?? 0)).find((difference) => difference !== 0) ?? 0;
  if (order < 0) return false;
  if (match[1] === '>=') return true;
  // A caret fixes the leftmost nonzero part. A tilde fixes the minor version.
  const fixed =
    match[1] === '^'
      ? wanted[0]
        ? 1
        : wanted[1]
          ? 2
          : 3
      : match[1] === '~'
        ? wildcard(match[3])
          ? 1
          : 2
        : wildcard(match[3])
          ? 1
          : wildcard(match[4])
            ? 2
            : 3;
  return [0, 1, 2].slice(0, fixed).every((i) => given[i] === wanted[i]);
}

function installed(name: string): string | undefined {
  const file = join(root, name, 'package.json');
  return existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version
    : undefined;
}

/** True if this repository's node_modules satisfies every dependency, so that a link to it is enough. */
export function satisfiedHere(dependencies: Readonly<Record<string, string>>): boolean {
  return Object.entries(dependencies).every(([name, range]) => {
    const version = installed(name);
    return version !== undefined && satisfies(version, range) === true;
  });
}

/**
 * Prefers the framework that the source brings, because a function registers itself with its own copy. If the source
 * brings none, this adds one, as the buildpack does.
 */
export function frameworkOf(folder: string): string {
  const own = join(folder, 'node_modules', frameworkPath);
  return existsSync(own) ? own : join(root, frameworkPath);
}

export function linkDependencies(folder: string): void {
  symlinkSync(root, join(folder, 'node_modules'), 'dir');
}

/**
 * Installs with the npm that belongs to the Node of this process, as the buildpack does: `npm ci` if there is a lock file,
 * else `npm install`. Scripts of packages do not run. Its output goes to `onLine`.
 */
export async function installDependencies(
  folder: string,
  signal: AbortSignal,
  onLine: (line: string) => void,
): Promise<void> {
  const locked = ['package-lock.json', 'npm-shrinkwrap.json'].some((name) => existsSync(join(folder, name)));
  const verb = locked ? 'ci' : 'install';
  const argv = [verb, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` };
  const { code, tail } = await runProgram('npm', argv, { cwd: folder, env, signal, onLine });
  if (code !== 0) throw new Error(`npm ${verb} failed with exit code ${code}\n${tail}`);
}
