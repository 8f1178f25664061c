import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export interface RunningSandbox {
  env: Record<string, string>;
  project: string;
  region: string;
  /** Calls the control server; throws one sentence where it refuses. */
  control<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..');

/** Starts `npm run sandbox` as a process of its own, as a stranger would, and waits for its one line. */
export async function startSandbox(args: readonly string[] = []): Promise<RunningSandbox> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(root, 'sandbox/main.ts'), '--until-stdin-ends', ...args],
    {
      cwd: root,
      // Our end of its standard input closes with us, however we die.
      stdio: ['pipe', 'pipe', 'pipe'],
      // Its own group: Ctrl-C is for the demo, which then stops the sandbox itself.
      detached: true,
    },
  );
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors = (errors + chunk).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  const ready = await new Promise<{
    project: string;
    region: string;
    control: string;
    env: Record<string, string>;
  }>((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error('the sandbox was not ready within 20 s'));
    }, 20_000);
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    void ended.then(() => {
      clearTimeout(timer);
      const last = errors.trim().split('\n').pop() || 'The sandbox ended at once, without a word.';
      reject(new Error(last.slice(0, 1).toLowerCase() + last.slice(1)));
    });
  });
  return {
    env: ready.env,
    project: ready.project,
    region: ready.region,
    control: async (method, path, body) => {
      const answer = await fetch(`${ready.control}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`the sandbox refused ${method} ${path}: ${text.slice(0, 300)}`);
      return JSON.parse(text || '{}');
    },
    stop: async () => {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 8000);
      await ended;
      clearTimeout(late);
    },
  };
}
