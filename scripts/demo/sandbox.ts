import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export interface RunningSandbox {
  env: Record<string, string>;
  project: string;
  region: string;
  /** Calls the control server. Throws an error of one sentence if it refuses. */
  control<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..');

/** Starts `npm run sandbox` as a separate process and waits for the line that says that it is ready. */
export async function startSandbox(args: readonly string[] = []): Promise<RunningSandbox> {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(root, 'sandbox/main.ts'), '--until-stdin-ends', ...args],
    {
      cwd: root,
      // Its standard input closes with this process, even if this process is killed. Then the sandbox stops.
      stdio: ['pipe', 'pipe', 'pipe'],
      // The sandbox runs in its own process group, so that Ctrl-C reaches only the demo, which then stops the sandbox.
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
      reject(new Error('the sandbox was not ready within 60 s'));
    }, 60_000);
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (!text.includes('\n')) return;
      clearTimeout(timer);
      resolve(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    void ended.then(() => {
      clearTimeout(timer);
      const last = errors.trim().split('\n').pop() || 'The sandbox ended at once and printed no error.';
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
