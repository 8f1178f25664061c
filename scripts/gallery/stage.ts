import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runRelease, type StepResult } from '../demo/runner.ts';
import { runnerLog } from '../demo/runner-log.ts';
import { type RunningSandbox, startSandbox } from '../demo/sandbox.ts';
import { type Kind, settingsOf } from './kinds.ts';
import { checkReplay } from './replayed.ts';

/** An answer of a function in the form of `sandbox.json`; see docs/understand/sandbox.md. */
export interface Answer {
  status: number;
  path?: string;
  /** Only of a revision with these environment variables. */
  env?: Record<string, string>;
  /** Only requests in this region get the answer. */
  region?: string;
  body?: unknown;
  latencyMs?: number;
  share?: number;
}

export interface ReleaseOptions {
  /** What the workflow says that it releases. Default: that of the stage. */
  kind?: Kind;
  inputs?: Record<string, string>;
  env?: Record<string, string>;
  /** Called for every log line as GitHub shows it. `release` resolves only after all returned promises have. */
  onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void | Promise<void>;
}

export interface Shown extends StepResult {
  /** The lines that GitHub's log page shows, including those of the post step. */
  log: string[];
  folder: string;
}

export const functionName = 'ocr-api';
const images = join(import.meta.dirname, '..', '..', 'examples/smoke/images');

/** The text that a healthy revision reads from the fixture `invoice-en.png`. */
export const invoice = { text: 'INVOICE 2026-001\nTOTAL 128.40', confidence: 0.96 };
export const healthy: Answer[] = [{ status: 200, body: invoice, latencyMs: 3 }];
/** Reads the invoice on `/`, which the smoke test calls, and fails a share of the users' requests. */
export const failing = (share: number, status = 500): Answer[] => [
  { path: '/', status: 200, body: invoice, latencyMs: 3 },
  { path: '/v1/ocr', status, body: { error: 'Out of buffers.' }, latencyMs: 3, share },
  { path: '/v1/ocr', status: 200, body: invoice, latencyMs: 3, share: 1 - share },
];

const suite = `version: 1
name: OCR function
cases:
  - name: English invoice
    image: images/invoice-en.png
    expect:
      text_file: images/invoice-en.txt
      contains: [INVOICE 2026-001, TOTAL 128.40]
`;

const commits = ['1b2c3d4', '7f3c9a1', '9d0e1f2', '4e5f6a7'].map((start) => start.padEnd(40, '0'));

export const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Resolves with the error, if any, so that it can be thrown after the release has ended. */
const settled = (work: void | Promise<void>): Promise<unknown> =>
  Promise.resolve(work).then(
    () => undefined,
    (error: unknown) => error,
  );

/** A sandbox and a repository with a function and a smoke suite, for several releases one after another. */
export class Stage {
  readonly sandbox: RunningSandbox;
  readonly workspace: string;
  readonly #kind: Kind;
  readonly #folder: string;
  #releases = 0;

  private constructor(sandbox: RunningSandbox, folder: string, kind: Kind) {
    this.sandbox = sandbox;
    this.#kind = kind;
    this.#folder = folder;
    this.workspace = join(folder, 'workspace');
    mkdirSync(join(this.workspace, 'images'), { recursive: true });
    for (const file of ['invoice-en.png', 'invoice-en.txt'])
      cpSync(join(images, file), join(this.workspace, 'images', file));
    writeFileSync(join(this.workspace, 'backstay.smoke.yaml'), suite);
  }

  static async open(folder: string, args: readonly string[] = [], kind: Kind = 'function'): Promise<Stage> {
    const sandbox = await startSandbox(['--log-lag-ms', '500', ...args]);
    return new Stage(sandbox, folder, kind);
  }

  async close(): Promise<void> {
    await this.sandbox.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Replaces the function's source by one with the given answers. */
  source(responses: readonly Answer[], more: object = {}): void {
    const folder = join(this.workspace, 'function');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    writeFileSync(join(folder, 'sandbox.json'), JSON.stringify({ startMs: 200, responses, ...more }));
    const version = `1.0.${this.#releases}`;
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: functionName, version }));
    // The sandbox answers by sandbox.json. A real build would load this file.
    writeFileSync(join(folder, 'index.js'), 'exports.ocr = () => {};\n');
  }

  /** Writes the file of a model into the repository. Returns its path, which a revision that carries it has as `MODEL_URI`. */
  model(version: number): string {
    const path = `weights/ocr-${version}.onnx`;
    mkdirSync(join(this.workspace, 'weights'), { recursive: true });
    writeFileSync(join(this.workspace, path), `weights of version ${version}`);
    return path;
  }

  /** Releases what `source` wrote with the root action: the main step, then the post step. */
  async release(options: ReleaseOptions = {}): Promise<Shown> {
    const number = ++this.#releases;
    const { env } = this.sandbox;
    const folder = join(this.#folder, `release-${number}`);
    const log: string[] = [];
    const meanwhile: Promise<unknown>[] = [];
    let kill: (signal: NodeJS.Signals) => void = () => {};
    const show = runnerLog((line) => {
      log.push(line);
      meanwhile.push(...[options.onLine?.(line, kill)].map(settled));
    });
    const result = await runRelease(
      folder,
      {
        workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER as string,
        service_account: env.SERVICE_ACCOUNT as string,
        invoker_service_account: env.INVOKER_SERVICE_ACCOUNT as string,
        project_id: this.sandbox.project,
        region: this.sandbox.region,
        name: functionName,
        ...(await settingsOf(options.kind ?? this.#kind, this)),
        slo: '99%',
        canary: '50%',
        step_duration: '15s',
        duration: '15s',
        verify_duration: '10s',
        poll_interval: '2s',
        github_token: 'token-of-the-job',
        ...options.inputs,
      },
      {
        ...env,
        GITHUB_RUN_ID: String(1000 + number),
        GITHUB_SHA: commits[(number - 1) % commits.length] as string,
        ...options.env,
      },
      show,
      { workspace: this.workspace, onStart: (send) => (kill = send) },
    );
    const failed = (await Promise.all(meanwhile)).find((error) => error !== undefined);
    if (failed) throw failed;
    checkReplay(result.report);
    return { ...result, log, folder };
  }

  /** Runs another action than the release, with the login of the release. */
  async act(action: string, inputs: Record<string, string>): Promise<Shown> {
    const { env } = this.sandbox;
    const folder = join(this.#folder, action);
    const log: string[] = [];
    const result = await runRelease(
      folder,
      {
        workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER as string,
        service_account: env.SERVICE_ACCOUNT as string,
        project_id: this.sandbox.project,
        ...inputs,
      },
      { ...env, GITHUB_RUN_ID: String(1001 + this.#releases), GITHUB_SHA: commits[0] as string },
      runnerLog((line) => void log.push(line)),
      { action, workspace: this.workspace },
    );
    return { ...result, log, folder };
  }

  /** Calls an API of the sandbox as a person who may do everything. */
  async asOwner(api: string, method: string, path: string, body: unknown): Promise<void> {
    const { accessToken: token } = await this.sandbox.control<{ accessToken: string }>('POST', '/tokens', {
      member: 'user:owner@example.com',
    });
    const answer = await fetch(
      `${this.sandbox.env[`CLOUDSDK_API_ENDPOINT_OVERRIDES_${api.toUpperCase()}`]}${path}`,
      {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      },
    );
    if (!answer.ok) throw new Error(`the owner could not ${method} ${path}: ${await answer.text()}`);
  }

  /** Makes a first release without a watch. Its revision serves when the story begins. */
  async before(
    responses: readonly Answer[] = healthy,
    inputs: Readonly<Record<string, string>> = {},
    more: object = {},
  ): Promise<void> {
    this.source(responses, more);
    const { report } = await this.release({
      inputs: { slo: 'none', canary: 'none', duration: '1s', ...inputs },
    });
    if (report?.outcome !== 'promoted') throw new Error(`the first release ended: ${report?.reason}`);
  }

  /** Lets users with a valid identity call the function until the story ends. Waits until the first of them are in the log. */
  async users(rps: number, seconds?: number, region?: string): Promise<void> {
    const since = new Date().toISOString();
    const load = { function: functionName, region, rps, seconds, path: '/v1/ocr' };
    await this.sandbox.control('POST', '/load', load);
    await this.logged(since, Math.max(1, Math.ceil(2 * rps)));
  }

  /** Sends requests before the story, so that there is an error budget to spend. Waits until they are in the log. */
  async history(rps: number, seconds: number): Promise<void> {
    await this.users(rps, seconds);
    await wait(seconds);
  }

  /** Waits until so many requests are in the log, which the release reads: on a busy machine they come late. */
  private async logged(since: string, count: number): Promise<void> {
    const { env, project } = this.sandbox;
    const token = readFileSync(env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string, 'utf8').trim();
    const filter = `resource.type="cloud_run_revision" timestamp>="${since}" httpRequest.requestUrl:"/v1/ocr"`;
    const body = JSON.stringify({ resourceNames: [`projects/${project}`], filter, pageSize: count });
    for (let tries = 0; tries < 120; tries++) {
      const answer = await fetch(`${env.GHA_ENDPOINT_OVERRIDE_logging}/entries:list`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body,
      });
      const { entries = [] } = (await answer.json()) as { entries?: unknown[] };
      if (entries.length >= count) return;
      await wait(0.5);
    }
    throw new Error(`fewer than ${count} requests of users came into the log within a minute`);
  }

  settings(patch: object): Promise<unknown> {
    return this.sandbox.control('PATCH', '/settings', patch);
  }

  readonly name = functionName;

  get serviceName(): string {
    return `projects/${this.sandbox.project}/locations/${this.sandbox.region}/services/${functionName}`;
  }

  /** Allows everyone to call the function, as one click in the console does. */
  async makePublic(): Promise<void> {
    const bindings = [{ role: 'roles/run.invoker', members: ['allUsers'] }];
    await this.settings({ policies: { [`//run.googleapis.com/${this.serviceName}`]: bindings } });
  }
}
