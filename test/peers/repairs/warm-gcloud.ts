import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gcloudLibrary } from '../gcloud/compare.ts';

export interface Shell {
  code: number | null;
  output: string;
  errors: string;
}

/** A real gcloud that is loaded once (server.py), and a shell in which it is the command `gcloud`. */
export class WarmGcloud {
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, server: ChildProcess, env: NodeJS.ProcessEnv) {
    this.#folder = folder;
    this.#server = server;
    this.#env = env;
  }

  static isHere = (): boolean => gcloudLibrary() !== undefined;

  /** @param env what gcloud reads: the addresses of the APIs, the project, the file with the token */
  static async start(env: Readonly<Record<string, string>> = {}): Promise<WarmGcloud> {
    const folder = mkdtempSync(join(tmpdir(), 'bs-warm-'));
    mkdirSync(join(folder, 'bin'));
    const program = join(folder, 'bin', 'gcloud');
    writeFileSync(program, `#!/bin/sh\nexec python3 '${join(import.meta.dirname, 'gcloud.py')}' "$@"\n`);
    chmodSync(program, 0o755);
    const socket = join(folder, 'socket');
    const own = {
      ...env,
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      HOME: folder,
      GCLOUD_SERVER: socket,
      CLOUDSDK_CONFIG: join(folder, 'config'),
      CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
      CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
      CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    };
    const server = spawn(
      'python3',
      [join(import.meta.dirname, 'server.py'), gcloudLibrary() as string, socket],
      { env: own, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(createInterface(server.stdout), 'line');
    return new WarmGcloud(folder, server, own);
  }

  /** What gcloud's parser says about each command line: null, or its error. */
  async parse(lines: readonly (readonly string[])[]): Promise<(string | null)[]> {
    const connection = connect(this.#env.GCLOUD_SERVER as string);
    connection.write(`${JSON.stringify({ parse: lines })}\n`);
    const [answer] = (await once(createInterface(connection), 'line')) as [string];
    connection.end();
    return JSON.parse(answer) as (string | null)[];
  }

  /** Pastes text into a shell. */
  async paste(text: string, cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Shell> {
    const child = spawn('bash', ['--norc', '-e', '-o', 'pipefail', '-c', text], {
      env: { ...this.#env, ...env },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const shell: Shell = { code: null, output: '', errors: '' };
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      shell.output += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      shell.errors += part;
    });
    [shell.code] = (await once(child, 'close')) as [number | null];
    return shell;
  }

  async stop(): Promise<void> {
    this.#server.kill();
    if (this.#server.exitCode === null && this.#server.signalCode === null) await once(this.#server, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
