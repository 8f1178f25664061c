import { execFileSync } from 'node:child_process';

/** Settings that keep a repository from running programs of its own while it is read. */
const safe = [
  ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'safe.directory=*'],
  ...['-c', 'protocol.ext.allow=never', '-c', 'core.quotePath=false'],
];

export interface GitOptions {
  folder: string;
  input?: string;
  timeoutMs?: number;
  environment: Readonly<Record<string, string | undefined>>;
}

/** What git prints, or undefined if it fails, is missing or takes too long. It never asks for a password. */
export function git(args: readonly string[], options: GitOptions): Buffer | undefined {
  const { folder, input, timeoutMs = 60_000, environment } = options;
  try {
    return execFileSync('git', [...safe, ...args], {
      cwd: folder,
      timeout: timeoutMs,
      maxBuffer: 1 << 28,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'ignore'],
      env: { ...environment, GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' },
      ...(input === undefined ? {} : { input }),
    });
  } catch {
    return undefined;
  }
}

/** The parts of an output of `-z`. */
export const split = (output: Buffer | undefined): string[] =>
  (output?.toString('utf8') ?? '').split('\0').filter((part) => part !== '');
