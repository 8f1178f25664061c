import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const framework = join(root, 'node_modules/@google-cloud/functions-framework/build/src/main.js');

export interface RunningFunction {
  url: string;
  /** Everything that it has printed so far. */
  output(): string;
  alive(): boolean;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number, child: ChildProcess): Promise<boolean> {
  // A busy machine may need many seconds for the start. A function that ends instead is seen at once.
  for (const end = Date.now() + 100_000; Date.now() < end && child.exitCode === null; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** Starts the `ocr` function of a folder with functions-framework, as Cloud Functions does. Throws with its output if it does not start. */
export async function startFunction(
  folder: string,
  env: Record<string, string> = {},
): Promise<RunningFunction> {
  const port = await freePort();
  const child = spawn(process.execPath, [framework, '--target=ocr', `--source=${folder}`], {
    env: { PATH: process.env.PATH ?? '', NODE_PATH: join(root, 'node_modules'), PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  };
  if (!(await listening(port, child))) {
    await stop();
    throw new Error(`The function did not start:\n${printed}`);
  }
  return {
    url: `http://127.0.0.1:${port}/`,
    output: () => printed,
    alive: () => child.exitCode === null && child.signalCode === null,
    stop,
  };
}
