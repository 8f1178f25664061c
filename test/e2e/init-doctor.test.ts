import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { emptyProject, ownerMember, projectResource } from '../support/empty-project.ts';
import { InitRepository } from '../support/init-release.ts';

/** `init --apply` ends with the doctor, as the deployer or as the person. */

jest.setTimeout(300_000);

let sandbox: Sandbox;
let home: string;
let repository: InitRepository;
beforeAll(async () => {
  sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0 });
  home = mkdtempSync(join(tmpdir(), 'bs-init-doctor-'));
  mkdirSync(join(home, 'ocr'));
  repository = new InitRepository(sandbox, join(home, 'ocr'));
  emptyProject(sandbox);
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

const control = (path: string, method: string, body: object) =>
  fetch(`${sandbox.control}/${path}`, { method, body: JSON.stringify(body) });
const set = (settings: object) => control('settings', 'PATCH', settings);
const hold = (...roles: string[]) =>
  set({
    policies: { [projectResource(sandbox)]: roles.map((role) => ({ role, members: [ownerMember] })) },
  });
interface Ended {
  written: number;
  doctor: {
    verdict: string;
    evidence: {
      doctor: { matrix: { state: string; weight: string }[]; further: { state: string; on: string }[] };
    };
  };
}

test('an owner: what holds for everyone, and how to try the rest', async () => {
  const made = await repository.init('--apply');
  expect([made.code, made.code ? made.out + made.err : '']).toEqual([0, '']);
  expect(made.out).toMatch(/✓ Request logs /);
  expect(made.out).toMatch(/✓ Suite and objectives +backstay\.smoke\.yaml has 1 case/);
  expect(made.out.replace(/\s+/g, ' ')).toContain(
    'What ocr-api-deployer may do was not tried, because you may not act as it. A first run with dry_run: true tries it.',
  );
  expect(made.out).toMatch(
    /Next: commit and push [^\n]*release\.yml[^\n]*\nAfter the first release, run this command again: [^\n]+\n$/,
  );
  expect(made.err.match(/This rests on more/g)).toHaveLength(2);
});

test('what is still missing stands at the end, with its repair, and the exit code says so', async () => {
  const exclusions = [{ name: 'no-requests', filter: 'LOG_ID("run.googleapis.com/requests")' }];
  await set({ sinks: { _Default: { exclusions } } });
  const again = await repository.init('--apply');
  const without = await repository.init('--apply', '--no-doctor');
  await set({ sinks: { _Default: {} } });
  expect([again.code, without.code]).toEqual([1, 0]);
  expect(again.out).toMatch(/✗ Request logs /);
  expect(again.out).toContain('gcloud logging sinks describe _Default');
  expect(without.out).not.toContain('Request logs');
});

test('someone who may act as the deployer: its permissions, also if Google spreads them a little later', async () => {
  await repository.init('--undo', '--apply');
  await hold('roles/owner', 'roles/iam.serviceAccountTokenCreator');
  // The doctor alone asks this, for the person and then as the deployer: the grants do not hold yet.
  await control('faults', 'POST', {
    ...{ api: 'cloudresourcemanager', path: ':testIamPermissions', times: 2 },
    fault: { status: 200, body: {} },
  });
  const made = await repository.init('--apply', '--json');
  expect(made.err).toContain('Looking again for up to 2 minutes.');
  const { written, doctor } = JSON.parse(made.out) as Ended;
  expect([made.code, written > 10, doctor.verdict]).toEqual([0, true, 'pass']);
  const { matrix, further } = doctor.evidence.doctor;
  // Asked once, after the grants hold, and as the deployer.
  expect(further.filter(({ on, state }) => on === 'project' && state === 'unknown')).toEqual([]);
  expect(new Set(further.map(({ state }) => state))).toEqual(new Set(['ok', 'missing', 'unknown']));
  expect(matrix.length).toBeGreaterThan(10);
  expect(matrix.filter(({ state, weight }) => weight === 'stop' && state !== 'ok')).toEqual([]);
});

test.each([
  [
    'the issuer of GitHub',
    'iam.workloadIdentityPoolProviders',
    '/providers.backstay:undelete$/',
    'adds the issuer of your GitHub to the values that the policy allows',
  ],
  [
    'new accounts',
    'iam.disableServiceAccountCreation',
    '/serviceAccounts$/',
    'An administrator lifts it for this project while init runs',
  ],
])('a policy that refuses %s: which one it is, and who can help', async (_, constraint, path, help) => {
  await repository.init('--undo', '--apply');
  const violation = {
    type: `constraints/${constraint}`,
    subject: `orgpolicy:projects/${sandbox.project}`,
    description: 'Org Policy violated.',
  };
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.PreconditionFailure', violations: [violation] },
  ];
  const error = { code: 400, status: 'FAILED_PRECONDITION', message: 'Precondition check failed.', details };
  await control('faults', 'POST', {
    api: 'iam',
    method: 'POST',
    path,
    fault: { status: 400, body: { error } },
  });
  const refused = await repository.init('--apply');
  await fetch(`${sandbox.control}/faults`, { method: 'DELETE' });
  expect(refused.code).toBe(2);
  const said = refused.err.replace(/\s+/g, ' ');
  expect(said).toContain(`Violated: ${constraint}`);
  expect(said).toContain(help);
  expect(refused.err).toMatch(
    new RegExp(`\n +gcloud org-policies describe ${constraint} --project=.* --effective\n`),
  );
  const again = await repository.init('--apply', '--no-doctor');
  expect([again.code, again.code ? again.err : '']).toEqual([0, '']);
});
