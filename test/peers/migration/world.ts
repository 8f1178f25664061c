import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { Client } from '../../sandbox/support/client.ts';
import { Registry } from '../../sandbox/support/image.ts';
import { type ActionRun, runAction } from '../../support/run-action.ts';
import { ownerToken } from '../clients/gcloud.ts';
import { type Shell, WarmGcloud } from '../repairs/warm-gcloud.ts';

/** A sandbox with an image, and a real gcloud that deploys as the owner of the project. */
export class MigrationWorld {
  readonly sandbox: Sandbox;
  readonly gcloud: WarmGcloud;
  readonly folder: string;

  private constructor(sandbox: Sandbox, gcloud: WarmGcloud, folder: string) {
    this.sandbox = sandbox;
    this.gcloud = gcloud;
    this.folder = folder;
  }

  static async start(): Promise<MigrationWorld> {
    const sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 0, logLagMs: 0, iamPropagationMs: 0 });
    const folder = mkdtempSync(join(tmpdir(), 'bs-migrate-'));
    for (const [name, text] of Object.entries({
      'main.py': 'def ocr_api(request): ...\n',
      'requirements.txt': '',
      'sandbox.json': '{"startMs":0,"responses":[{"status":200,"body":{"text":"ok"}}]}',
    }))
      writeFileSync(join(folder, name), text);
    const home = mkdtempSync(join(tmpdir(), 'bs-migrate-home-'));
    const token = join(home, 'token');
    writeFileSync(token, await ownerToken(sandbox));
    mkdirSync(join(folder, '.github'));
    await new Registry(new Client(sandbox)).pushInline('ocr:1.4', 200, { text: 'ok' });
    // The account that the container runs as.
    await fetch(`${sandbox.control}/settings`, {
      method: 'PATCH',
      body: JSON.stringify({
        serviceAccounts: { [`ocr-api@${sandbox.project}.iam.gserviceaccount.com`]: {} },
        policies: {
          [`//iam.googleapis.com/projects/${sandbox.project}/serviceAccounts/ocr-api@${sandbox.project}.iam.gserviceaccount.com`]:
            [
              {
                role: 'roles/iam.serviceAccountUser',
                members: [`serviceAccount:${sandbox.env.SERVICE_ACCOUNT}`],
              },
            ],
        },
      }),
    });
    const gcloud = await WarmGcloud.start({ ...sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token });
    return new MigrationWorld(sandbox, gcloud, folder);
  }

  async stop(): Promise<void> {
    await this.gcloud.stop();
    await this.sandbox.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Pastes commands into a shell. Throws if one fails. */
  async paste(text: string): Promise<Shell> {
    const ran = await this.gcloud.paste(text, this.folder);
    if (ran.code !== 0) throw new Error(`${text}\n${ran.errors}`);
    return ran;
  }

  /** Pastes commands that fail, and returns what gcloud says. */
  async refused(text: string): Promise<string> {
    const ran = await this.gcloud.paste(text, this.folder);
    if (ran.code === 0) throw new Error(`it worked: ${text}`);
    return ran.errors;
  }

  /** Runs one of our actions with the inputs of a page, and a login if the page has it in a step of its own. */
  async ours(action: string, inputs: Record<string, string>): Promise<ActionRun> {
    const { env } = this.sandbox;
    const login = {
      workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER ?? '',
      service_account: env.SERVICE_ACCOUNT ?? '',
      invoker_service_account: env.INVOKER_SERVICE_ACCOUNT ?? '',
    };
    const ran = await runAction(action, {
      env: { ...env, GITHUB_WORKSPACE: this.folder },
      cwd: this.folder,
      inputs: { project_id: this.sandbox.project, ...inputs, ...login },
    });
    if (ran.code !== 0) throw new Error(ran.log);
    return ran;
  }
}
