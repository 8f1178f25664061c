import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { permissionChecks } from '../../src/domain/preflight/permissions.ts';
import type { CheckRow } from '../../src/domain/preflight/row.ts';
import { emailOf, projectResource } from '../support/empty-project.ts';
import { InitRepository } from '../support/init-release.ts';
import { writesOf } from '../support/setup-world.ts';

/**
 * From an empty project to a release, a rollback and a check, with `init` and nothing else. The roles that it makes are
 * then all that the jobs have. CI takes away two permissions; `npm run peers -- init` takes away each.
 */

jest.setTimeout(600_000);

let sandbox: Sandbox;
let home: string;
let repository: InitRepository;
beforeAll(async () => {
  sandbox = await startSandbox({ buildMs: 20, trafficSettleMs: 20, logLagMs: 0, empty: true });
  home = mkdtempSync(join(tmpdir(), 'bs-init-'));
  mkdirSync(join(home, 'ocr'));
  repository = new InitRepository(sandbox, join(home, 'ocr'));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(home, { recursive: true, force: true });
});

const quick = {
  slo: '99%',
  duration: '1s',
  step_duration: '1s',
  canary: '50%',
  on_too_few_requests: 'promote',
};
let second: string;
const role = (name: string) => `projects/${sandbox.project}/roles/backstay${name}`;

test('init, killed on its way and run again, and then the release of the README: promoted', async () => {
  const killed = await repository.killedAt('+ account ocr-api-reader');
  expect(killed.signal).toBe('SIGKILL');
  const made = await repository.init('--apply');
  expect([made.code, made.code ? made.err + made.out : '']).toEqual([0, '']);
  expect(made.out).toMatch(/\d+ written, and read again\. 0 to create, 0 to change, \d+ unchanged\./);
  const count = (await writesOf(sandbox)).length;
  const again = await repository.init('--apply', '--expect-no-changes', '--json');
  expect(JSON.parse(again.out)).toMatchObject({
    written: 0,
    totals: { create: 0, change: 0, unknown: 0, held: 0 },
  });
  expect([again.code, (await writesOf(sandbox)).length]).toEqual([0, count]);

  const first = await repository.job('release', quick);
  expect([first.code, first.outputs.outcome, first.code ? first.log : '']).toEqual([0, 'promoted', '']);
  expect(first.outputs.exposure).toBe('private');
});

test('after the first release, the invoker and the rollback hold their roles on the service alone', async () => {
  const night = await repository.init('--expect-no-changes');
  expect([night.code, night.out]).toEqual([3, expect.stringContaining('to change')]);
  const moved = await repository.init('--apply');
  expect([moved.code, moved.code ? moved.out + moved.err : '']).toEqual([0, '']);
  const onProject = JSON.stringify(sandbox.world.policies.get(projectResource(sandbox)).bindings);
  expect(onProject).not.toContain(emailOf(sandbox, 'ocr-api-invoker'));
  expect((await repository.init('--expect-no-changes')).code).toBe(0);

  repository.version('2.0.0');
  const update = await repository.job('release', quick);
  expect([update.code, update.outputs.outcome, update.code ? update.log : '']).toEqual([0, 'promoted', '']);
  second = update.outputs.revision ?? '';
  const back = await repository.job('rollback', { to: 'before', verify_duration: '1s' });
  expect([back.code, back.outputs.outcome, back.code ? back.log : '']).toEqual([0, 'rolled_back', '']);
});

test('the reader may check, and change nothing', async () => {
  const { WORKLOAD_IDENTITY_PROVIDER = '', READER_SERVICE_ACCOUNT = '' } = repository.variables();
  const login = {
    workload_identity_provider: WORKLOAD_IDENTITY_PROVIDER,
    service_account: READER_SERVICE_ACCOUNT,
  };
  const where = { name: 'ocr-api', region: sandbox.region };
  const guard = await repository.run('guard', { ...login, ...where });
  expect([guard.code, guard.outputs.exposure, guard.code ? guard.log : '']).toEqual([0, 'private', '']);
  const denied = await repository.run('rollback', { ...login, ...where, to: second, force: 'true' });
  expect(denied.code).toBe(1);
  expect(denied.log).toMatch(/lacks run\.(revisions\.get|services\.update)/);
});

const rowsOf = (report: Record<string, unknown> | undefined): CheckRow[] =>
  (report?.evidence as { preflight?: { rows: CheckRow[] } } | undefined)?.preflight?.rows ?? [];

/** Needed only for a function that does not exist yet. */
const ofNew = (permission: string) =>
  permissionChecks.some(
    (check) => check.permission === permission && 'when' in check && check.when === 'new',
  );

/** Two of them. `npm run peers -- permissions` takes away each, from every account and on every kind of deployment. */
test('without a permission of its role, a release names it', async () => {
  const all = sandbox.world.roles.get(role('Deployer'))?.includedPermissions ?? [];
  expect(all.length).toBeGreaterThan(10);
  // Another role of the deployer has `resourcemanager.projects.get` too, so taking that one away would change nothing.
  const sampled = ['run.services.update', 'run.revisions.list'];
  expect(all).toEqual(expect.arrayContaining(sampled));
  repository.version('3.0.0');
  for (const permission of sampled) {
    const full = sandbox.world.roles.get(role('Deployer'));
    if (!full) throw new Error('The role is missing.');
    const less = full.includedPermissions.filter((one) => one !== permission);
    sandbox.world.roles.define({ ...full, includedPermissions: less });
    const weight = permissionChecks.find((check) => check.permission === permission)?.weight;
    // Logs are one of two sources of counts, so a release can do without them. A dry run changes nothing in any case.
    const stops = weight === 'stop' && !/logging|monitoring/.test(permission) && !ofNew(permission);
    const tried = await repository.job('release', {
      ...quick,
      ...(stops ? {} : { dry_run: 'true' }),
      ...(ofNew(permission) ? { name: 'another-api' } : {}),
    });
    sandbox.world.roles.define(full);
    const missing = rowsOf(tried.report).filter(({ state }) => state === 'missing');
    const named = missing.flatMap(({ need }) => (need.kind === 'permission' ? [need.permission] : []));
    expect([permission, named]).toEqual([permission, expect.arrayContaining([permission])]);
    if (stops) expect([permission, tried.outputs.outcome]).toEqual([permission, 'blocked']);
  }
  expect(sandbox.world.problems).toEqual([]);
});
