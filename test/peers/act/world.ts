import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { grant } from '../../../sandbox/core/policies.ts';
import { functionState } from '../../../sandbox/functions/model.ts';
import { gatewayState } from '../../../sandbox/gateway/state.ts';
import { accountResource, addAccount } from '../../../sandbox/identity/state.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/index.ts';
import { startCloudWatch } from '../../../sandbox/monitors/cloudwatch.ts';
import { runState } from '../../../sandbox/run/model.ts';
import { bucketResource } from '../../../sandbox/storage/render.ts';
import { addBucket, storageState } from '../../../sandbox/storage/state.ts';
import { pipelineState } from '../../../sandbox/vertex/pipelines/state.ts';
import { type ActCommand, runAct } from './act.ts';
import { adapt } from './adapt.ts';
import type { ActRun } from './lines.ts';
import { neighbours, publishedTree, withCalled } from './published-tree.ts';

/** One sandbox, the published tree, and a place for repositories. A test file shares one. */
export class ActWorld {
  readonly sandbox: Sandbox;
  readonly folder: string;
  /** What jobs keep: reports and artifacts. */
  readonly kept: string;
  readonly #act: string;
  readonly #tree: string;
  readonly #gatewayKey = '7mT2vL5nR8wB1dH4jP6gY0sUeQ';
  #runs = 0;
  #enabling: NodeJS.Timeout | undefined;
  #aws: { close(): Promise<void>; url: string; role: string } | undefined;

  private constructor(act: string, sandbox: Sandbox, folder: string) {
    this.#act = act;
    this.sandbox = sandbox;
    this.folder = folder;
    this.kept = join(folder, 'kept');
    this.#tree = publishedTree(join(folder, 'backstay'));
    for (const part of ['kept', 'home', 'cache', 'workflows']) mkdirSync(join(folder, part));
  }

  get #gatewayAccount(): string {
    return `${this.sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`;
  }

  static async start(act: string): Promise<ActWorld> {
    const sandbox = await startSandbox({ buildMs: 50, logLagMs: 100, sampleReachability: true });
    return new ActWorld(act, sandbox, mkdtempSync(join(tmpdir(), 'bs-act-')));
  }

  async stop(): Promise<void> {
    if (this.#enabling) clearInterval(this.#enabling);
    await this.#aws?.close();
    await this.sandbox.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async control(method: string, path: string, body?: unknown): Promise<unknown> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(this.sandbox.control + path, { method, ...sent });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  /** Makes secrets that the function's account may read. */
  async secrets(...names: string[]): Promise<void> {
    const { project } = this.sandbox;
    const member = `serviceAccount:${this.sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`;
    const bindings = [{ role: 'roles/secretmanager.secretAccessor', members: [member] }];
    const resource = (name: string) => `//secretmanager.googleapis.com/projects/${project}/secrets/${name}`;
    const versions = { 1: 'ENABLED', 2: 'ENABLED', 3: 'ENABLED' };
    await this.control('PATCH', '/settings', {
      secrets: Object.fromEntries(names.map((name) => [name, versions])),
      policies: Object.fromEntries(names.map((name) => [resource(name), bindings])),
    });
  }

  /** Gives the account that deploys one more role on the project. */
  grant(role: string): void {
    const { policies } = this.sandbox.world;
    const project = `//cloudresourcemanager.googleapis.com/projects/${this.sandbox.project}`;
    const member = `serviceAccount:${this.sandbox.env.SERVICE_ACCOUNT}`;
    policies.set(project, [...policies.get(project).bindings, { role, members: [member] }], 'once');
  }

  /** A folder for a repository. */
  repository(name: string): string {
    const folder = join(this.folder, 'repositories', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** How the front end divides the requests to a function. */
  traffic(name: string, region = this.sandbox.region): { revision: string; percent: number }[] {
    const { project, world } = this.sandbox;
    const live = runState(world).services.get(
      `projects/${project}/locations/${region}/services/${name}`,
    )?.live;
    return (live ?? []).flatMap(({ serves, percent }) => (percent ? [{ revision: serves, percent }] : []));
  }

  /** The URL of a function's service. */
  urlOf(name: string): string {
    const { project, region, world } = this.sandbox;
    const service = runState(world).services.get(`projects/${project}/locations/${region}/services/${name}`);
    return service?.doors.get('service')?.url ?? '';
  }

  /** Readies the project for a gateway in front of a function: the APIs, an account that may call the function, and a key. */
  gateway(name: string): void {
    const { project, region, world } = this.sandbox;
    const service = `//run.googleapis.com/projects/${project}/locations/${region}/services/${name}`;
    world.disabledServices.delete('apigateway.googleapis.com');
    grant(world.policies, service, 'roles/run.invoker', `serviceAccount:${this.#gatewayAccount}`);
    this.grant('roles/apigateway.admin');
    const state = gatewayState(world);
    state.keys.set(this.#gatewayKey, 'consumer');
    // A person enables the managed service of a new API once.
    this.#enabling ??= setInterval(() => {
      for (const { managedService } of state.apis.values()) world.disabledServices.delete(managedService);
    }, 5);
  }

  get #trainer(): string {
    return `trainer@${this.sandbox.project}.iam.gserviceaccount.com`;
  }

  /** Readies the project for a pipeline: an account for its tasks, and what they measure. */
  pipeline(): void {
    const { world, env } = this.sandbox;
    const { email } = addAccount(world, this.#trainer, 'Runs pipelines');
    const deployer = `serviceAccount:${env.SERVICE_ACCOUNT}`;
    grant(world.policies, accountResource(world, email), 'roles/iam.serviceAccountUser', deployer);
    this.grant('roles/aiplatform.user');
    const state = pipelineState(world);
    state.usual = 100;
    state.scripts = { evaluate: { metadata: { metrics: { cer: 0.021 } } } };
  }

  /** An account of AWS with a pipeline of SageMaker, and a role that this repository may assume. */
  async sagemaker(name: string): Promise<void> {
    const { world } = this.sandbox;
    const aws = await startCloudWatch({ region: 'eu-central-1', now: () => world.now() });
    const issuer = world.urls.get('oidc') ?? '';
    aws.identity.providers.set(issuer, ['sts.amazonaws.com']);
    const { arn } = aws.identity.addRole('trainer', 'repo:acme/ocr:*', ['sagemaker:*'], issuer);
    const train = { name: 'Train', kind: 'Training' as const, metrics: { 'validation:cer': 0.021 } };
    const steps = [train, { name: 'Register', kind: 'RegisterModel' as const }];
    aws.sagemaker.pipelines.set(name, { parameters: { Data: null }, steps });
    this.#aws = { close: () => aws.close(), url: aws.url, role: arn };
  }

  /** The buckets of the example of a drill, the last one with a copy that is replicated at once. */
  buckets(): void {
    const { world, env } = this.sandbox;
    const names = ['ocr-input', 'ocr-output', 'ocr-models', 'ocr-models-copy'];
    for (const name of names) {
      addBucket(world, name, name.endsWith('-copy') ? 'europe-west4' : 'europe-west1');
      for (const role of ['roles/storage.bucketViewer', 'roles/storage.objectUser'])
        grant(world.policies, bucketResource(world, name), role, `serviceAccount:${env.SERVICE_ACCOUNT}`);
    }
    storageState(world).replications = [{ from: 'ocr-models', to: 'ocr-models-copy', delayMs: 200 }];
  }

  /** What the Functions API knows about a function. */
  functionOf(name: string): object | undefined {
    const { project, region, world } = this.sandbox;
    return functionState(world).functions.get(`projects/${project}/locations/${region}/functions/${name}`)
      ?.config;
  }

  /** The newest report of an action that a job kept. */
  report(action: string): Record<string, unknown> {
    // Their names end at random, so only their times put them in order.
    const written = (path: string) => statSync(path).mtimeMs;
    const [newest] = readdirSync(this.kept)
      .filter((name) => name.startsWith(`backstay-${action}-`))
      .map((name) => join(this.kept, name))
      .sort((one, other) => written(other) - written(one));
    if (!newest) throw new Error(`No job kept a report of ${action}.`);
    return JSON.parse(readFileSync(newest, 'utf8'));
  }

  /** Runs a workflow as it is published, with the names of this sandbox. */
  run(
    text: string,
    repository: string,
    event: string,
    more: Partial<ActCommand> & { keepWaits?: boolean } = {},
  ): Promise<ActRun> {
    const { project, region, env } = this.sandbox;
    const { keepWaits = false, ...command } = more;
    const workflow = adapt(text, { project, region, env, keepWaits });
    const file = join(this.folder, 'workflows', `${++this.#runs}.yml`);
    writeFileSync(file, workflow);
    return runAct({ ...this.#command(workflow), repository, event, workflow: file, ...command });
  }

  #command(workflow: string): Omit<ActCommand, 'repository' | 'event' | 'workflow'> {
    const {
      CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: _,
      ACTIONS_ID_TOKEN_REQUEST_URL,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN,
      ...env
    } = this.sandbox.env;
    // act knows no permissions, so this gives the token's address only to a workflow that may ask for one.
    const oidc = /id-token: ['"]?write/.test(workflow) && {
      ACTIONS_ID_TOKEN_REQUEST_URL,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN,
    };
    // Actions of the user's own repository may name v1, too.
    const named = workflow.matchAll(/backstay-release\/backstay[\w/.-]*@([\w.-]+)/g);
    // The user's own actions and our reusable workflows name v1.
    const refs = new Set(['v1', ...[...named].map(([, ref]) => ref)]);
    const own = [...refs].map((ref) => [`backstay-release/backstay@${ref}`, this.#tree]);
    return {
      act: this.#act,
      cache: join(this.folder, 'cache'),
      home: join(this.folder, 'home'),
      env: {
        ...env,
        ...oidc,
        ...(this.#aws ? { AWS_ENDPOINT_URL: this.#aws.url } : {}),
        KEPT: this.kept,
      } as Record<string, string>,
      variables: {
        ...Object.fromEntries(
          ['WORKLOAD_IDENTITY_PROVIDER', 'SERVICE_ACCOUNT', 'INVOKER_SERVICE_ACCOUNT'].map((name) => [
            name,
            env[name] ?? '',
          ]),
        ),
        GATEWAY_SERVICE_ACCOUNT: this.#gatewayAccount,
        PIPELINE_SERVICE_ACCOUNT: this.#trainer,
        TRAINER_ROLE: this.#aws?.role ?? '',
        // The sandbox has no accounts of their own for the next two.
        MONITORING_SERVICE_ACCOUNT: env.SERVICE_ACCOUNT ?? '',
        DRILL_SERVICE_ACCOUNT: env.SERVICE_ACCOUNT ?? '',
        READER_SERVICE_ACCOUNT: env.READER_SERVICE_ACCOUNT ?? '',
      },
      secrets: { GITHUB_TOKEN: 'token-of-the-job', OCR_API_KEY: this.#gatewayKey },
      local: {
        ...Object.fromEntries(own),
        ...neighbours(withCalled(workflow, this.#tree), join(this.folder, 'neighbours')),
      },
    };
  }
}
