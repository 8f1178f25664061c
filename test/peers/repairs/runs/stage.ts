import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { grant } from '../../../../sandbox/core/policies.ts';
import type { Binding } from '../../../../sandbox/core/types.ts';
import { identityOf } from '../../../../sandbox/identity/state.ts';
import type { Sandbox } from '../../../../sandbox/index.ts';
import type { Client } from '../../../sandbox/support/client.ts';
import { type ActionRun, runAction } from '../../../support/run-action.ts';
import { openCloud, stateOf } from '../cloud.ts';
import { here } from '../printed/here.ts';
import type { Shell, WarmGcloud } from '../warm-gcloud.ts';

/** A sandbox of its own for one scene, the action as a process, and an administrator's shell. */
export class Stage {
  readonly sandbox: Sandbox;
  readonly client: Client;
  readonly folder: string;
  readonly #token: string;
  readonly #gcloud: WarmGcloud;

  private constructor(
    cloud: { sandbox: Sandbox; client: Client; token: string },
    folder: string,
    gcloud: WarmGcloud,
  ) {
    this.sandbox = cloud.sandbox;
    this.client = cloud.client;
    this.#token = cloud.token;
    this.folder = folder;
    this.#gcloud = gcloud;
  }

  static async open(gcloud: WarmGcloud): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'bs-scene-'));
    const stage = new Stage(await openCloud(folder), folder, gcloud);
    stage.file('src/package.json', '{"name":"ocr","version":"1.0.0"}');
    stage.file('src/index.js', 'exports.ocr = () => {};');
    stage.file(
      'src/sandbox.json',
      JSON.stringify({ responses: [{ status: 200, body: { text: 'scene' }, latencyMs: 0 }] }),
    );
    return stage;
  }

  async close(): Promise<void> {
    await this.sandbox.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  file(path: string, content: string): void {
    const whole = join(this.folder, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
  }

  /** Changes settings of the sandbox. */
  async set(settings: Record<string, unknown>): Promise<void> {
    const { status, body } = await this.client.control('PATCH', '/settings', settings);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  }

  claims = (claims: Record<string, unknown>) => this.client.control('POST', '/claims', claims);

  get provider(): string {
    return this.sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string;
  }
  get pool(): string {
    return this.provider.replace(/\/providers\/.*/, '');
  }
  setProvider = (change: Record<string, unknown>) => this.set({ providers: { [this.provider]: change } });

  /** The bindings of a resource, by the rest of its name after `//`. */
  bind(resource: string, ...bindings: Binding[]): void {
    this.sandbox.world.policies.set(`//${resource}`, bindings, 'once');
  }
  grant(resource: string, role: string, ...members: string[]): void {
    grant(this.sandbox.world.policies, `//${resource}`, role, ...members);
  }
  /** Takes a role from the accounts of the workflows. */
  revoke(resource: string, role: string): void {
    const { policies } = this.sandbox.world;
    const left = policies.get(`//${resource}`).bindings.filter((binding) => binding.role !== role);
    policies.set(`//${resource}`, left, 'once');
  }
  account = (email: string) => identityOf(this.sandbox.world).accounts.get(email);

  /**
   * Answers calls like Google until the state of the cloud says that the repair has taken effect. Only for refusals that the
   * sandbox does not know itself.
   */
  refuse(
    call: { api: string; method: string; path: RegExp },
    answer: { status: number; body: unknown },
    repaired: () => boolean,
  ): void {
    const book = this.sandbox.world.faults;
    const next = book.next.bind(book);
    book.next = (api, method, path, now) =>
      api === call.api && method === call.method && call.path.test(path) && !repaired()
        ? { status: answer.status, body: answer.body }
        : next(api, method, path, now);
  }

  holds = (resource: string, role: string, member: string): boolean =>
    this.sandbox.world.policies
      .get(`//${resource}`)
      .bindings.some((binding) => binding.role === role && binding.members.includes(member));

  state = (): string[] => stateOf(this.sandbox);

  run(action: string, inputs: Record<string, string>): Promise<ActionRun> {
    const { env } = this.sandbox;
    return runAction(action, {
      timeoutMs: 120_000,
      cwd: this.folder,
      env: { ...env, ACTIONS_STEP_DEBUG: '' },
      inputs: {
        workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER ?? '',
        service_account: env.SERVICE_ACCOUNT ?? '',
        ...(action === 'drill'
          ? { project_id: here.project }
          : {
              propagation_timeout: '0s',
              ...(action === 'auth' ? {} : { project_id: here.project, region: here.region, name: 'ocr' }),
            }),
        ...inputs,
      },
    });
  }

  /** Pastes a block of commands into a shell. The addresses of Google and of GitHub are those of the sandbox. */
  paste(block: string): Promise<Shell> {
    const { urls } = this.sandbox.world;
    const text = block
      .replace(/https:\/\/(\w+)\.googleapis\.com(?=\/v\d)/g, (whole, api: string) => urls.get(api) ?? whole)
      .replace(/https:\/\/token\.actions\.githubusercontent\.com(?=\/\.well)/g, urls.get('oidc') ?? '');
    return this.#gcloud.paste(text, this.folder, {
      ...this.sandbox.env,
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: this.#token,
    });
  }
}
