import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Client, inline, openSandbox } from '../sandbox/support/client.ts';
import { runAction } from '../support/run-action.ts';
import { runCli } from '../support/run-cli.ts';

/** The doctor as a process, in a workflow and on a machine, against a sandbox in which something is wrong. */

let client: Client;
let folder: string;
const set = (settings: object) =>
  fetch(`${client.sandbox.control}/settings`, { method: 'PATCH', body: JSON.stringify(settings) });
const inWorkflow = (inputs: Record<string, string> = {}) => {
  const { env } = client.sandbox;
  return runAction('doctor', {
    env,
    cwd: folder,
    inputs: {
      name: 'ocr',
      workload_identity_provider: env.WORKLOAD_IDENTITY_PROVIDER as string,
      service_account: env.SERVICE_ACCOUNT as string,
      ...inputs,
    },
  });
};
interface Shown {
  verdict: string;
  evidence: {
    doctor: {
      checks: { part: string; state: string; text: string }[];
      matrix: { state: string }[];
      further: { permission: string; on: string; state: string; actions: string[] }[];
    };
  };
  findings: { rule: string; commands?: string[] }[];
}
/** On a machine, so that the login of a workflow is no part of it. */
const onMachine = async (name = 'ocr') => {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _u, ACTIONS_ID_TOKEN_REQUEST_TOKEN: _t, ...env } = client.sandbox.env;
  const ran = await runCli(['doctor', '--name', name, '--json'], { env, cwd: folder });
  const report = JSON.parse(ran.out) as Shown;
  const states = Object.fromEntries(report.evidence.doctor.checks.map(({ part, state }) => [part, state]));
  return { code: ran.code, states, rules: report.findings.map(({ rule }) => rule), report };
};

beforeAll(async () => {
  client = await openSandbox({});
  await client.deploy('ocr', inline(200));
  await client.deploy('ocr', inline(200), { service: { environmentVariables: { A: '1' } } });
  folder = mkdtempSync(join(tmpdir(), 'bs-doctor-'));
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await client.sandbox.stop();
});

test('in order: every part, and nothing is written', async () => {
  const before = ((await (await fetch(`${client.sandbox.control}/requests`)).json()) as unknown[]).length;
  const { code, states } = await onMachine();
  expect([code, states]).toEqual([
    0,
    {
      ...{ login: 'skipped', permissions: 'ok', logs: 'ok', environment: 'skipped', files: 'skipped' },
      ...{ runtime: 'ok', rollback: 'ok' },
    },
  ]);
  const made = (await (await fetch(`${client.sandbox.control}/requests`)).json()) as {
    method: string;
    path: string;
  }[];
  expect(
    made
      .slice(before)
      .filter(
        ({ method, path }) =>
          method !== 'GET' && !/:testIamPermissions$|tokeninfo$|entries:list$|getIamPolicy$/.test(path),
      ),
  ).toEqual([]);
});

test('in a workflow it examines the login too, and the summary has the table of permissions', async () => {
  const ran = await inWorkflow();
  expect([ran.code, ran.outputs.verdict]).toEqual([0, 'pass']);
  expect(ran.summary).toContain('| Login |');
  expect(ran.summary).toContain(
    '| permission | on | release | deploy | rollback | guard | watch | smoke-test |',
  );
  expect(ran.summary).toContain('<details><summary>Permissions of further actions: gateway ');
  expect(ran.log).toMatch(/Rollback rehearsal +A rollback would go to ocr-00001-\w+; its image is there/);
});

test('an image that a policy will delete, and one that is gone', async () => {
  const condition = { tagState: 'ANY', olderThan: '864000s' };
  await set({
    repositories: {
      'us-central1/gcf-artifacts': { cleanupPolicies: { old: { id: 'old', action: 'DELETE', condition } } },
    },
  });
  const soon = await onMachine();
  expect([soon.code, soon.states.rollback, soon.rules]).toEqual([0, 'warn', ['doctor-image-cleaned']]);
  await set({ registryImages: { gcf: { deleted: true } } });
  const gone = await onMachine();
  expect([gone.code, gone.states.rollback, gone.rules]).toEqual([1, 'bad', ['doctor-image-gone']]);
  await set({
    registryImages: { gcf: {} },
    repositories: { 'us-central1/gcf-artifacts': { cleanupPolicies: {} } },
  });
});

test('request logs that an exclusion leaves out', async () => {
  const exclusions = [{ name: 'no-requests', filter: 'LOG_ID("run.googleapis.com/requests")' }];
  await set({ sinks: { _Default: { exclusions } } });
  const { code, states, rules } = await onMachine();
  expect([code, states.logs, rules]).toEqual([1, 'bad', ['doctor-logs-off']]);
  await set({ sinks: { _Default: {} } });
});

test('a suite without its image is named at its line', async () => {
  const suite = join(folder, 'backstay.smoke.yaml');
  writeFileSync(
    suite,
    'version: 1\ncases:\n  - name: a\n    image: none.png\n    expect: { contains: [a] }\n',
  );
  const ran = await inWorkflow();
  rmSync(suite);
  const report = ran.report as unknown as Shown;
  expect([ran.code, report.findings.filter(({ rule }) => rule === 'doctor-file')]).toEqual([
    1,
    [expect.objectContaining({ file: 'backstay.smoke.yaml', line: 4 })],
  ]);
});

test('a missing permission: the action that it stops, and the command that gives it', async () => {
  const { world } = client.sandbox;
  const project = `//cloudresourcemanager.googleapis.com/projects/${world.project}`;
  const deployer = `serviceAccount:${client.sandbox.env.SERVICE_ACCOUNT}`;
  const roles = [
    ...['roles/cloudfunctions.developer', 'roles/browser', 'roles/logging.viewer'],
    'roles/artifactregistry.reader',
  ];
  const hold = (held: string[]) =>
    set({ policies: { [project]: held.map((role) => ({ role, members: [deployer] })) } });
  // What a further action lacks is told, and fails nothing.
  const sloOf = ({ report }: Awaited<ReturnType<typeof onMachine>>) =>
    Object.fromEntries(
      report.evidence.doctor.further.flatMap(({ permission, state, actions }) =>
        actions.includes('slo') ? [[permission, state]] : [],
      ),
    );
  await hold([...roles, 'roles/monitoring.viewer']);
  const reads = await onMachine();
  expect([reads.code, sloOf(reads)]).toEqual([
    0,
    expect.objectContaining({ 'monitoring.slos.list': 'ok', 'monitoring.slos.create': 'missing' }),
  ]);
  await hold(roles);
  const enough = await onMachine();
  expect([enough.code, enough.states.permissions]).toEqual([0, 'ok']);
  expect(sloOf(enough)).toMatchObject({ 'monitoring.slos.list': 'missing' });
  await hold(roles.filter((role) => !role.endsWith('browser')));
  const less = await onMachine();
  expect([less.code, less.states.permissions]).toEqual([1, 'bad']);
  expect(less.report.evidence.doctor.checks[1]?.text).toContain('release, deploy, guard, doctor would fail');
  expect(less.report.findings[0]?.commands?.join('\n')).toContain('roles/browser');
});
