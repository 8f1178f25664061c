import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoriesOf } from '../../sandbox/github/repositories.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { tokenOf } from './empty-project.ts';
import { type ActionRun, runAction } from './run-action.ts';
import { type CliOptions, type CliRun, runCli } from './run-cli.ts';

/** A clone of acme/ocr that a person sets up with `init`, and the jobs that its workflows then run. */
export class InitRepository {
  readonly #sandbox: Sandbox;
  readonly folder: string;

  constructor(sandbox: Sandbox, folder: string) {
    this.#sandbox = sandbox;
    this.folder = folder;
    execFileSync('git', ['init', '-q'], { cwd: folder });
    execFileSync('git', ['remote', 'add', 'origin', 'https://github.com/acme/ocr.git'], { cwd: folder });
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';
    writeFileSync(join(folder, 'ok.png'), Buffer.from(png, 'base64'));
    this.version('1.0.0');
  }

  version(version: string): void {
    mkdirSync(join(this.folder, 'src'), { recursive: true });
    writeFileSync(join(this.folder, 'src/package.json'), JSON.stringify({ name: 'ocr', version }));
    writeFileSync(
      join(this.folder, 'src/sandbox.json'),
      '{"responses":[{"status":200,"body":{"text":"ok"}}]}',
    );
  }

  /** `backstay init`, as a person at a machine, with the values that this page names. */
  init(...more: string[]): Promise<CliRun> {
    return this.#start(more);
  }

  /** The same, killed as soon as it says that it writes this. */
  killedAt(text: string): Promise<CliRun> {
    return this.#start(['--apply'], { text, signal: 'SIGKILL' });
  }

  async #start(more: string[], signalAt?: CliOptions['signalAt']): Promise<CliRun> {
    const { project, region, env } = this.#sandbox;
    const token = join(this.folder, '..', 'owner-token');
    writeFileSync(token, await tokenOf(this.#sandbox));
    const argv = [
      'init',
      '--project',
      project,
      '--region',
      region,
      '--name',
      'ocr-api',
      '--source-dir',
      'src',
    ];
    const suite = ['--example-image', 'ok.png', '--example-text', 'ok'];
    return runCli([...argv, ...suite, ...more], {
      cwd: this.folder,
      ...(signalAt ? { signalAt } : {}),
      env: { ...env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token, GH_TOKEN: 'a-token-of-a-person' },
    });
  }

  /** The variables of the environment, as GitHub holds them. */
  variables(): Record<string, string> {
    const { environments } = repositoriesOf(this.#sandbox.world).repositories.get('acme/ocr') ?? {};
    const all = environments?.get('prod/ocr-api')?.variables.values() ?? [];
    return Object.fromEntries([...all].map(({ name, value }) => [name, value]));
  }

  /** A job of a workflow that `init` wrote: its inputs, the variables, and a token of the environment. */
  async job(action: 'release' | 'rollback', more: Record<string, string> = {}): Promise<ActionRun> {
    const text = readFileSync(join(this.folder, `.github/workflows/${action}.yml`), 'utf8');
    const { with: given } = parse(text).jobs[action] as { with: Record<string, string> };
    const variables = this.variables();
    return this.run(action, {
      workload_identity_provider: variables.WORKLOAD_IDENTITY_PROVIDER ?? '',
      service_account: variables.SERVICE_ACCOUNT ?? '',
      invoker_service_account: variables.INVOKER_SERVICE_ACCOUNT ?? '',
      ...given,
      ...more,
    });
  }

  async run(action: string, inputs: Record<string, string>): Promise<ActionRun> {
    const job = await fetch(`${this.#sandbox.control}/jobs`, {
      method: 'POST',
      body: JSON.stringify({ claims: { environment: 'prod/ocr-api' } }),
    });
    const { env } = (await job.json()) as { env: Record<string, string> };
    const { WORKLOAD_IDENTITY_PROVIDER: _, SERVICE_ACCOUNT: __, ...own } = this.#sandbox.env;
    return runAction(action, {
      ...{ cwd: this.folder, inputs, timeoutMs: 120_000 },
      env: { ...own, ...env, GITHUB_WORKSPACE: this.folder },
    });
  }
}
