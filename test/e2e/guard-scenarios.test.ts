import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { can } from '../../sandbox/core/iam.ts';
import { anonymous, user } from '../../sandbox/core/principals.ts';
import type { Binding } from '../../sandbox/core/types.ts';
import { functionState } from '../../sandbox/functions/model.ts';
import { runState } from '../../sandbox/run/model.ts';
import { findGcloud, runGcloud } from '../support/gcloud.ts';
import { answering, type GuardWorld, guardWorld, resources } from '../support/guard-world.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

/**
 * Compares `gcloud functions deploy --no-allow-unauthenticated` with actions/deploy from the same start. Our action must
 * end with a private function, or fail, say so, and leave the service as it was. The access check of the sandbox decides,
 * not our guard.
 */
const gcloud = findGcloud();
const flag = '--no-allow-unauthenticated';
const invoker = 'roles/run.invoker';
let w: GuardWorld;
let source: string;
let callsIt: string;

interface Scenario {
  id: string;
  what: string;
  /** Policy of the service at the start. Undefined if the function does not exist. */
  before: (() => Binding[]) | undefined;
  /** Further steps of the set-up. */
  arrange?: (name: string) => void;
  /** Flags for gcloud. */
  flags: string[];
  /** Inputs in addition to the common ones. */
  inputs?: Record<string, string>;
  /** How our action ends. */
  ours: 'private' | 'refused';
  /** How gcloud 528 ends: its exit code, and whether a stranger can call what it deployed. */
  gcloud: { code: number; open: boolean };
}

const everyone = { role: invoker, members: ['allUsers'] };

const scenarios: Scenario[] = [
  {
    id: 'new',
    what: 'new function',
    before: undefined,
    flags: [flag],
    ours: 'private',
    gcloud: { code: 0, open: false },
  },
  {
    id: 'new-inherits',
    what: 'new function under a public folder, deployed by an identity that may read folders',
    before: undefined,
    arrange: () => {
      openFolder();
      readsAbove();
    },
    flags: [flag],
    ours: 'refused',
    gcloud: { code: 0, open: true },
  },
  {
    id: 'private',
    what: 'private function',
    before: () => [],
    flags: [flag],
    ours: 'private',
    gcloud: { code: 0, open: false },
  },
  {
    id: 'private-no-power',
    what: 'private function, and a deployer that cannot set policies',
    before: () => [],
    arrange: () => cannotSetPolicies(),
    flags: [flag],
    ours: 'private',
    gcloud: { code: 1, open: false },
  },
  {
    id: 'public-three-ways',
    what: 'allUsers and allAuthenticatedUsers, and allUsers on a custom role',
    before: () => [
      { role: invoker, members: ['allUsers', 'allAuthenticatedUsers'] },
      { role: callsIt, members: ['allUsers'] },
    ],
    flags: [flag],
    ours: 'private',
    gcloud: { code: 0, open: true },
  },
  {
    id: 'public-many-roles',
    what: 'run.invoker twice, run.admin and run.servicesInvoker to allUsers',
    before: () => [
      everyone,
      everyone,
      { role: 'roles/run.admin', members: ['allUsers'] },
      { role: 'roles/run.servicesInvoker', members: ['allUsers'] },
    ],
    flags: [flag],
    ours: 'private',
    gcloud: { code: 0, open: true },
  },
  {
    id: 'public-no-power',
    what: 'public function, and a deployer that cannot set policies',
    before: () => [everyone],
    arrange: () => cannotSetPolicies(),
    flags: [flag],
    ours: 'refused',
    gcloud: { code: 1, open: true },
  },
  {
    id: 'public-no-flag',
    what: 'public function, without the flag',
    before: () => [everyone],
    flags: [],
    ours: 'private',
    gcloud: { code: 0, open: true },
  },
  {
    id: 'both-flags',
    what: 'both flags, the bad one last',
    before: () => [],
    flags: [flag, '--allow-unauthenticated'],
    ours: 'private',
    gcloud: { code: 0, open: true },
  },
  {
    id: 'flags-file',
    what: 'the bad flag in a --flags-file',
    before: () => [],
    flags: ['--flags-file=FILE'],
    ours: 'private',
    gcloud: { code: 0, open: true },
  },
  {
    id: 'check-off',
    what: 'the invoker check is off',
    before: () => [],
    arrange: (name) => void Object.assign(serviceOf(name) ?? {}, { invokerIamDisabled: true }),
    flags: [flag],
    ours: 'private',
    gcloud: { code: 0, open: true },
  },
  {
    id: 'fail-only',
    what: 'public function, on_exposed: fail',
    before: () => [everyone],
    flags: [flag],
    inputs: { on_exposed: 'fail' },
    ours: 'refused',
    gcloud: { code: 0, open: false },
  },
];

const path = (name: string) => `projects/${w.sandbox.project}/locations/${w.sandbox.region}/services/${name}`;
const serviceOf = (name: string) => runState(w.sandbox.world).services.get(path(name));
const deployer = () => `serviceAccount:${w.sandbox.env.SERVICE_ACCOUNT}`;

function openFolder(): void {
  w.set(resources(w.sandbox).folder, everyone);
}

function readsAbove(): void {
  const { organization } = resources(w.sandbox);
  const bindings = w.sandbox.world.policies.get(organization).bindings;
  w.set(organization, ...bindings, { role: 'roles/iam.securityReviewer', members: [deployer()] });
}

/** run.developer instead of run.admin: all that a deployer needs, except run.services.setIamPolicy. */
function cannotSetPolicies(): void {
  const { project } = resources(w.sandbox);
  const bindings = w.sandbox.world.policies.get(project).bindings;
  w.set(
    project,
    ...bindings.map((binding) =>
      binding.role === 'roles/run.admin' ? { ...binding, role: 'roles/run.developer' } : binding,
    ),
  );
}

/** Who can call the function without an invitation: anonymous callers, or strangers with a Google account? */
function isOpen(name: string): boolean {
  const service = serviceOf(name);
  if (!service) return false;
  if (service.invokerIamDisabled) return true;
  const resource = `//run.googleapis.com/${service.name}`;
  return [anonymous, user('stranger@gmail.com')].some((principal) =>
    can(w.sandbox.world, principal, 'run.routes.invoke', resource),
  );
}

/** What must stay the same if our action refuses. */
function snapshot(name: string): unknown {
  const { world } = w.sandbox;
  const service = serviceOf(name);
  const described = functionState(world).functions.get(path(name).replace('/services/', '/functions/'));
  return structuredClone({
    policy: world.policies.get(`//run.googleapis.com/${path(name)}`),
    revisions: [...(service?.revisions.keys() ?? [])],
    traffic: service?.live,
    annotations: service?.annotations,
    ingress: service?.ingress,
    invokerIamDisabled: service?.invokerIamDisabled,
    updateTime: described?.updateTime,
  });
}

async function start(scenario: Scenario, name: string): Promise<void> {
  if (scenario.before) {
    const ended = await w.client.deploy(name, answering);
    if (ended.error) throw new Error(JSON.stringify(ended.error));
    w.set(`//run.googleapis.com/${path(name)}`, ...scenario.before());
  }
  scenario.arrange?.(name);
  // The state at the start counts too.
  await w.client.control('GET', '/reachability');
  w.sandbox.world.requests.length = 0;
}

const commonArgs = (name: string): string[] => [
  'functions',
  'deploy',
  name,
  `--region=${w.sandbox.region}`,
  '--runtime=nodejs22',
  '--entry-point=ocr',
  `--source=${source}`,
  '--trigger-http',
  '--quiet',
];

interface Sighting {
  service: string;
  from: string;
  until?: string;
}

/** The moments at which an anonymous request could get in, as the sandbox sees it after every write. */
async function sightingsOf(name: string): Promise<Sighting[]> {
  const { body } = await w.client.control('GET', '/reachability');
  return (body.sightings as Sighting[]).filter(({ service }) => service.endsWith(`/${name}`));
}

/** What is open at the start must be closed before the first upload, and nothing may open after it. */
function expectNoNewCodeInReach(sightings: Sighting[], wasOpen: boolean): void {
  if (wasOpen) expect(sightings.length).toBeGreaterThan(0);
  const upload = w.sandbox.world.requests.find(({ path }) => path.includes(':generateUploadUrl'))?.time;
  if (upload === undefined) return;
  for (const { until } of sightings) expect(until !== undefined && until <= upload).toBe(true);
}

const inputsFor = (name: string): Record<string, string> => ({
  name,
  region: w.sandbox.region,
  project_id: w.sandbox.project,
  workload_identity_provider: w.sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
  service_account: w.sandbox.env.SERVICE_ACCOUNT as string,
  runtime: 'nodejs24',
  entry_point: 'ocr',
  source_dir: source,
  propagation_timeout: '10s',
});

const ours = (scenario: Scenario, name: string): Promise<ActionRun> =>
  runAction('deploy', {
    cwd: source,
    env: w.sandbox.env,
    inputs: {
      ...inputsFor(name),
      ...scenario.inputs,
    },
  });

beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), 'bs-scenarios-'));
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, 'package.json'), '{"name":"ocr","main":"index.js"}');
  writeFileSync(join(source, 'index.js'), 'exports.ocr = (_request, response) => response.send("ok");');
  writeFileSync(
    join(source, 'sandbox.json'),
    JSON.stringify({ responses: [{ status: 200, body: { text: 'new' } }] }),
  );
  w = await guardWorld({ sampleReachability: true });
  callsIt = `projects/${w.sandbox.project}/roles/callsIt`;
  w.sandbox.world.roles.define({
    name: callsIt,
    title: 'Calls the function',
    stage: 'GA',
    etag: 'AA==',
    includedPermissions: ['run.routes.invoke'],
  });
}, 300_000);
afterAll(async () => {
  await w?.stop();
  rmSync(source, { recursive: true, force: true });
});
beforeEach(() => w.reset());

/** For 1st gen gcloud's flag fails open. Our deploy refuses that generation, and the guard closes what it may close. */
interface Gen1Scenario {
  id: string;
  what: string;
  before: Binding[] | undefined;
  /** Roles in addition to the deployer's own. */
  roles: string[];
  /** The server adds allUsers at this poll of the operation. */
  opensAtPoll: number;
  gcloud: { code: number; open: boolean };
}

const functionsInvoker = 'roles/cloudfunctions.invoker';
const gen1Scenarios: Gen1Scenario[] = [
  {
    id: 'gen1-no-power',
    what: '1st gen, public, and a deployer that cannot set policies',
    before: [{ role: functionsInvoker, members: ['allUsers'] }],
    roles: [],
    opensAtPoll: 0,
    gcloud: { code: 0, open: true },
  },
  {
    id: 'gen1-accounts',
    what: '1st gen, allUsers and allAuthenticatedUsers',
    before: [{ role: functionsInvoker, members: ['allUsers', 'allAuthenticatedUsers'] }],
    roles: ['roles/cloudfunctions.admin'],
    opensAtPoll: 0,
    gcloud: { code: 0, open: true },
  },
  {
    id: 'gen1-new',
    what: '1st gen, new, and the server adds allUsers at the second poll',
    before: undefined,
    roles: ['roles/cloudfunctions.admin'],
    opensAtPoll: 2,
    gcloud: { code: 0, open: true },
  },
];

const gen1Path = (name: string) =>
  `projects/${w.sandbox.project}/locations/${w.sandbox.region}/functions/${name}`;
const gen1Policy = (name: string) => `//cloudfunctions.googleapis.com/${gen1Path(name)}`;

function isGen1Open(name: string): boolean {
  return [anonymous, user('stranger@gmail.com')].some((principal) =>
    can(w.sandbox.world, principal, 'cloudfunctions.functions.invoke', gen1Policy(name)),
  );
}

/** Creates the function as the owner with gcloud's own calls, then opens it. */
async function startGen1(scenario: Gen1Scenario, name: string): Promise<void> {
  const { project } = resources(w.sandbox);
  const { bindings } = w.sandbox.world.policies.get(project);
  w.set(project, ...bindings, ...scenario.roles.map((role) => ({ role, members: [deployer()] })));
  await w.client.control('PATCH', '/settings', { gen1OpensAtPoll: 0 });
  if (scenario.before) {
    const body = {
      name: gen1Path(name),
      runtime: 'nodejs22',
      entryPoint: 'ocr',
      timeout: '60s',
      availableMemoryMb: 256,
    };
    const made = await w.client.api(
      'cloudfunctions',
      'POST',
      `/v1/${gen1Path(name).replace(/\/[^/]+$/, '')}`,
      body,
    );
    if (made.status !== 200) throw new Error(made.text);
    w.set(gen1Policy(name), ...scenario.before);
  }
  await w.client.control('PATCH', '/settings', { gen1OpensAtPoll: scenario.opensAtPoll });
}

interface Row {
  scenario: string;
  gcloud: string;
  ours: string;
}
const table: Row[] = [];
const words = (code: number | null, open: boolean) => `exit ${code}, ${open ? 'PUBLIC' : 'private'}`;

describe('actions/deploy, for which gcloud’s flag is not enough', () => {
  test.each(scenarios)(
    '$id: $what',
    async (scenario) => {
      const name = `ours-${scenario.id}`;
      await start(scenario, name);
      const before = snapshot(name);
      const run = await ours(scenario, name);
      table.push({
        scenario: scenario.what,
        gcloud: '',
        ours: `${words(run.code, isOpen(name))}${run.code === 0 ? '' : ', nothing changed'}`,
      });
      if (scenario.ours === 'private') {
        expect({ code: run.code, verdict: run.outputs.verdict, reason: run.outputs.reason }).toMatchObject({
          code: 0,
          verdict: 'pass',
        });
        expect(isOpen(name)).toBe(false);
        expect([...(serviceOf(name)?.revisions.keys() ?? [])].length).toBe(scenario.before ? 2 : 1);
      } else {
        expect(run.code).toBe(1);
        expect(run.outputs).toMatchObject({ verdict: 'fail', outcome: 'exposed', exposure: 'public' });
        expect(run.outputs.reason).toMatch(/is public/);
        expect(run.summary).toMatch(/remove-iam-policy-binding/);
        expect(snapshot(name)).toEqual(before);
      }
      expectNoNewCodeInReach(
        await sightingsOf(name),
        scenario.before?.().some(({ members }) => members.includes('allUsers')) ?? false,
      );
    },
    300_000,
  );
});

test('a new function under a public folder that its deployer cannot read ends behind internal ingress', async () => {
  openFolder();
  const name = 'ours-blind';
  const inputs = { ...inputsFor(name), on_exposed: 'internal' };
  const run = await runAction('deploy', { cwd: source, env: w.sandbox.env, inputs });
  expect(run.code).toBe(1);
  expect(run.outputs).toMatchObject({ outcome: 'exposed', exposure: 'public' });
  expect(run.outputs.reason).toContain('behind internal ingress again');
  expect(serviceOf(name)?.ingress).toBe('INGRESS_TRAFFIC_INTERNAL_ONLY');
  const { body } = await w.client.control('GET', '/reachability');
  expect(
    (body.sightings as Sighting[]).filter(
      ({ service, until }) => service.endsWith(`/${name}`) && until === undefined,
    ),
  ).toEqual([]);
}, 300_000);

describe('the 1st generation', () => {
  test.each(gen1Scenarios)(
    '$id: $what',
    async (scenario) => {
      const name = `ours-${scenario.id}`;
      await startGen1(scenario, name);
      const before = structuredClone([
        functionState(w.sandbox.world).gen1.get(gen1Path(name)),
        w.sandbox.world.policies.get(gen1Policy(name)),
      ]);
      const run = await runAction('deploy', { cwd: source, env: w.sandbox.env, inputs: inputsFor(name) });
      if (scenario.before) {
        expect(run.code).toBe(1);
        expect(run.outputs.reason).toMatch(/first-generation|1st gen/i);
        expect([
          functionState(w.sandbox.world).gen1.get(gen1Path(name)),
          w.sandbox.world.policies.get(gen1Policy(name)),
        ]).toEqual(before);
        const closed = await w.guard({ name, mode: 'enforce' });
        expect(closed.exposure === 'private').toBe(!isGen1Open(name));
        expect(closed).toMatchObject(
          scenario.roles.length > 0
            ? { exposure: 'private', verdict: 'pass' }
            : { exposure: 'public', outcome: 'exposed' },
        );
        table.push({
          scenario: scenario.what,
          gcloud: '',
          ours: `${words(run.code, true)}, refused; guard: ${closed.exposure}`,
        });
      } else {
        // A new function is created in the 2nd generation.
        expect(run.code).toBe(0);
        expect(isOpen(name)).toBe(false);
        table.push({ scenario: scenario.what, gcloud: '', ours: `${words(run.code, false)}, 2nd gen` });
      }
    },
    300_000,
  );
});

describe('gcloud from the same start', () => {
  if (!gcloud) test.skip('skipped: no gcloud on this machine', () => undefined);
  else
    test.each(scenarios)(
      '$id: $what',
      async (scenario) => {
        const name = `theirs-${scenario.id}`;
        await start(scenario, name);
        const flags = scenario.flags.map((text) =>
          text.replace('FILE', join(source, '..', `flags-${process.pid}.yaml`)),
        );
        writeFileSync(join(source, '..', `flags-${process.pid}.yaml`), '--allow-unauthenticated:\n');
        const run = await runGcloud(gcloud, [...commonArgs(name), ...flags], w.sandbox.env);
        rmSync(join(source, '..', `flags-${process.pid}.yaml`), { force: true });
        const row = table.find(({ scenario: what }) => what === scenario.what);
        if (row) row.gcloud = words(run.code, isOpen(name));
        // A difference here means that gcloud has changed. Look at it, then correct the table.
        expect({
          row: scenario.id,
          code: run.code,
          open: isOpen(name),
          output: run.code === scenario.gcloud.code ? '' : run.output,
        }).toEqual({
          row: scenario.id,
          ...scenario.gcloud,
          output: '',
        });
      },
      300_000,
    );

  if (gcloud)
    test.each(gen1Scenarios)(
      '$id: $what',
      async (scenario) => {
        const name = `theirs-${scenario.id}`;
        await startGen1(scenario, name);
        const args = [...commonArgs(name), flag, '--no-gen2'];
        const run = await runGcloud(gcloud, args, w.sandbox.env);
        const row = table.find(({ scenario: what }) => what === scenario.what);
        if (row) row.gcloud = words(run.code, isGen1Open(name));
        const output = run.code === scenario.gcloud.code ? '' : run.output;
        expect({ row: scenario.id, code: run.code, open: isGen1Open(name), output }).toEqual({
          row: scenario.id,
          ...scenario.gcloud,
          output: '',
        });
      },
      300_000,
    );

  afterAll(() => {
    const width = Math.max(...table.map(({ scenario }) => scenario.length));
    const lines = table.map(
      ({ scenario, gcloud: theirs, ours: mine }) =>
        `${scenario.padEnd(width)}  ${(theirs || 'skipped').padEnd(16)}  ${mine}`,
    );
    process.stdout.write(
      `\n${'scenario'.padEnd(width)}  ${'gcloud'.padEnd(16)}  actions/deploy\n${lines.join('\n')}\n\n`,
    );
  });
});
