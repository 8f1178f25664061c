import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { addAccount } from '../../sandbox/identity/state.ts';
import { runState } from '../../sandbox/run/model.ts';
import { type WorldDriver, worldDrivers } from '../support/world-driver.ts';
import { PermissionWorld, service, type Tried } from './world.ts';

jest.setTimeout(300_000);

/** The roles that the page of pull requests gives to the account of the plan: in its block, and in the words below it. */
const page = readFileSync(join(import.meta.dirname, '../../docs/set-up/pull-requests.md'), 'utf8');
const [ofFunction = '', ...others] = (/for role in (roles\/[^;]+);/.exec(page)?.[1] ?? '')
  .trim()
  .split(/\s+/);
const [, ofRun = ''] = /For a Cloud Run function take `(roles\/\S+)` in its place/.exec(page) ?? [];
const [, ofImage = ''] = /container image `\S+` and `(roles\/\S+)`/.exec(page) ?? [];
const rolesOf: Record<WorldDriver, string[]> = {
  function: [ofFunction, ...others],
  'run-function': [ofRun, ...others],
  'run-image': [ofRun, ofImage, ...others],
};

/** The plan of a pull request, by an account that has these roles on the project and nothing else. */
describe.each(worldDrivers)('the plan of %s, by an account that only reads', (driver) => {
  let world: PermissionWorld;
  let planner = '';
  const own = rolesOf[driver];
  beforeAll(async () => {
    world = await PermissionWorld.open(driver);
    const first = await world.act('release', 'deployer', {
      ...{ source_dir: world.cloud.good(), slo: 'none', smoke_suite: 'none', canary: 'none', duration: '1s' },
    });
    if (first.report.outcome !== 'promoted') throw new Error(JSON.stringify(first.report));
    const { world: cloud } = world.cloud.sandbox;
    planner = addAccount(cloud, `planner@${cloud.project}.iam.gserviceaccount.com`, 'Planner').email;
    // The same jobs may log in as the planner as may log in as the deployer.
    const accountOf = (email: string) =>
      cloud.policies.resources().find((name) => name.endsWith(`/${email}`));
    const deployer = accountOf(world.email(service, 'deployer')) ?? '';
    const login = cloud.policies
      .get(deployer)
      .bindings.filter(({ role }) => /workloadIdentityUser$/.test(role));
    cloud.policies.set(deployer.replace(/[^/]+$/, planner), login, 'once');
  });
  afterAll(() => world.close());

  const project = () => `//cloudresourcemanager.googleapis.com/projects/${world.cloud.sandbox.project}`;
  /** Runs with exactly these roles on the project. */
  async function as(given: readonly string[], run: () => Promise<Tried>): Promise<Tried> {
    const { policies } = world.cloud.sandbox.world;
    const before = policies.get(project()).bindings;
    const member = `serviceAccount:${planner}`;
    policies.set(project(), [...before, ...given.map((role) => ({ role, members: [member] }))], 'once');
    try {
      return await run();
    } finally {
      policies.set(project(), before, 'once');
    }
  }
  const plan = (more: Record<string, string> = {}) =>
    world.act('deploy', 'deployer', {
      ...{ dry_run: 'true', service_account: planner, source_dir: world.cloud.good(), memory: '1Gi' },
      ...more,
    });
  /** The service as the sandbox has it. */
  function state() {
    const found = runState(world.cloud.sandbox.world).services.get(world.cloud.serviceName(service));
    return {
      generation: found?.generation,
      revisions: [...(found?.revisions.keys() ?? [])],
      labels: found?.labels,
    };
  }
  /** Everything but reads, questions about policies, and the login. */
  const writes = (from: number) =>
    world.cloud.sandbox.world.requests
      .slice(from)
      .filter(
        ({ api, method }) => method !== 'GET' && method !== 'HEAD' && !/sts|iamcredentials|oauth/.test(api),
      )
      .filter(({ path }) => !/:(get|test)Iam\w+$|:getAncestry$/.test(path.split('?')[0] ?? ''))
      .map(({ api, method, path }) => `${method} ${api} ${path}`);

  test('these roles are enough, it says what would change, and it writes nothing', async () => {
    const before = state();
    const from = world.cloud.sandbox.world.requests.length;
    const ran = await as(own, () => plan());
    expect([ran.exitCode, ran.report.errors, ran.report.verdict]).toEqual([0, [], 'pass']);
    const { deploy } = ran.report.evidence as {
      deploy?: { dryRun: boolean; plan: { changes: { path: string }[] } };
    };
    expect(deploy?.dryRun).toBe(true);
    expect(deploy?.plan.changes.map(({ path }) => path)).toContain('serviceConfig.availableMemory');
    // Beyond the project it reads nothing, and says so.
    const unread = ran.report.findings.filter(({ rule }) => rule === 'missing-permission');
    expect(unread.map(({ source }) => source)).toEqual([
      expect.stringMatching(/folders\/\d+:getIamPolicy$/),
      expect.stringMatching(/organizations\/\d+:getIamPolicy$/),
    ]);
    const rules = ran.report.findings.map(({ rule }) => rule);
    expect(rules).toContain('preflight-reads-only');
    expect(rules).not.toContain('preflight-missing');
    expect(writes(from)).toEqual([]);
    expect(state()).toEqual(before);
    // Whoever may call is read as well.
    const guarded = await as(own, () => world.act('guard', 'deployer', { service_account: planner }));
    expect([guarded.exitCode, guarded.outputs.exposure]).toEqual([0, 'private']);
  });

  test('a deploy by it ends before its first write', async () => {
    const from = world.cloud.sandbox.world.requests.length;
    const ran = await as(own, () => plan({ dry_run: 'false' }));
    expect(ran.exitCode).toBe(1);
    expect(writes(from)).toEqual([]);
  });

  test.each(own)('without %s something cannot be read, and the plan says so', async (role) => {
    const whole = await as(own, () => plan());
    const ran = await as(
      own.filter((one) => one !== role),
      () => plan(),
    );
    const said = ({ exitCode, report: { findings, errors, reason } }: Tried) =>
      JSON.stringify([exitCode, findings, errors, reason]);
    expect(said(await as(own, () => plan()))).toBe(said(whole));
    expect(said(ran)).not.toBe(said(whole));
  });
});
