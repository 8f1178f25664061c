import { type ChildProcess, spawn } from 'node:child_process';
import { request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Capacity } from './capacity.ts';
import { type Exchange, type Instance, MAX_REQUEST_BYTES, type Served, StartError } from './instance.ts';

export interface ProcessOptions {
  folder: string;
  /** Arguments for Node: the functions-framework's own program and its flags. */
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Whole lines of standard output and error. */
  onLine(stream: 'stdout' | 'stderr', line: string): void;
  /** Requests at a time over all the instances that Cloud Run would start; one process stands for them. */
  maxRequests: number;
  /** TCP start-up probe; 240 s is Cloud Run's. */
  startTimeoutMs: number;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

const accepts = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && true)).once('error', () => resolve(false));
  });

/** The child ends by itself where the sandbox is killed without a chance to stop it. */
const endWithParent = [
  '--import',
  'data:text/javascript,process.on("disconnect",()=>process.exit(0));process.channel?.unref();',
];

/** A revision as a real process on a port of its own, in a process group of its own so that the whole tree ends. */
export class ProcessInstance implements Instance {
  private readonly options: ProcessOptions;
  private child: ChildProcess | undefined;
  private port = 0;
  private starting: Promise<void> | undefined;
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
    if (this.child && !this.starting) return Promise.resolve();
    this.starting ??= this.launch(signal).finally(() => {
      this.starting = undefined;
    });
    return this.starting;
  }

  private async launch(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.port = await freePort();
    const child = spawn(process.execPath, [...endWithParent, ...this.options.argv], {
      cwd: this.options.folder,
      env: { ...this.options.env, PORT: String(this.port) },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    });
    this.child = child;
    const printed = this.collect(child);
    let ended: string | undefined;
    child.once('error', (error) => {
      ended = error.message;
    });
    child.once('exit', (code, by) => {
      ended = `the process ended with ${by ?? `exit code ${code}`}`;
      if (this.child === child) this.child = undefined;
    });
    const deadline = Date.now() + this.options.startTimeoutMs;
    while (!(await accepts(this.port))) {
      const late = Date.now() > deadline;
      if (ended === undefined && !late && !signal.aborted) {
        await sleep(40);
        continue;
      }
      await this.stop();
      throw new StartError(
        [ended ?? (late ? 'nothing listened in time' : 'the start was cancelled'), ...printed.slice(-8)].join(
          '\n',
        ),
      );
    }
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
      return await this.forward(exchange);
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
          response.writeHead(answer.statusCode ?? 502, answer.headers);
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

  /** The whole group gets SIGTERM, and SIGKILL where it is not gone after a second. */
  async stop(): Promise<void> {
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

export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Already gone.
  }
}
