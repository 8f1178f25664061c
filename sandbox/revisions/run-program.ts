import { spawn } from 'node:child_process';

/** Runs a program of a build to its end. Its output goes to `onLine`. Resolves with the exit code and the last lines. */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; signal: AbortSignal; onLine(line: string): void },
): Promise<{ code: number | null; tail: string }> {
  const { cwd, env = process.env, signal, onLine } = options;
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], signal });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) {
        if (lines.push(line) > 20) lines.shift();
        onLine(line);
      }
    });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { code, tail: lines.join('\n') };
}
