import { readFileSync } from 'node:fs';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { type ActionRun, type RunOptions, runAction } from './run-action.ts';

/** A sandbox with the calls that the login tests need. */
export class LoginSandbox {
  readonly sandbox: Sandbox;

  constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
  }

  static async start(): Promise<LoginSandbox> {
    return new LoginSandbox(await startSandbox());
  }

  get env(): Record<string, string> {
    return this.sandbox.env;
  }

  get provider(): string {
    return this.env.WORKLOAD_IDENTITY_PROVIDER as string;
  }

  get account(): string {
    return this.env.SERVICE_ACCOUNT as string;
  }

  get inputs(): Record<string, string> {
    return {
      workload_identity_provider: this.provider,
      service_account: this.account,
      propagation_timeout: '0s',
    };
  }

  async #control(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(this.sandbox.control + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Changes settings of the sandbox, such as `{providers: {NAME: {disabled: true}}}`. */
  set = (settings: unknown) => this.#control('PATCH', '/settings', settings);
  setProvider = (change: Record<string, unknown>) => this.set({ providers: { [this.provider]: change } });
  setPolicy = (resource: string, bindings: unknown[]) => this.set({ policies: { [resource]: bindings } });
  setAccountPolicy = (bindings: unknown[], email = this.account) =>
    this.setPolicy(
      `//iam.googleapis.com/projects/${this.sandbox.project}/serviceAccounts/${email}`,
      bindings,
    );
  claims = (claims: Record<string, unknown>) => this.#control('POST', '/claims', claims);
  fault = (fault: Record<string, unknown>) => this.#control('POST', '/faults', fault);
  clearFaults = () => this.#control('DELETE', '/faults');

  async requests(): Promise<
    { api: string; method: string; path: string; status: number; principal?: string }[]
  > {
    const answer = (await this.#control('GET', '/requests')) as { requests?: never[] } | never[];
    return Array.isArray(answer) ? answer : (answer.requests ?? []);
  }

  auth(inputs: Record<string, string> = {}, options: RunOptions = {}): Promise<ActionRun> {
    return runAction('auth', {
      ...options,
      inputs: { ...this.inputs, ...inputs },
      env: { ...this.env, ...options.env },
    });
  }

  stop = () => this.sandbox.stop();
}

/** The log as a person sees it. The runner does not show `add-mask` lines. */
export const visible = (run: ActionRun) =>
  run.log
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n');

/** Every secret that the run masked. */
export const announced = (run: ActionRun) =>
  [...run.log.matchAll(/^::add-mask::(.+)$/gm)].map((match) => match[1] as string);

/** Pieces of 16 characters of a secret that appear in the log, the summary, the report or a plain output. */
export function leaks(run: ActionRun): string[] {
  const secretOutputs = ['auth_token', 'access_token', 'id_token'];
  const outputs = Object.entries(run.outputs).filter(([name]) => !secretOutputs.includes(name));
  const places = [
    visible(run),
    run.summary,
    run.outputs.report ? readFileSync(run.outputs.report, 'utf8') : '',
    ...outputs.map(([, value]) => value),
    ...Object.values(run.state),
  ].join('\n');
  const found: string[] = [];
  for (const secret of announced(run))
    for (let at = 0; at + 16 <= secret.length; at++)
      if (places.includes(secret.slice(at, at + 16))) found.push(secret.slice(at, at + 16));
  if (/\beyJ[\w-]{10,}\./.test(places) || /\bya29\.[\w.-]{10,}/.test(places))
    found.push('a token by its shape');
  return found;
}
