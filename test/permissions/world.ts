import { grant } from '../../sandbox/core/policies.ts';
import type { AccessCheck } from '../../sandbox/core/state.ts';
import { functionState } from '../../sandbox/functions/model.ts';
import { addAccount } from '../../sandbox/identity/state.ts';
import { registryOf } from '../../sandbox/registry/store.ts';
import { deleteService } from '../../sandbox/run/lifecycle.ts';
import { runState } from '../../sandbox/run/model.ts';
import { bucketsOf, storageState } from '../../sandbox/storage/state.ts';
import { auth } from '../../src/actions/auth/auth.ts';
import { capacity } from '../../src/actions/capacity/capacity.ts';
import { deploy } from '../../src/actions/deploy/deploy.ts';
import { doctor } from '../../src/actions/doctor/doctor.ts';
import { drill } from '../../src/actions/drill/drill.ts';
import { guard } from '../../src/actions/guard/guard.ts';
import { logs } from '../../src/actions/logs/logs.ts';
import { pipeline } from '../../src/actions/pipeline/pipeline.ts';
import { posture } from '../../src/actions/posture/posture.ts';
import { release } from '../../src/actions/release/release.ts';
import { rollback } from '../../src/actions/rollback/rollback.ts';
import { smokeTest } from '../../src/actions/smoke-test/smoke-test.ts';
import { watch } from '../../src/actions/watch/watch.ts';
import type { ActionName, Report } from '../../src/domain/report/report.ts';
import { accountEmail, type Part, providerName } from '../../src/domain/setup/names.ts';
import { rights, type SetupWish } from '../../src/domain/setup/wish.ts';
import { inputsOf } from '../../src/inputs/table.ts';
import type { Action } from '../../src/runner/action.ts';
import { emptyProject, makeBuckets, tokenOf } from '../support/empty-project.ts';
import { type FastTime, installFastTime } from '../support/fast-time.ts';
import { ReleaseWorld } from '../support/release-world.ts';
import { everyBucket } from '../support/setup-wish.ts';
import { setupWorld } from '../support/setup-world.ts';
import type { WorldDriver } from '../support/world-driver.ts';

export const actions = {
  auth,
  capacity,
  deploy,
  doctor,
  drill,
  guard,
  logs,
  pipeline,
  posture,
  release,
  rollback,
  'smoke-test': smokeTest,
  watch,
} as const;

/** The rights beyond a release that stories use. Those of alerts and gateways have tests of their own. */
const beyond = rights.filter((right) => right !== 'alert' && right !== 'release gateways');

/** The service that every story but the first release works on. */
export const service = 'ocr-api';
/** A service that does not exist before a first release. */
export const newService = 'new-api';

/** An identity that `init` makes and that a job logs in as. */
export type Identity = Exclude<Part, 'runtime'>;

/** A run, as far as the tests of permissions compare it. */
export interface Tried {
  report: Report;
  outputs: Record<string, unknown>;
  exitCode: 0 | 1;
  log: string[];
  /** What the identities of `init` were asked for by the calls of this run. */
  asked: AccessCheck[];
}

/** A doctor also asks what other actions may do, which it needs for nothing itself. */
const neededByDoctor = ({ evidence }: Report) => {
  const { further = [], matrix = [] } = (evidence as Report<'doctor'>['evidence']).doctor ?? {};
  const [own, told] = [matrix, further].map((rows) => new Set(rows.map(({ permission }) => permission)));
  return ({ permission }: AccessCheck) => own?.has(permission) || !told?.has(permission);
};

/** A project that has what `init` makes, and nothing else: no role, no account, no pool of another origin. */
export class PermissionWorld {
  readonly cloud: ReleaseWorld;
  readonly #time: FastTime;

  private constructor(cloud: ReleaseWorld, time: FastTime) {
    this.cloud = cloud;
    this.#time = time;
  }

  /** A project in which `init` has run for both services. None of them exists yet. */
  static async open(driver: WorldDriver): Promise<PermissionWorld> {
    const time = installFastTime(20);
    const cloud = await ReleaseWorld.open({ metricLagMs: 0 }, time.clock, driver);
    emptyProject(cloud.sandbox);
    makeBuckets(cloud.sandbox);
    const storage = storageState(cloud.sandbox.world);
    storage.replications.push({ from: 'models', to: 'models-copy', delayMs: 0 });
    const world = new PermissionWorld(cloud, time);
    try {
      await world.init();
    } catch (error) {
      await world.close();
      throw error;
    }
    return world;
  }

  async close(): Promise<void> {
    await this.cloud.close();
    this.#time.restore();
  }

  /** `init --apply`. Once a service exists, it moves grants from the project to the service. */
  async init(): Promise<void> {
    const { sandbox, driver } = this.cloud;
    const { wish, run } = await setupWorld(sandbox);
    const wishes = await Promise.all([service, newService].map((name) => wish({}, 'acme/ocr', name)));
    const [first] = wishes as [SetupWish];
    const all = {
      ...first,
      target: driver,
      may: driver === 'function' ? beyond : (['close'] as const),
      buckets: everyBucket,
      targets: wishes.flatMap(({ targets }) => targets),
    };
    const { left } = await run({ wish: all });
    const open = left?.filter(({ sign }) => sign !== '=') ?? [];
    if (open.length > 0) throw new Error(`init left ${JSON.stringify(open)}`);
  }

  email(name: string, identity: Part): string {
    return accountEmail(this.cloud.sandbox.project, name, identity);
  }

  /** Runs an action in a job of the environment of `name`, logged in as an identity. */
  async #run(
    action: Action<ActionName>,
    id: ActionName,
    name: string,
    identity: Identity,
    inputs: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<Tried> {
    const { sandbox } = this.cloud;
    const job = await fetch(`${sandbox.control}/jobs`, {
      method: 'POST',
      body: JSON.stringify({ claims: { environment: `prod/${name}` } }),
    });
    const { env } = (await job.json()) as { env: Record<string, string> };
    const given = {
      ...this.cloud.inputs(name, inputs.source_dir ?? '.', {
        workload_identity_provider: providerName(sandbox.world.projectNumber, 'github', 'backstay'),
        service_account: this.email(name, identity),
        invoker_service_account: this.email(name, 'invoker'),
        runtime_service_account: this.email(name, 'runtime'),
      }),
      ...Object.fromEntries(Object.entries(inputs).filter(([input]) => input !== 'source_dir')),
    };
    const taken = new Set(inputsOf(id));
    const since = sandbox.world.accessChecks.length;
    const ran = await this.cloud.run(action, {
      inputs: Object.fromEntries(Object.entries(given).filter(([input]) => taken.has(input))),
      env: { ...env, GITHUB_WORKSPACE: this.cloud.folder },
      ...{ failedAs: id, explained: true },
      ...(signal ? { signal } : {}),
    });
    const asked = sandbox.world.accessChecks.slice(since);
    return { ...ran, asked: id === 'doctor' ? asked.filter(neededByDoctor(ran.report)) : asked };
  }

  /** Runs one of the actions, logged in as an identity of a function. */
  act(
    id: keyof typeof actions,
    identity: Identity,
    inputs: Record<string, string> = {},
    { name = service, signal }: { name?: string; signal?: AbortSignal } = {},
  ): Promise<Tried> {
    return this.#run(actions[id] as Action<ActionName>, id, name, identity, inputs, signal);
  }

  /** Removes a service, and the function that it belongs to, with every trace in policies. */
  async forget(name: string): Promise<void> {
    const { world } = this.cloud.sandbox;
    const found = runState(world).services.get(this.cloud.serviceName(name));
    if (found) await deleteService(world, found);
    const fn = this.cloud.serviceName(name).replace('/services/', '/functions/');
    functionState(world).functions.delete(fn);
    for (const resource of world.policies.resources())
      if (resource.endsWith(`/services/${name}`) || resource.endsWith(`/functions/${name}`))
        world.policies.delete(resource);
  }

  /** Changes a service as the owner of the project. */
  async patchAsOwner(name: string, mask: string, body: object): Promise<void> {
    const { sandbox } = this.cloud;
    const url = `${sandbox.world.urls.get('run')}/v2/${this.cloud.serviceName(name)}?updateMask=${mask}`;
    const headers = {
      authorization: `Bearer ${await tokenOf(sandbox)}`,
      'content-type': 'application/json',
    };
    const answer = await fetch(url, { method: 'PATCH', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** The users of the sandbox's load may call the service. */
  async admitUsers(): Promise<void> {
    const { world } = this.cloud.sandbox;
    const users = addAccount(world, `invoker@${world.project}.iam.gserviceaccount.com`, 'Users').email;
    const resource = `//run.googleapis.com/${this.cloud.serviceName(service)}`;
    grant(world.policies, resource, 'roles/run.invoker', `serviceAccount:${users}`);
  }

  /** Takes away what the first release of a Cloud Run function makes in a project. */
  withoutStores(): void {
    const { world } = this.cloud.sandbox;
    for (const name of [...bucketsOf(world).keys()])
      if (!Object.values(everyBucket).flat().includes(name)) bucketsOf(world).delete(name);
    const { created } = registryOf(world);
    for (const key of created.keys()) if (key.endsWith('/cloud-run-source-deploy')) created.delete(key);
  }
}
