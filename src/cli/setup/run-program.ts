import { execFile } from 'node:child_process';

/** Standard output of a program; undefined if it is not installed or fails. No shell is involved. */
export function outputOf(
  program: string,
  argv: readonly string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, [...argv], { ...options, timeout: 10_000, maxBuffer: 1024 * 1024 }, (error, stdout) =>
      resolve(error ? undefined : stdout.trim() || undefined),
    );
  });
}
