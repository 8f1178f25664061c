import { deepStrictEqual } from 'node:assert';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FaultBook } from '../../sandbox/core/faults.ts';
import { githubOf } from '../../sandbox/github/index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/index.ts';
import { deploy } from '../../src/actions/deploy/deploy.ts';
import { releasePost } from '../../src/actions/release/post.ts';
import { release } from '../../src/actions/release/release.ts';
import { rollback } from '../../src/actions/rollback/rollback.ts';
import { ReleaseError } from '../../src/domain/errors/errors.ts';
import { recordAnnotation } from '../../src/domain/product.ts';
import type { ActionName, Report } from '../../src/domain/report/report.ts';
import { parseRecord } from '../../src/domain/traffic/parse-record.ts';
import type { ReleaseRecord } from '../../src/domain/traffic/record.ts';
import { type Allocation, servingAllocations } from '../../src/domain/traffic/serving.ts';
import { createServices } from '../../src/gcp/run/services.ts';
import { endpoints } from '../../src/http/endpoints.ts';
import { createRest } from '../../src/http/rest.ts';
import { inputsOf } from '../../src/inputs/table.ts';
import type { Action, Finished } from '../../src/runner/action.ts';
import { type Context, createContext } from '../../src/runner/context.ts';
import { explainErrors } from '../../src/runner/explain-errors.ts';
import { failed } from '../../src/runner/failure.ts';
import { exitCodeOf } from '../../src/runner/finish.ts';
import { createSecrets } from '../../src/runner/secrets.ts';
import type { Clock } from '../../src/steps/ports/clock.ts';
import type { RunRevision, RunService, Services } from '../../src/steps/ports/services.ts';
import { operationUnderWay } from './hold-call.ts';
import { expectReplay } from './replays.ts';
import { transcriptOf } from './transcript.ts';
import { defaultDriver, inputsBy, makesRevision, type WorldDriver } from './world-driver.ts';

/** The result of one action in this process: the code that a runner starts, with the test's own clock and signal. */
export interface Ran<Name extends ActionName = 'release'> {
  report: Report<Name>;
  outputs: Record<string, unknown>;
  exitCode: 0 | 1;
  log: string[];
  state: Record<string, string>;
  /** Everything that the step wrote, if a transcript was asked for. */
  written?: string | undefined;
  /** How long the action took, in milliseconds of the world's clock. */
  milliseconds: number;
}

/** A run of any action. */
export type AnyRan = Omit<Ran, 'report'> & { report: Report };

export interface RunOptions {
  inputs?: Record<string, string>;
  env?: Record<string, string>;
  /** What the main step saved for the post step. */
  state?: Record<string, string>;
  signal?: AbortSignal;
  /** The report of a run that throws is then the one that a runner writes, of this action. */
  failedAs?: ActionName;
  /** Errors get their causes and repairs, as the runner gives them to what it writes. */
  explained?: boolean;
  /** Also lets the runner's code write what a step writes, as `written` of the result. */
  transcript?: boolean;
}

/**
 * An error says of itself whether the reason holds its sentence, so that no code has to compare sentences. The sweep runs
 * this without jest.
 */
function expectQuoted({ evidence, reason, errors }: Report): void {
  if (!('release' in evidence)) return;
  const text = reason.toLowerCase();
  for (const { what, in_reason } of errors)
    deepStrictEqual(
      { reason, what, inReason: in_reason === true },
      { reason, what, inReason: text.includes(what.replace(/\.$/, '').toLowerCase()) },
    );
}

const explain = (report: Report, { about, inputs }: Context) =>
  explainErrors(report, about.names(), inputs.given);

export class ReleaseWorld {
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  readonly folder: string;
  /** How releases of this world make their revisions. */
  readonly driver: WorldDriver;
  readonly #services: Services;
  #sources = 0;
  /** Every report of this world is replayed when it closes. */
  readonly #reports: Report[] = [];

  private constructor(sandbox: Sandbox, clock: Clock, driver: WorldDriver) {
    this.sandbox = sandbox;
    this.clock = clock;
    this.driver = driver;
    this.folder = mkdtempSync(join(tmpdir(), 'bs-world-'));
    const token = sandbox.env.CLOUDSDK_AUTH_ACCESS_TOKEN_FILE as string;
    const rest = createRest({
      endpoints: endpoints(sandbox.env),
      clock,
      log: { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} },
      accessToken: async () => (await import('node:fs')).readFileSync(token, 'utf8').trim(),
      redact: (text) => text,
      userAgent: 'test',
    });
    // The test's own reads wait for a busy machine, even if the clock is fast.
    this.#services = createServices(rest, { attemptMs: 100_000, deadlineMs: 300_000 });
  }

  static async open(
    options: SandboxOptions,
    clock: Clock,
    driver: WorldDriver = defaultDriver(),
  ): Promise<ReleaseWorld> {
    const defaults = { buildMs: 20, trafficSettleMs: 10, logLagMs: 20 };
    return new ReleaseWorld(await startSandbox({ ...defaults, ...options }), clock, driver);
  }

  async close(): Promise<void> {
    await this.sandbox.stop();
    for (const report of this.#reports) {
      expectReplay(report);
      expectQuoted(report);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A source folder whose revision gives these responses. Every call makes a different source. */
  source(responses: readonly object[], more: object = {}): string {
    const path = join(this.folder, `source-${++this.#sources}`);
    mkdirSync(path);
    writeFileSync(join(path, 'sandbox.json'), JSON.stringify({ startMs: 0, responses, ...more }));
    writeFileSync(
      join(path, 'package.json'),
      JSON.stringify({ name: 'ocr', version: `1.0.${this.#sources}` }),
    );
    return path;
  }

  good = (more: object = {}) => this.source([{ status: 200, body: { text: 'ok' }, latencyMs: 0 }], more);
  bad = () =>
    this.source([
      { status: 200, body: { text: 'ok' }, latencyMs: 0, share: 0.5 },
      { status: 500, share: 0.5 },
    ]);
  /** Answers with a text that the suite does not expect. */
  wrong = () => this.source([{ status: 200, body: { text: 'no' }, latencyMs: 0 }]);

  /** Writes a suite with one image whose text must be `ok`. Returns its path in the workspace. */
  suite(): string {
    // The smallest PNG: one white pixel.
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';
    writeFileSync(join(this.folder, 'ok.png'), Buffer.from(png, 'base64'));
    const lines = [
      'version: 1',
      'cases:',
      '  - name: says ok',
      '    image: ok.png',
      '    expect: { contains: ok }',
      '',
    ];
    writeFileSync(join(this.folder, 'suite.yaml'), lines.join('\n'));
    return 'suite.yaml';
  }

  inputs(name: string, source: string, more: Record<string, string> = {}): Record<string, string> {
    const { env } = this.sandbox;
    return inputsBy(this.driver, this.sandbox, {
      name,
      source_dir: source,
      region: this.sandbox.region,
      project_id: this.sandbox.project,
      workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER as string,
      service_account: env.SERVICE_ACCOUNT as string,
      invoker_service_account: env.INVOKER_SERVICE_ACCOUNT as string,
      runtime: 'nodejs24',
      entry_point: 'ocr',
      slo: 'none',
      canary: '10%,50%',
      step_duration: '10s',
      duration: '10s',
      deploy_timeout: '120s',
      wait_for_other: '0s',
      github_token: 'github-token-of-the-job',
      ...more,
    });
  }

  /** The inputs among `inputs` that an action takes, because it refuses any other. */
  inputsFor(action: ActionName, name: string, source = '.'): Record<string, string> {
    const taken = new Set(inputsOf(action));
    return Object.fromEntries(
      Object.entries(this.inputs(name, source)).filter(([input]) => taken.has(input)),
    );
  }

  /** Calls the sandbox's control API, for example to send it users. */
  control(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${this.sandbox.control}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  async run<Name extends ActionName>(action: Action<Name>, options: RunOptions = {}): Promise<Ran<Name>> {
    const log: string[] = [];
    const state: Record<string, string> = {};
    const secrets = createSecrets(() => {});
    const env: Record<string, string> = {
      GITHUB_WORKSPACE: this.folder,
      GITHUB_REPOSITORY: 'acme/ocr',
      GITHUB_RUN_ID: '1001',
      GITHUB_RUN_ATTEMPT: '1',
      RUNNER_TEMP: this.folder,
      ...this.sandbox.env,
      ...options.env,
    };
    for (const [key, value] of Object.entries(options.inputs ?? {}))
      env[`INPUT_${key.toUpperCase()}`] = value;
    const say = (text: string) => void log.push(secrets.redact(text));
    const context = {
      ...createContext(env, {
        log: {
          line: say,
          warning: say,
          debug: () => {},
          detail: (title: string, lines: readonly string[]) => [title, ...lines].forEach(say),
        },
        signal: options.signal ?? new AbortController().signal,
        secrets,
        saveState: (key: string, value: string) => {
          state[key] = value;
        },
        state: (key: string) => options.state?.[key] ?? '',
      }),
      clock: this.clock,
      startedAt: this.clock.now(),
    };
    const started = this.clock.now();
    try {
      const finished = await action(context);
      this.#reports.push(finished.report);
      if (options.explained) await explain(finished.report, context);
      const milliseconds = this.clock.now() - started;
      const exitCode = finished.exitCode ?? exitCodeOf(finished.report);
      const written = options.transcript ? await this.#written(finished, context, log, state) : undefined;
      return {
        report: finished.report,
        outputs: finished.outputs ?? {},
        exitCode,
        log,
        state,
        written,
        milliseconds,
      };
    } catch (error) {
      const milliseconds = this.clock.now() - started;
      const written = options.transcript
        ? await this.#written(failed('release', error, context), context, log, state)
        : undefined;
      const known = error instanceof ReleaseError ? error : undefined;
      if (options.failedAs !== undefined) {
        const { report } = failed(options.failedAs, error, context);
        if (options.explained) await explain(report, context);
        return {
          report: report as Report<Name>,
          outputs: {},
          exitCode: 1,
          log,
          state,
          written,
          milliseconds,
        };
      }
      const report = {
        outcome: known?.code === 'cancelled' ? 'cancelled' : undefined,
        verdict: 'inconclusive',
        reason: (error as Error).message,
        errors: [{ code: known?.code ?? 'internal', what: (error as Error).stack ?? '' }],
      } as unknown as Report<Name>;
      return { report, outputs: {}, exitCode: 1, log, state, written, milliseconds };
    }
  }

  async #written<Name extends ActionName>(
    finished: Finished<Name>,
    context: Context,
    log: readonly string[],
    state: object,
  ): Promise<string> {
    // The action's own report is replayed later, so the runner's code gets a copy.
    const copy = { ...finished, report: structuredClone(finished.report) };
    const text = await transcriptOf(copy, context, this.folder);
    return [text, ...log, JSON.stringify(state)].join('\n');
  }

  release = (name: string, source: string, options: RunOptions = {}) =>
    this.run(release, { ...options, inputs: this.inputs(name, source, options.inputs) });
  post = (name: string, source: string, main: Ran, options: RunOptions = {}) =>
    this.run(releasePost, {
      ...options,
      state: main.state,
      inputs: this.inputs(name, source, options.inputs),
    });
  rollback = (name: string, to: string, options: RunOptions = {}) =>
    this.run(rollback, {
      ...options,
      inputs: { ...this.inputsFor('rollback', name), ...options.inputs, to },
    });

  /** Deploys as a colleague with another tool would. */
  deploy = (name: string, source: string, more: Record<string, string> = {}) =>
    this.run(deploy, {
      inputs: { ...this.inputsFor('deploy', name, source), ...more },
      env: { GITHUB_RUN_ID: '77' },
    });

  /**
   * Calls `meet` for every API call, and applies the fault that `meet` returns to that call. If `meet` returns a promise, the call waits
   * for it. Returns a function that puts the sandbox's own book of faults back.
   */
  onCalls(
    meet: (call: {
      api: string;
      method: string;
      path: string;
      nth: number;
      /** The number of this write to the service that makes no revision, from 1: of traffic, record or settings. Undefined for other calls. */
      write: number | undefined;
    }) => ReturnType<FaultBook['next']>,
  ): () => void {
    const book = this.sandbox.world.faults;
    const original = book.next;
    const seen = new Map<string, number>();
    let writes = 0;
    book.next = (api, method, path) => {
      const key = `${method} ${api}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
      const write = this.writesService({ api, method, path }) ? ++writes : undefined;
      return meet({ api, method, path, nth: seen.get(key) ?? 0, write });
    };
    return () => {
      book.next = original;
    };
  }

  /** True for the call by which this world's driver makes a revision. */
  makesRevision = (call: { api: string; method: string; path: string }) => makesRevision(this.driver, call);

  /** True for a write to the service that makes no revision. */
  writesService = (call: { api: string; method: string; path: string }) =>
    call.api === 'run' && call.method === 'PATCH' && !this.makesRevision(call);

  /** Runs a release whose process dies right after its n-th change of traffic took effect. */
  async dies(name: string, source: string, afterPatch: number, options: RunOptions = {}): Promise<Ran> {
    let dead = false;
    const abort = new AbortController();
    const restore = this.onCalls(({ write }) => {
      if (dead) return { reset: 'before' };
      if (write === undefined || write < afterPatch) return undefined;
      dead = true;
      abort.abort(new ReleaseError('cancelled', { what: 'dead' }));
      return { reset: 'after' };
    });
    const ran = await this.release(name, source, { ...options, signal: abort.signal });
    restore();
    return ran;
  }

  /** Resolves once an operation on the function is under way. */
  async underWay(name: string): Promise<undefined> {
    await operationUnderWay(this.sandbox.world, name);
    return undefined;
  }

  setRun(id: string, status: 'in_progress' | 'completed'): void {
    githubOf(this.sandbox.world).runs.set(id, {
      status,
      conclusion: status === 'completed' ? 'success' : null,
      run_attempt: 1,
    });
  }

  serviceName = (name: string, region = this.sandbox.region) =>
    `projects/${this.sandbox.project}/locations/${region}/services/${name}`;

  service = (name: string, region?: string): Promise<RunService | undefined> =>
    this.#services.get(this.serviceName(name, region));

  /** A revision of the service, by its short name. */
  revision = (name: string, revision: string): Promise<RunRevision | undefined> =>
    this.#services.revision(this.serviceName(name), revision);

  async serving(name: string, region?: string): Promise<Allocation[]> {
    const service = await this.service(name, region);
    return service ? servingAllocations(service.trafficStatuses, service.latestReadyRevision) : [];
  }

  async record(name: string, region?: string): Promise<ReleaseRecord | undefined> {
    const parsed = parseRecord((await this.service(name, region))?.annotations[recordAnnotation]);
    return parsed.kind === 'record' ? parsed.record : undefined;
  }

  /** Changes the traffic as a person or another tool would, until no write conflicts with it. */
  async setTraffic(
    name: string,
    traffic: NonNullable<Parameters<Services['patch']>[1]['traffic']>,
  ): Promise<void> {
    for (;;) {
      const service = await this.service(name);
      if (!service) throw new Error(`there is no service ${name}`);
      if ((await this.#services.patch(service.name, { traffic }, { etag: service.etag })) === 'accepted')
        return;
    }
  }
}
