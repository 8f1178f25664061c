import { metricPoints } from '../../sandbox/logs/metrics-store.ts';
import { logStore } from '../../sandbox/logs/store.ts';
import { runState } from '../../sandbox/run/model.ts';
import { ReleaseError } from '../../src/domain/errors/errors.ts';
import type { WorldDriver } from '../support/world-driver.ts';
import { beyondStories } from './beyond.ts';
import {
  type actions,
  type Identity,
  newService,
  type PermissionWorld,
  service,
  type Tried,
} from './world.ts';

/**
 * What the identities of `init` do, in every action that logs in. Together the stories need every permission of every role:
 * also those of a first release, of a rollback and of what rarely happens.
 */
export interface Story {
  action: keyof typeof actions | 'candidate';
  what: string;
  identity: Identity;
  /** Absent: every driver. */
  drivers?: readonly WorldDriver[];
  /** Runs before, with every permission. */
  prepare?(world: PermissionWorld): Promise<unknown>;
  run(world: PermissionWorld): Promise<Tried>;
  /** How it ends with every permission. Absent: exit code 0. */
  ends?: { exitCode: 0 | 1; outcome: string | undefined };
}

const fast = {
  canary: '50%',
  step_duration: '1s',
  duration: '1s',
  on_too_few_requests: 'promote',
  slo: '99%',
};
const fromSource = ['function', 'run-function'] as const;

const releaseOf = (world: PermissionWorld, more: Record<string, string> = {}) =>
  world.act('release', 'deployer', { ...fast, smoke_suite: world.cloud.suite(), ...more });
const update = (world: PermissionWorld, more: Record<string, string> = {}) =>
  releaseOf(world, { source_dir: world.cloud.good(), ...more });

/** A revision more, which serves. */
async function promoted(world: PermissionWorld): Promise<void> {
  const { report } = await update(world);
  if (report.outcome !== 'promoted') throw new Error(`${report.outcome}: ${report.reason}`);
}

/** Users whose requests go on until the run is over. */
async function underLoad<T>(world: PermissionWorld, run: () => Promise<T>): Promise<T> {
  await world.admitUsers();
  await world.cloud.control('POST', '/load', { function: service, rps: 50, seconds: 3600 });
  try {
    return await run();
  } finally {
    await world.cloud.control('DELETE', '/load');
    // The next story has its whole error budget.
    logStore(world.cloud.sandbox.world).entries.length = 0;
    metricPoints(world.cloud.sandbox.world).length = 0;
  }
}

/** A release whose process dies after the call that makes its revision. */
async function diesInBuild(world: PermissionWorld): Promise<void> {
  const abort = new AbortController();
  let dead = false;
  const restore = world.cloud.onCalls((call) => {
    if (dead) return { reset: 'before' };
    if (!world.cloud.makesRevision(call)) return undefined;
    dead = true;
    abort.abort(new ReleaseError('cancelled', { what: 'dead' }));
    return { reset: 'after' };
  });
  await world.act(
    'release',
    'deployer',
    { ...fast, smoke_suite: world.cloud.suite(), source_dir: world.cloud.good() },
    { signal: abort.signal },
  );
  restore();
}

/** The newest revisions share the traffic, and there is no record of a release, as after a deploy of another tool. */
async function shareTraffic(world: PermissionWorld, among: 1 | 2): Promise<void> {
  const found = runState(world.cloud.sandbox.world).services.get(world.cloud.serviceName(service));
  const names = [...(found?.revisions.keys() ?? [])].slice(-among);
  const type = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
  await world.patchAsOwner(service, 'annotations,traffic', {
    annotations: {},
    traffic: names.map((revision) => ({ type, revision, percent: 100 / among })),
  });
}

/** The images of the service are named as Artifact Registry names them. The registry of the sandbox has an address of this machine. */
async function inArtifactRegistry<T>(world: PermissionWorld, run: () => Promise<T>): Promise<T> {
  const { sandbox } = world.cloud;
  const found = runState(sandbox.world).services.get(world.cloud.serviceName(service));
  const restore: (() => void)[] = [];
  for (const { settings } of found?.revisions.values() ?? []) {
    const [container] = (settings.template?.containers ?? []) as { image: string }[];
    if (!container) continue;
    const { image } = container;
    container.image = image.replace(/^[^/]+/, `${sandbox.region}-docker.pkg.dev`);
    restore.push(() => {
      container.image = image;
    });
  }
  try {
    return await run();
  } finally {
    for (const back of restore) back();
  }
}

const releases: Story[] = [
  {
    ...{ action: 'release', what: 'a first release', identity: 'deployer' },
    prepare: async (world) => {
      await world.forget(newService);
      world.withoutStores();
      // The invoker may call a service only through the project, until the service exists.
      await world.init();
    },
    run: (world) =>
      world.act(
        'release',
        'deployer',
        { ...fast, smoke_suite: world.cloud.suite(), source_dir: world.cloud.good() },
        { name: newService },
      ),
    ends: { exitCode: 0, outcome: 'promoted' },
  },
  {
    ...{ action: 'release', what: 'an update', identity: 'deployer' },
    run: update,
    ends: { exitCode: 0, outcome: 'promoted' },
  },
  {
    ...{ action: 'release', what: 'an update whose requests are counted in metrics', identity: 'deployer' },
    run: (world) => update(world, { source: 'metrics' }),
    ends: { exitCode: 0, outcome: 'promoted' },
  },
  {
    ...{ action: 'release', what: 'an update that is taken back', identity: 'deployer' },
    run: (world) =>
      underLoad(world, () =>
        releaseOf(world, {
          ...{ source_dir: world.cloud.bad(), smoke_suite: 'none' },
          ...{ step_duration: '60s', duration: '60s' },
        }),
      ),
    ends: { exitCode: 1, outcome: 'rolled_back' },
  },
  {
    ...{ action: 'release', what: 'a build that fails', identity: 'deployer', drivers: fromSource },
    run: (world) => releaseOf(world, { source_dir: world.cloud.good({ buildFails: 'npm install failed' }) }),
    ends: { exitCode: 1, outcome: 'rolled_back' },
  },
  {
    ...{ action: 'release', what: 'an update after a release that died in its build', identity: 'deployer' },
    prepare: diesInBuild,
    run: update,
    ends: { exitCode: 0, outcome: 'promoted' },
  },
  {
    ...{ action: 'release', what: 'an upload whose answer is lost', identity: 'deployer' },
    drivers: ['run-function'],
    run: async (world) => {
      let lost = false;
      const restore = world.cloud.onCalls(({ api, path }) => {
        if (lost || api !== 'storage' || !path.startsWith('/upload/')) return undefined;
        lost = true;
        return { reset: 'after' };
      });
      try {
        return await update(world);
      } finally {
        restore();
      }
    },
    ends: { exitCode: 0, outcome: 'promoted' },
  },
  {
    ...{ action: 'release', what: 'an update of a service that anyone may call', identity: 'deployer' },
    prepare: async (world) => {
      const resource = `//run.googleapis.com/${world.cloud.serviceName(service)}`;
      const { policies } = world.cloud.sandbox.world;
      const open = { role: 'roles/run.invoker', members: ['allUsers'] };
      policies.set(resource, [...policies.get(resource).bindings, open], 'once');
    },
    run: update,
    ends: { exitCode: 0, outcome: 'promoted' },
  },
];

const others: Story[] = [
  {
    ...{ action: 'deploy', what: 'a new service', identity: 'deployer' },
    prepare: async (world) => {
      await world.forget(newService);
      world.withoutStores();
      // The invoker may call a service only through the project, until the service exists.
      await world.init();
    },
    run: (world) => world.act('deploy', 'deployer', { source_dir: world.cloud.good() }, { name: newService }),
  },
  {
    ...{ action: 'deploy', what: 'an update', identity: 'deployer' },
    run: (world) => world.act('deploy', 'deployer', { source_dir: world.cloud.good() }),
  },
  {
    ...{ action: 'candidate', what: 'deploy, guard and smoke test of one revision', identity: 'deployer' },
    run: candidate,
  },
  {
    ...{ action: 'doctor', what: 'in a project without functions', identity: 'deployer' },
    drivers: ['run-function'],
    run: (world) => world.act('doctor', 'deployer', { suite: world.cloud.suite() }),
  },
  {
    ...{ action: 'doctor', what: 'before a release', identity: 'deployer' },
    drivers: fromSource,
    prepare: async (world) => {
      // A project that has functions too: the Functions API has the list of runtimes.
      world.cloud.sandbox.world.disabledServices.delete('cloudfunctions.googleapis.com');
      // The revision to go back to, whose image is looked up, whatever the story before has left.
      await promoted(world);
    },
    run: (world) => world.act('doctor', 'deployer', { suite: world.cloud.suite() }),
  },
  {
    ...{ action: 'doctor', what: 'before a release of an image', identity: 'deployer' },
    drivers: ['run-image'],
    run: (world) => world.act('doctor', 'deployer', { suite: world.cloud.suite() }),
  },
  {
    ...{ action: 'doctor', what: 'of an image in Artifact Registry', identity: 'deployer' },
    drivers: ['run-image'],
    prepare: promoted,
    run: (world) =>
      inArtifactRegistry(world, () => world.act('doctor', 'deployer', { suite: world.cloud.suite() })),
  },
  { action: 'guard', what: 'at night', identity: 'reader', run: (world) => world.act('guard', 'reader') },
  {
    ...{ action: 'watch', what: 'by logs', identity: 'reader' },
    run: (world) => world.act('watch', 'reader', { slo: '99%', duration: '5s', source: 'logs' }),
  },
  {
    ...{ action: 'watch', what: 'by metrics', identity: 'reader' },
    run: (world) => world.act('watch', 'reader', { slo: '99%', duration: '5s', source: 'metrics' }),
  },
  {
    ...{ action: 'watch', what: 'two revisions of another tool', identity: 'reader' },
    prepare: async (world) => {
      await promoted(world);
      await shareTraffic(world, 2);
    },
    run: async (world) => {
      try {
        return await world.act('watch', 'reader', { slo: '99%', duration: '5s' });
      } finally {
        await shareTraffic(world, 1);
      }
    },
  },
  {
    ...{ action: 'smoke-test', what: 'what serves', identity: 'reader' },
    run: (world) => world.act('smoke-test', 'reader', { suite: world.cloud.suite() }),
  },
  {
    ...{ action: 'logs', what: 'of a service', identity: 'reader' },
    run: (world) => world.act('logs', 'reader'),
  },
  {
    ...{ action: 'rollback', what: 'to what served before', identity: 'rollback' },
    prepare: promoted,
    run: (world) => world.act('rollback', 'rollback', { to: 'before', verify_duration: '1s' }),
    ends: { exitCode: 0, outcome: 'rolled_back' },
  },
  {
    ...{ action: 'rollback', what: 'as a dry run', identity: 'rollback' },
    prepare: promoted,
    run: (world) => world.act('rollback', 'rollback', { to: 'before', dry_run: 'true' }),
  },
  {
    ...{
      action: 'rollback',
      what: 'where moving traffic needs the account of the code',
      identity: 'rollback',
    },
    prepare: promoted,
    run: async (world) => {
      const { quirks } = world.cloud.sandbox.world;
      quirks.trafficPatchNeedsActAs = true;
      try {
        return await world.act('rollback', 'rollback', { to: 'before', verify_duration: '1s' });
      } finally {
        quirks.trafficPatchNeedsActAs = false;
      }
    },
    ends: { exitCode: 0, outcome: 'rolled_back' },
  },
  {
    ...{ action: 'rollback', what: 'settles a release that died in its build', identity: 'deployer' },
    prepare: diesInBuild,
    run: (world) => world.act('rollback', 'deployer', { to: 'settle' }),
  },
  ...(['deployer', 'invoker', 'reader', 'rollback'] as const).map(
    (identity): Story => ({
      ...{ action: 'auth', what: `as the ${identity}`, identity },
      run: (world) => world.act('auth', identity),
    }),
  ),
  {
    ...{ action: 'auth', what: 'that says who else could log in', identity: 'reader' },
    run: (world) => world.act('auth', 'reader', { doctor: 'true' }),
  },
];

/** The steps of the composite action, which test/composites.test.ts compares with these names. */
async function candidate(world: PermissionWorld): Promise<Tried> {
  const deployed = await world.act('deploy', 'deployer', {
    ...{ source_dir: world.cloud.good(), no_traffic: 'true', tag: 'candidate' },
  });
  if (deployed.exitCode !== 0) return deployed;
  const guarded = await world.act('guard', 'deployer');
  const asked = [...deployed.asked, ...guarded.asked];
  if (guarded.exitCode !== 0) return { ...guarded, asked };
  const tested = await world.act('smoke-test', 'deployer', {
    suite: world.cloud.suite(),
    revision: String(deployed.outputs.revision),
  });
  return { ...tested, asked: [...asked, ...tested.asked] };
}

export const stories: readonly Story[] = [...releases, ...others, ...beyondStories];

export const storiesOf = (driver: WorldDriver): Story[] =>
  stories.filter(({ drivers }) => drivers === undefined || drivers.includes(driver));
