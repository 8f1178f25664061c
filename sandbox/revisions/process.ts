import { type ChildProcess, spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Capacity } from './capacity.ts';
import type { InstanceOptions } from './image.ts';
import { type Exchange, type Instance, MAX_REQUEST_BYTES, type Served, StartError } from './instance.ts';

export interface ProcessOptions {
  folder: string;
  /** Arguments for Node. Throws StartError if there is nothing to start. */
  argv(): readonly string[];
  env: Readonly<Record<string, string>>;
  /** Called with every whole line of standard output and standard error. */
  onLine(stream: 'stdout' | 'stderr', line: string): void;
  /** Requests at a time over all the instances that Cloud Run would start. One process plays all of them. */
  maxRequests: number;
  /** The value of PORT that the process sees, unless a guardian picks one. Cloud Run's default is 8080. */
  port?: number;
  /** How long the process may take until it listens. Cloud Run's default start-up probe allows 240 s. */
  startTimeoutMs: number;
}

/** Loaded into a Node process, it says where the process really listens. */
export const preload = ['--import', pathToFileURL(join(import.meta.dirname, 'preload.mjs')).href];

/** Stands between the sandbox and a program that is not Node: it picks the port and says where the program listens. */
export const guardian = join(import.meta.dirname, 'guardian.mjs');

/** The process of one revision. `env` holds everything but the name of the revision. */
export const processOf = (
  { folder, argv, env }: Pick<ProcessOptions, 'folder' | 'argv' | 'env'>,
  { revision, onLine, maxRequests, port, startTimeoutMs = 240_000 }: InstanceOptions,
): ProcessInstance =>
  new ProcessInstance({
    folder,
    argv,
    env: { ...env, K_REVISION: revision },
    onLine,
    maxRequests,
    startTimeoutMs,
    ...(port === undefined ? {} : { port }),
  });

/** Runs a revision as a real process with its own port. It leads its own process group, so that the whole tree can be ended. */
export class ProcessInstance implements Instance {
  private readonly options: ProcessOptions;
  private child: ChildProcess | undefined;
  private port = 0;
  private starting: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;
  private retired = false;
  private readonly capacity: Capacity;

  constructor(options: ProcessOptions) {
    this.options = options;
    this.capacity = new Capacity(options.maxRequests);
  }

  get running(): boolean {
    return this.child !== undefined;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(signal: AbortSignal): Promise<void> {
    if (this.child?.connected && !this.starting) return Promise.resolve();
    this.starting ??= this.launch(signal).finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  private async launch(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // A crashed process may have closed its channel while its exit event is still to come; wait for it, so that two
    // processes never run at once.
    await this.stop();
    if (this.retired) throw new StartError('the revision is gone');
    const child = spawn(process.execPath, this.options.argv(), {
      cwd: this.options.folder,
      env: { ...this.options.env, PORT: String(this.options.port ?? 8080) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.child = child;
    const printed = this.collect(child);
    const problem = await this.listening(child, signal);
    if (problem === undefined) return;
    await this.stop();
    throw new StartError([problem, ...printed.slice(-8)].join('\n'));
  }

  /** Resolves with undefined once the process listens, or with the reason why it does not. */
  private listening(child: ChildProcess, signal: AbortSignal): Promise<string | undefined> {
    return new Promise((resolve) => {
      const cancelled = () => resolve('the start was cancelled');
      const timer = setTimeout(() => resolve('nothing listened in time'), this.options.startTimeoutMs);
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancelled);
      };
      signal.addEventListener('abort', cancelled);
      if (signal.aborted) cancelled();
      child.on('message', (message: { port?: number }) => {
        if (!message.port) return;
        this.port = message.port;
        settle();
        resolve(undefined);
      });
      child.once('error', (error) => {
        settle();
        resolve(error.message);
      });
      child.once('exit', () => {
        if (this.child === child) this.child = undefined;
        // As in a container, nothing outlives the main process; a survivor would also keep the output open.
        if (child.pid) killGroup(child.pid, 'SIGKILL');
      });
      // Unlike `exit`, `close` comes after the last line of output, which belongs in the error message.
      child.once('close', (code, by) => {
        settle();
        resolve(`the process ended with ${by ?? `exit code ${code}`}`);
      });
    });
  }

  private collect(child: ChildProcess): string[] {
    const printed: string[] = [];
    for (const stream of ['stdout', 'stderr'] as const) {
      let rest = '';
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop()?.slice(0, 100_000) ?? '';
        for (const line of lines) {
          if (printed.push(line) > 200) printed.shift();
          this.options.onLine(stream, line);
        }
      });
    }
    return printed;
  }

  async serve(exchange: Exchange): Promise<Served> {
    const nothing = { requestBytes: 0, responseBytes: 0 };
    if (!(await this.capacity.enter())) return { outcome: 'exhausted', status: 429, ...nothing };
    try {
      await this.start(new AbortController().signal);
      const { child } = this;
      const served = await this.forward(exchange);
      if (served.outcome === 'broken' && child) await ended(child);
      return served;
    } catch {
      return { outcome: 'broken', status: 503, ...nothing };
    } finally {
      this.capacity.leave();
    }
  }

  private forward({ request, response, headers, timeoutMs }: Exchange): Promise<Served> {
    return new Promise((resolve) => {
      const served = { requestBytes: 0, responseBytes: 0 };
      const end = (outcome: Served['outcome'], status: number) => {
        clearTimeout(timer);
        if (outcome !== 'answered') inner.destroy();
        resolve({ outcome, status, ...served });
      };
      const inner = httpRequest(
        {
          host: '127.0.0.1',
          port: this.port,
          method: request.method,
          path: request.url,
          headers,
          agent: false,
        },
        (answer) => {
          // The front end replaces the container's own name.
          const { server: _, ...passedOn } = answer.headers;
          response.writeHead(answer.statusCode ?? 502, passedOn);
          answer.on('data', (chunk: Buffer) => {
            served.responseBytes += chunk.length;
          });
          answer.on('error', () => end('broken', 503));
          answer.pipe(response);
          answer.on('end', () => end('answered', answer.statusCode ?? 502));
        },
      );
      const timer = setTimeout(() => end('timeout', 504), timeoutMs);
      inner.on('error', () => end('broken', 503));
      response.on('close', () => {
        if (!response.writableFinished) end('aborted', 499);
      });
      request.on('data', (chunk: Buffer) => {
        served.requestBytes += chunk.length;
        if (served.requestBytes > MAX_REQUEST_BYTES) end('too-large', 413);
      });
      request.pipe(inner);
    });
  }

  /** Every caller waits until the process is gone. The sandbox ends after its last call, and a survivor would have no owner. */
  stop(): Promise<void> {
    this.stopping ??= this.end().finally(() => {
      this.stopping = undefined;
    });
    return this.stopping;
  }

  async retire(): Promise<void> {
    this.retired = true;
    await this.stop();
  }

  /** Sends SIGTERM to the whole process group, and SIGKILL if it is still there after a second. */
  private async end(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    killGroup(child.pid, 'SIGTERM');
    await Promise.race([gone, sleep(1000, undefined, { ref: false })]);
    killGroup(child.pid, 'SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await gone;
  }
}

/**
 * A connection that breaks usually means that the process has crashed, but the kernel may close the connection before the
 * process is seen to end. Waits for the end before the request is answered, so that the next request starts a new process.
 * The bound is for a function that closed the connection itself and lives on.
 */
async function ended(child: ChildProcess): Promise<void> {
  if (!child.connected || child.exitCode !== null || child.signalCode !== null) return;
  await Promise.race([
    new Promise<void>((resolve) => child.once('exit', () => resolve()).once('disconnect', () => resolve())),
    sleep(2000, undefined, { ref: false }),
  ]);
}

export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The process has already ended.
  }
}
