import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/index.ts';
import { Client, type Json } from '../sandbox/support/client.ts';
import { type ActionRun, type RunOptions, runAction } from './run-action.ts';

/** The answer of a function, as an inline revision of the sandbox. */
export const answers = (text: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ responses: [{ status: 200, body: { text } }], ...more });

/** A sandbox, a source folder, and the deploy action started as a runner starts it. */
export class DeployWorld {
  readonly sandbox: Sandbox;
  readonly client: Client;
  readonly folders: string[] = [];

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.client = new Client(sandbox);
  }

  static async start(options: SandboxOptions = {}): Promise<DeployWorld> {
    return new DeployWorld(await startSandbox({ buildMs: 50, trafficSettleMs: 0, ...options }));
  }

  /** Makes a new folder with these files. */
  source(files: Record<string, string>): string {
    const folder = mkdtempSync(join(tmpdir(), 'bs-deploy-src-'));
    this.folders.push(folder);
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return folder;
  }

  deploy(inputs: Record<string, string>, options: RunOptions = {}): Promise<ActionRun> {
    const { env } = this.sandbox;
    return runAction('deploy', {
      ...options,
      inputs: {
        project_id: this.sandbox.project,
        region: this.sandbox.region,
        name: 'ocr',
        entry_point: 'ocr',
        workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER ?? '',
        service_account: env.SERVICE_ACCOUNT ?? '',
        propagation_timeout: '5s',
        ...inputs,
      },
      env: { ...env, ...options.env },
    });
  }

  /** Requests since `from` (an index), as `METHOD api path`. */
  requests(from = 0): string[] {
    return this.sandbox.world.requests
      .slice(from)
      .map((request) => `${request.method} ${request.api} ${request.path}`);
  }

  /** The requests that change something at Google. */
  writes(from = 0): string[] {
    const reads =
      /:getIamPolicy|:getAncestry|:testIamPermissions|entries:list|:generateAccessToken|\/v1\/token|:generateIdToken/;
    return this.requests(from).filter(
      (line) =>
        !line.startsWith('GET ') &&
        !reads.test(line) &&
        !/ (control|upload|urls?|front|function\S*) /.test(line),
    );
  }

  get requestCount(): number {
    return this.sandbox.world.requests.length;
  }

  function = async (name = 'ocr'): Promise<Json> => (await this.client.function(name)).body;

  service = async (name = 'ocr'): Promise<Json> =>
    (await this.client.api('run', 'GET', `/v2/${this.client.parent}/services/${name}`)).body;

  /** The IAM policy of the function's Cloud Run service. */
  setPolicy(bindings: { role: string; members: string[] }[], name = 'ocr'): void {
    this.sandbox.world.policies.set(`//run.googleapis.com/${this.client.parent}/services/${name}`, bindings);
  }

  fault = (fault: Record<string, unknown>) => this.client.control('POST', '/faults', fault);
  clearFaults = () => this.client.control('DELETE', '/faults');

  async stop(): Promise<void> {
    await this.sandbox.stop();
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }
}

/** The log as a person sees it, without masks and debug lines. */
export const visible = (run: ActionRun): string =>
  run.log
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::') && !line.startsWith('::debug::'))
    .join('\n');

interface ReportParts {
  errors: { code: string; what: string; why?: string; fix?: string; commands?: string[] }[];
  findings: { rule: string; title: string }[];
  actions_taken: { what: string }[];
}

/** The report of a run. Its lists are empty if the run wrote none. */
export const reportOf = (run: ActionRun): ReportParts => ({
  errors: [],
  findings: [],
  actions_taken: [],
  ...(run.report as Partial<ReportParts> | undefined),
});
