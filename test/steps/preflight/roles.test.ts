import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { projectResource } from '../../../sandbox/core/iam.ts';
import { grant } from '../../../sandbox/core/policies.ts';
import { accountResource, addAccount } from '../../../sandbox/identity/state.ts';
import type { CheckRow } from '../../../src/domain/preflight/row.ts';
import { type FastTime, installFastTime } from '../../support/fast-time.ts';
import { pasteGrant } from '../../support/paste-grant.ts';
import { ReleaseWorld } from '../../support/release-world.ts';

jest.setTimeout(300_000);

/** The README's table of roles is enough to release. Without any one of its rows, the preflight names that role. */

interface Grant {
  who: string;
  role: string;
  on: string;
}

const readme = readFileSync(join(import.meta.dirname, '../../../README.md'), 'utf8');
const table: Grant[] = (/<!-- roles:begin -->\n([\s\S]*?)<!-- roles:end -->/.exec(readme)?.[1] ?? '')
  .split('\n')
  .slice(2)
  .flatMap((line) => {
    const [, who, role, on] = /^\| (\w+) \| `([\w/.]+)` \| ([\w ]+) \|/.exec(line) ?? [];
    return who && role && on ? [{ who, role, on }] : [];
  });

let time: FastTime;
let world: ReleaseWorld;
beforeAll(async () => {
  time = installFastTime(20);
  world = await ReleaseWorld.open({}, time.clock);
});
afterAll(async () => {
  await world.close();
  time.restore();
});

/** Three new accounts, and where each row of the table grants its role. */
function newAccounts(id: string) {
  const { world: cloud } = world.sandbox;
  const account = (name: string) =>
    addAccount(cloud, `${name}-${id}@${cloud.project}.iam.gserviceaccount.com`, name).email;
  const emails = { deployer: account('dep'), invoker: account('inv'), runtime: account('run') };
  const provider = world.sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string;
  const pool = provider.replace(/\/providers\/.*/, '');
  const members: Record<string, string> = {
    workflow: `principalSet://iam.googleapis.com/${pool}/attribute.repository/acme/ocr`,
    deployer: `serviceAccount:${emails.deployer}`,
    invoker: `serviceAccount:${emails.invoker}`,
  };
  const resources: Record<string, string> = {
    project: projectResource(cloud),
    // The service does not exist before the first release, so the test grants this on the project.
    function: projectResource(cloud),
    'deployer account': accountResource(cloud, emails.deployer),
    'invoker account': accountResource(cloud, emails.invoker),
    'runtime account': accountResource(cloud, emails.runtime),
  };
  const place = ({ who, on }: Grant) => [resources[on] as string, members[who] as string] as const;
  return {
    inputs: {
      service_account: emails.deployer,
      invoker_service_account: emails.invoker,
      runtime_service_account: emails.runtime,
    },
    give: (row: Grant) => grant(cloud.policies, place(row)[0], row.role, place(row)[1]),
    take(row: Grant): void {
      const [resource, member] = place(row);
      const without = cloud.policies.get(resource).bindings.map((binding) => ({
        ...binding,
        members: binding.members.filter((held) => binding.role !== row.role || held !== member),
      }));
      cloud.policies.set(resource, without, 'once');
    },
  };
}

const fast = { canary: '50%', step_duration: '1s', duration: '1s', on_too_few_requests: 'promote' };
const watched = () => ({ ...fast, slo: '99%', smoke_suite: world.suite() });

const missing = (rows: readonly CheckRow[] = []) =>
  rows.filter(({ state, weight }) => state === 'missing' && weight === 'stop');

test('the table has every row', () => {
  expect(table.map(({ role }) => role.replace('roles/', ''))).toEqual([
    'iam.workloadIdentityUser',
    'iam.workloadIdentityUser',
    'cloudfunctions.developer',
    'browser',
    'logging.viewer',
    'iam.serviceAccountUser',
    'run.invoker',
  ]);
});

test('exactly these roles release a new function and then an update, without a warning of the preflight', async () => {
  const accounts = newAccounts('all');
  table.forEach(accounts.give);
  for (const round of ['first', 'update']) {
    const ran = await world.release('least', world.good(), { inputs: { ...watched(), ...accounts.inputs } });
    expect([round, ran.report.outcome, ran.exitCode]).toEqual([round, 'promoted', 0]);
    const found = ran.report.findings.filter(({ rule }) => rule.startsWith('preflight'));
    expect(found).toEqual([]);
  }
});

test('without the role to log in as the deployer, the login names it', async () => {
  const accounts = newAccounts('login');
  table.slice(1).forEach(accounts.give);
  const ran = await world.release('login', world.good(), { inputs: { ...watched(), ...accounts.inputs } });
  expect(ran.report.outcome).toBeUndefined();
  expect(JSON.stringify(ran.report.errors)).toContain('roles/iam.workloadIdentityUser');
});

describe('without one row of the table', () => {
  test.each(table.slice(1).map((row) => [`${row.role} on ${row.on}`, row] as const))(
    '%s: nothing is changed, the role is named, and its command repairs it',
    async (_, row) => {
      const id = `no${table.indexOf(row)}`;
      const accounts = newAccounts(id);
      table.forEach(accounts.give);
      const inputs = { ...watched(), ...accounts.inputs, source: 'logs' };
      expect((await world.release(id, world.good(), { inputs })).report.outcome).toBe('promoted');
      const before = await world.service(id);
      accounts.take(row);
      const source = world.good();
      const ran = await world.release(id, source, { inputs });
      expect([ran.report.outcome, ran.exitCode]).toEqual(['blocked', 1]);
      expect(missing(ran.report.evidence.preflight?.rows).length).toBeGreaterThan(0);
      const finding = ran.report.findings.find(({ rule }) => rule === 'preflight-missing');
      // The block gives the role that was taken away, and no other.
      expect(finding?.commands?.length).toBeGreaterThan(0);
      for (const command of finding?.commands ?? []) expect(command).toContain(`--role=${row.role}`);
      expect((await world.service(id))?.etag).toBe(before?.etag);
      expect(ran.report.actions_taken).toEqual([]);
      for (const command of finding?.commands ?? []) pasteGrant(world.sandbox, command);
      expect((await world.release(id, source, { inputs })).report.outcome).toBe('promoted');
    },
  );
});

test('a login without an account gets a grant for the subject of this run, and the repaired run passes', async () => {
  const { inputs } = newAccounts('direct');
  const more = { ...fast, smoke_suite: 'none', service_account: '' };
  const options = { inputs: { ...more, runtime_service_account: inputs.runtime_service_account } };
  const source = world.good();
  const ran = await world.release('direct', source, options);
  expect([ran.report.outcome, ran.exitCode]).toEqual(['blocked', 1]);
  const commands = ran.report.findings.find(({ rule }) => rule === 'preflight-missing')?.commands ?? [];
  expect(commands).toHaveLength(1);
  const pool = world.sandbox.env.WORKLOAD_IDENTITY_PROVIDER?.replace(/\/providers\/.*/, '');
  expect(commands[0]).toContain(`principal://iam.googleapis.com/${pool}/subject/repo:acme/ocr:`);
  expect(JSON.stringify(ran.report)).not.toContain('principalSet');
  for (const command of commands) pasteGrant(world.sandbox, command);
  const repaired = await world.release('direct', source, options);
  expect(repaired.report.outcome).toBe('promoted');
});
