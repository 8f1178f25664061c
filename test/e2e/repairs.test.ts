import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import { createService } from '../../sandbox/run/lifecycle.ts';
import { answers, DeployWorld } from '../support/deploy-world.ts';
import { findGcloud } from '../support/gcloud.ts';
import { paste } from '../support/paste.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

/**
 * Every repair that a failed deploy prints is pasted into a shell with a real gcloud, as an administrator. Then the same deploy
 * succeeds, and the policies differ from before by exactly what was printed.
 */

const gcloud = findGcloud();
// Each call of gcloud takes a second on an idle machine, and many seconds on a busy one.
jest.setTimeout(300_000);

interface Failed {
  code: string;
  what: string;
  why: string;
  fix: string;
  commands?: string[];
  row?: string;
  page?: string;
}

let world: DeployWorld;
let number = 0;

beforeAll(async () => {
  world = await DeployWorld.start();
});
afterAll(() => world.stop());

const files = { 'index.js': 'exports.ocr = () => {};', 'package.json': '{}', 'sandbox.json': answers('new') };
const set = (settings: Record<string, unknown>) => world.client.control('PATCH', '/settings', settings);
const errorOf = (run: ActionRun): Failed => (run.report as { errors: Failed[] }).errors[0] as Failed;
const deploy = (name: string, inputs: Record<string, string> = {}) =>
  world.deploy({ name, source_dir: world.source(files), runtime: 'nodejs24', ...inputs });

/** All allow policies: resource, role and member of every grant. */
const grants = (): string[] =>
  world.sandbox.world.policies
    .resources()
    .flatMap((resource) =>
      world.sandbox.world.policies
        .get(resource)
        .bindings.flatMap(({ role, members, condition }) =>
          members.map((member) => [resource, role, member, condition?.expression].filter(Boolean).join(' ')),
        ),
    )
    .sort();

interface Case {
  name: string;
  /** What goes wrong, before the first deploy. */
  arrange(): unknown;
  inputs?: Record<string, string>;
  /** The row that explains it, or the code if the check before the first change finds it. */
  row: string;
  /** Google's words, which the message begins with. */
  google: RegExp;
  /** The grants that the repair adds, as `resource role member`. */
  added: RegExp[];
  restore?(): unknown;
}

const service = (name: string) =>
  `//run.googleapis.com/projects/sandbox-project/locations/us-central1/services/${name}`;

const cases: Case[] = [
  {
    name: 'a secret that the account of the function may not read',
    arrange: () => set({ secrets: { 'api-key': { 1: 'ENABLED' } } }),
    inputs: { secrets: 'API_KEY=api-key:latest' },
    row: 'secret-denied',
    google: /Permission denied on secret: projects\/\d+\/secrets\/api-key/,
    added: [/secrets\/api-key roles\/secretmanager\.secretAccessor serviceAccount:\d+-compute@developer/],
    restore: () => set({ secrets: {} }),
  },
  {
    name: 'a version of a secret that is disabled',
    arrange: () => {
      const { policies, projectNumber, project } = world.sandbox.world;
      grant(
        policies,
        `//secretmanager.googleapis.com/projects/${project}/secrets/pin`,
        'roles/secretmanager.secretAccessor',
        `serviceAccount:${projectNumber}-compute@developer.gserviceaccount.com`,
      );
      return set({ secrets: { pin: { 2: 'DISABLED' } } });
    },
    inputs: { secrets: 'PIN=pin:2' },
    row: 'secret-missing',
    google: /Secret Version \[.*\] is in DISABLED state/,
    added: [],
    restore: () => set({ secrets: {} }),
  },
  {
    name: 'a build account without roles',
    arrange: () => set({ obstacles: { buildAccountNeedsRole: true } }),
    row: 'build-account-roles',
    google: /missing permission on the build service account/,
    added: [
      /projects\/sandbox-project roles\/cloudbuild\.builds\.builder serviceAccount:\d+-compute@developer/,
    ],
    restore: () => set({ obstacles: {} }),
  },
  {
    name: 'a repository that Cloud Run may not read',
    arrange: () => set({ obstacles: { agentNeedsReader: true } }),
    row: 'image-denied',
    google: /must have permission to read the image/,
    added: [
      /repositories\/gcf-artifacts roles\/artifactregistry\.reader serviceAccount:service-\d+@serverless-robot-prod/,
    ],
    restore: () => set({ obstacles: {} }),
  },
  {
    name: 'an account of the function that the job may not act as',
    arrange: () => {
      const { policies, projectNumber } = world.sandbox.world;
      const account = `${projectNumber}-compute@developer.gserviceaccount.com`;
      const resource = `//iam.googleapis.com/projects/sandbox-project/serviceAccounts/${account}`;
      expect(policies.get(resource).bindings).not.toEqual([]);
      policies.set(resource, [], 'once');
    },
    row: 'preflight-failed',
    google: /compute@developer/,
    added: [
      /serviceAccounts\/\d+-compute@\S+ roles\/iam\.serviceAccountUser serviceAccount:\S+@sandbox-project/,
    ],
  },
  {
    name: 'an API that is off',
    arrange: () => set({ services: { 'cloudfunctions.googleapis.com': 'DISABLED' } }),
    row: 'preflight-failed',
    google: /cloudfunctions\.googleapis\.com/,
    added: [],
    restore: () => set({ services: { 'cloudfunctions.googleapis.com': 'ENABLED' } }),
  },
];

(gcloud ? describe : describe.skip)('the printed repair, pasted into a shell', () => {
  afterEach(async () => {
    for (const { restore } of cases) await restore?.();
  });

  test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    const name = `r${++number}`;
    await one.arrange();
    const failed = await deploy(name, one.inputs);
    const error = errorOf(failed);
    expect([failed.code, error.row ?? error.code]).toEqual([1, one.row]);
    expect(error.what).toMatch(one.google);
    expect(error.page).toMatch(new RegExp(`/docs/reference/errors\\.md#${one.row}$`));
    // Place: annotation and summary have sentence, cause and commands; the annotation is in the log, too.
    for (const command of error.commands ?? []) {
      expect(failed.summary).toContain(command);
      expect(failed.log).toContain(command.replace(/%/g, '%25'));
    }
    await paste(world.sandbox, []);
    const before = grants();
    const pasted = await paste(world.sandbox, error.commands ?? []);
    expect([pasted.code, pasted.code ? pasted.output : '']).toEqual([0, '']);
    const after = grants();
    const added = after.filter((line) => !before.includes(line));
    expect(before.filter((line) => !after.includes(line))).toEqual([]);
    expect(added).toHaveLength(one.added.length);
    for (const [index, line] of added.entries()) expect(line).toMatch(one.added[index] as RegExp);
    const again = await deploy(name, one.inputs);
    expect([again.code, again.code ? errorOf(again) : undefined]).toEqual([0, undefined]);
    expect(world.sandbox.world.policies.get(service(name)).bindings).toEqual([]);
    expect(world.sandbox.world.problems).toEqual([]);
  });
});

/** Settings that the repair names, as inputs of the next run: `Set memory: 512Mi in this step`. */
const named = (fix: string) =>
  Object.fromEntries(
    [...fix.matchAll(/\b([a-z_]+): ([\w-]+)/g)].map(([, name, value]) => [name ?? '', value ?? '']),
  );

describe('the setting that a message names, in the next run', () => {
  const settings: [string, Record<string, unknown>, Record<string, string>, string, RegExp][] = [
    [
      'too little memory',
      { obstacles: { memoryUsed: 300 } },
      { memory: '256Mi' },
      'memory-exceeded',
      /failed to start and listen/,
    ],
    [
      'too little quota',
      { obstacles: { cpuQuota: 20 } },
      { cpu: '1', max_instance_count: '40' },
      'cpu-quota',
      /Quota violated: CpuAllocPerProjectRegion/,
    ],
  ];
  test.each(settings)('%s', async (_name, arranged, inputs, row, google) => {
    const name = `s${++number}`;
    await set(arranged);
    const failed = await deploy(name, inputs);
    const error = errorOf(failed);
    expect([failed.code, error.row]).toEqual([1, row]);
    expect(error.what).toMatch(google);
    const again = await deploy(name, { ...inputs, ...named(error.fix) });
    expect([again.code, again.code ? errorOf(again) : undefined]).toEqual([0, undefined]);
    await set({ obstacles: {} });
  });

  test('a connector that does not exist, a policy of the organisation, billing: cause, check and place', async () => {
    await set({ obstacles: { connectors: ['main'] } });
    const missing = errorOf(await deploy('c1', { vpc_connector: 'mian' }));
    expect(missing).toMatchObject({ code: 'deploy-failed', row: 'connector-missing' });
    expect(missing.commands?.[0]).toBe(
      'gcloud compute networks vpc-access connectors list --region=us-central1 --project=sandbox-project',
    );
    const rules = [{ values: { allowedValues: ['ALLOW_INTERNAL_ONLY'] } }];
    await set({ obstacles: {}, orgPolicies: { 'cloudfunctions.allowedIngressSettings': { rules } } });
    const policy = errorOf(await deploy('c2'));
    expect(policy).toMatchObject({ row: 'org-policy' });
    expect(policy.why).toContain('cloudfunctions.allowedIngressSettings for ALLOW_ALL');
    await set({ orgPolicies: { 'cloudfunctions.allowedIngressSettings': null }, billingEnabled: false });
    const unpaid = errorOf(await deploy('c3'));
    expect(unpaid).toMatchObject({ row: 'billing-disabled' });
    await set({ billingEnabled: true });
  });

  test('a Cloud Run service that another tool made ends the deploy at once, and the message says who made it', async () => {
    const { region, world: inside } = world.sandbox;
    await createService(
      inside,
      { project: 'sandbox-project', location: region, id: 'taken' },
      'ann@example.com',
    );
    const from = world.requestCount;
    const error = errorOf(await deploy('taken'));
    expect(error).toMatchObject({ row: 'service-taken' });
    expect(error.why).toContain('It was made by ann@example.com');
    expect(world.writes(from).filter((line) => /^POST cloudfunctions .*functions\?/.test(line))).toHaveLength(
      1,
    );
  });
});

test('a release is explained like a deploy: annotation and summary have sentence, cause, command and page', async () => {
  await set({ obstacles: { buildAccountNeedsRole: true } });
  const { policies } = world.sandbox.world;
  const resource = '//cloudresourcemanager.googleapis.com/projects/sandbox-project';
  const builder = 'roles/cloudbuild.builds.builder';
  const bindings = policies.get(resource).bindings.filter(({ role }) => role !== builder);
  policies.set(resource, bindings, 'once');
  const { env, project, region } = world.sandbox;
  const run = await runAction('release', {
    timeoutMs: 120_000,
    inputs: {
      ...{
        project_id: project,
        region,
        name: 'rel',
        entry_point: 'ocr',
        runtime: 'nodejs24',
        canary: 'none',
      },
      source_dir: world.source(files),
      workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER ?? '',
      service_account: env.SERVICE_ACCOUNT ?? '',
    },
    env,
  });
  await set({ obstacles: {} });
  expect([run.code, errorOf(run).row]).toEqual([1, 'build-account-roles']);
  const command = errorOf(run).commands?.[0] ?? '';
  expect(command).toContain(`--role=${builder}`);
  expect(run.summary).toContain(`> ${command}\n`);
  expect(run.summary).toContain('/docs/reference/errors.md#build-account-roles');
  expect(run.log).toMatch(
    /::error title=[^\n]*missing permission on the build service account[^\n]*%0Agcloud [^\n]*%0AMore: /,
  );
});
