import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface CliRun {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface CliOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** Sends a signal as soon as standard error holds this text. */
  signalAt?: { text: string; signal: NodeJS.Signals };
  /** The reader of standard output goes away before anything is written. */
  hangUp?: boolean;
  node?: string;
  timeoutMs?: number;
}

/** How the command line is started: the built stub, or the sources with BACKSTAY_FROM_SOURCE=1. */
export function cliArgv(): string[] {
  if (process.env.BACKSTAY_FROM_SOURCE)
    return ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(root, 'test/support/cli-from-source.mjs')];
  return [join(process.env.BACKSTAY_BUILT || root, 'dist/cli.js')];
}

/** Starts the command line without a terminal, in an environment that holds nothing of this machine's logins. */
export async function runCli(argv: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const child = spawn(options.node ?? process.execPath, [...cliArgv(), ...argv], {
    cwd: options.cwd ?? tmpdir(),
    env: {
      PATH: process.env.PATH ?? '',
      HOME: join(tmpdir(), 'no-such-home'),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  let sent = false;
  if (options.hangUp) child.stdout.destroy();
  else child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    const { signalAt } = options;
    if (!signalAt || sent || !err.includes(signalAt.text)) return;
    sent = true;
    child.kill(signalAt.signal);
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 110_000);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (...ended) => resolve(ended)),
  );
  clearTimeout(timer);
  return { code, signal, out, err };
}
