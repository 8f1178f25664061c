import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './run-function.ts';

/** A real MLflow server, installed by `.ci/run`, and a front before it that can lose calls. */

const installed = join(homedir(), '.cache/backstay-peers/mlflow/bin/mlflow');
/** The program. Undefined: it is not installed. */
export const mlflowProgram = existsSync(installed) ? installed : undefined;

export interface MlflowCallSeen {
  method: string;
  path: string;
  /** True for a call that changes something. */
  write: boolean;
}

/** `before`: the call never arrives. `after`: it takes effect, and its answer is lost. A number: that status, without effect. */
export type MlflowFault = 'before' | 'after' | number | undefined;

export class MlflowServer {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #direct: string;
  /** `host:port` of the front, as a reference names it. */
  readonly place: string;
  readonly #close: () => Promise<void>;
  /** Decides about every call that comes through the front. */
  meet: (call: MlflowCallSeen) => MlflowFault | Promise<MlflowFault> = () => undefined;

  private constructor(
    process: ChildProcess,
    folder: string,
    direct: string,
    front: (server: MlflowServer) => { place: string; close: () => Promise<void> },
  ) {
    this.#process = process;
    this.#folder = folder;
    this.#direct = direct;
    const { place, close } = front(this);
    this.place = place;
    this.#close = close;
  }

  /** Starts it without the runner of jobs and with one worker: 6 s and 430 MiB, instead of 7 s and 716 MiB. */
  static async start(program: string): Promise<MlflowServer> {
    const folder = mkdtempSync(join(tmpdir(), 'bs-mlflow-'));
    mkdirSync(join(folder, 'artifacts'));
    const port = await freePort();
    const child = spawn(
      program,
      [
        ...['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
        ...[
          '--backend-store-uri',
          `sqlite:///${folder}/m.db`,
          '--artifacts-destination',
          `${folder}/artifacts`,
        ],
      ],
      {
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
        env: {
          ...process.env,
          MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
          MLFLOW_DISABLE_TELEMETRY: 'true',
          NO_PROXY: '*',
        },
      },
    );
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000);
    });
    const direct = `http://127.0.0.1:${port}`;
    const began = performance.now();
    for (;;) {
      const answered = await fetch(`${direct}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (answered) break;
      if (child.exitCode !== null || performance.now() - began > 120_000)
        throw new Error(`MLflow did not start: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const front = createServer();
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const address = front.address() as AddressInfo;
    return new MlflowServer(child, folder, direct, (server) => {
      front.on('request', async (incoming, outgoing) => {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming) chunks.push(chunk as Buffer);
        const { method = 'GET', url = '/', headers } = incoming;
        const fault = await server.meet({
          method,
          path: url,
          write: method !== 'GET' && !url.includes('get-latest-versions'),
        });
        if (fault === 'before') return void incoming.socket.destroy();
        if (typeof fault === 'number')
          return void outgoing.writeHead(fault, { 'content-type': 'application/json' }).end('{}');
        const passed = ask(`${direct}${url}`, { method, headers: { ...headers, host: `127.0.0.1:${port}` } });
        passed.on('response', (answer) => {
          if (fault === 'after') {
            answer.resume();
            answer.on('end', () => incoming.socket.destroy());
            return;
          }
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        });
        passed.on('error', () => incoming.socket.destroy());
        passed.end(Buffer.concat(chunks));
      });
      return {
        place: `127.0.0.1:${address.port}`,
        close: () =>
          new Promise<void>((resolve) => {
            front.close(() => resolve());
            front.closeAllConnections();
          }),
      };
    });
  }

  async #call(path: string, body?: object): Promise<{ status: number; body: Record<string, unknown> }> {
    // The server closes idle connections, and a call on one of them would fail.
    const headers = { connection: 'close', 'content-type': 'application/json' };
    const answer = await fetch(`${this.#direct}/api/2.0/mlflow/${path}`, {
      headers,
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  /** Registers a version with this source, and the model if it is new. Returns the number of the version. */
  async register(name: string, source: string, run_id?: string): Promise<string> {
    await this.#call('registered-models/create', { name });
    const { status, body } = await this.#call('model-versions/create', { name, source, run_id });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return (body.model_version as { version: string }).version;
  }

  /** Registers a version whose files the server itself keeps, as one of a run. Without a text there is no file. */
  async keep(name: string, text?: string): Promise<string> {
    const { body } = await this.#call('runs/create', { experiment_id: '0' });
    const { run_id, artifact_uri } = (body.run as { info: { run_id: string; artifact_uri: string } }).info;
    const source = `${artifact_uri}/model`;
    if (text !== undefined) {
      const folder = join(this.#folder, 'artifacts', source.replace(/^mlflow-artifacts:\/*/, ''), 'data');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'model.onnx'), text);
    }
    return this.register(name, source, run_id);
  }

  /** Moves an alias as a person would. */
  async setAlias(name: string, alias: string, version: string): Promise<void> {
    const { status, body } = await this.#call('registered-models/alias', { name, alias, version });
    if (status !== 200) throw new Error(JSON.stringify(body));
  }

  async stage(name: string, version: string, stage: string): Promise<void> {
    await this.#call('model-versions/transition-stage', {
      ...{ name, version, stage },
      archive_existing_versions: false,
    });
  }

  /** The version that the alias names. Undefined: nothing has it. */
  async alias(name: string, alias: string): Promise<string | undefined> {
    const { body } = await this.#call(
      `registered-models/alias?name=${encodeURIComponent(name)}&alias=${encodeURIComponent(alias)}`,
    );
    return (body.model_version as { version: string } | undefined)?.version;
  }

  /** What a tag of a version says. Undefined: it has none of that key. */
  async tag(name: string, version: string, key: string): Promise<string | undefined> {
    const { body } = await this.#call(
      `model-versions/get?name=${encodeURIComponent(name)}&version=${version}`,
    );
    const { tags = [] } = body.model_version as { tags?: { key: string; value: string }[] };
    return tags.find((tag) => tag.key === key)?.value;
  }

  async stop(): Promise<void> {
    await this.#close();
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    // The server has started processes of its own.
    if (this.#process.pid !== undefined) process.kill(-this.#process.pid, 'SIGTERM');
    let late: NodeJS.Timeout | undefined;
    const waited = new Promise((resolve) => {
      late = setTimeout(resolve, 5000);
    });
    await Promise.race([gone, waited]);
    clearTimeout(late);
    try {
      if (this.#process.pid !== undefined) process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      // All of them are gone.
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
