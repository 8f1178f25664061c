import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { grant } from '../../sandbox/core/policies.ts';
import { LoginSandbox, leaks, visible } from '../support/login-sandbox.ts';
import type { ActionRun } from '../support/run-action.ts';

/** The doctor in a whole run: what it reads with which identity, and what it reports. */

let world: LoginSandbox;
let folder: string;
let pool: string;
let workflows: string;
beforeAll(async () => {
  world = await LoginSandbox.start();
  folder = mkdtempSync(join(tmpdir(), 'bs-doctor-'));
  pool = world.provider.replace(/\/providers\/.*/, '');
  workflows = `principalSet://iam.googleapis.com/${pool}/attribute.repository/acme/ocr`;
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

const condition = "assertion.repository_owner_id == '4211'";
const prodOnly = `${condition} && assertion.ref == 'refs/heads/prod'`;
const annotation = (run: ActionRun) => /^::error [^\n]*/m.exec(run.log)?.[0] ?? '';
const rules = (run: ActionRun) =>
  ((run.report?.findings ?? []) as { rule: string }[]).map(({ rule }) => rule);
const cause =
  `The part assertion.ref == 'refs/heads/prod' is false: assertion.ref is "refs/heads/main".`.replaceAll(
    '"',
    '"',
  );

describe('after a failed login', () => {
  test('with provider_file it names the part of the condition that failed, in the annotation too', async () => {
    await world.setProvider({ attributeCondition: prodOnly });
    const file = join(folder, 'provider.json');
    writeFileSync(
      file,
      JSON.stringify({
        name: world.provider,
        attributeMapping: { 'google.subject': 'assertion.sub' },
        attributeCondition: prodOnly,
        oidc: { issuerUri: world.sandbox.world.urls.get('oidc') },
      }),
    );
    const run = await world.auth({ provider_file: file }, { env: { RUNNER_DEBUG: '1' } });
    await world.setProvider({ attributeCondition: condition });
    expect(run.code).toBe(1);
    expect(annotation(run)).toContain(cause);
    expect(visible(run)).toContain(
      `✗ assertion.ref == 'refs/heads/prod'   assertion.ref = "refs/heads/main"`,
    );
    expect(visible(run)).toContain(`✓ ${condition}`);
    // The part that holds stays, and the other part also allows the value of this run.
    expect(annotation(run)).toContain(
      `--attribute-condition="${condition} && (assertion.ref == 'refs/heads/prod' || ${condition} && assertion.repository_id == '770001' && assertion.ref == 'refs/heads/main' && assertion.event_name != 'pull_request_target')"`,
    );
    expect(run.report?.evidence).toMatchObject({
      login: { cause: 'condition-false', claims: { ref: 'refs/heads/main' } },
    });
    expect(leaks(run)).toEqual([]);
  });

  test('with the credentials of an earlier step it reads the provider itself', async () => {
    const other = `${pool}/providers/earlier`;
    await world.set({
      providers: {
        [other]: {
          attributeMapping: {
            'google.subject': 'assertion.sub',
            'attribute.repository': 'assertion.repository',
          },
          attributeCondition: condition,
        },
      },
    });
    const earlier = await world.auth({ workload_identity_provider: other });
    expect(earlier.code).toBe(0);
    await world.setProvider({ attributeCondition: prodOnly });
    const run = await world.auth({}, { env: earlier.exported, temp: earlier.temp });
    await world.setProvider({ attributeCondition: condition });
    await world.set({ providers: { [other]: null } });
    expect(run.code).toBe(1);
    expect(annotation(run)).toContain(cause);
    // The doctor also finds the weaker provider beside this one.
    expect(rules(run)).toContain('login-sibling');
    expect(leaks(run)).toEqual([]);
  });

  test('after a denied impersonation it names the member that differs in upper and lower case', async () => {
    const account = `cased@${world.sandbox.project}.iam.gserviceaccount.com`;
    await world.set({ serviceAccounts: { [account]: {} } });
    await world.setAccountPolicy(
      [{ role: 'roles/iam.workloadIdentityUser', members: [workflows.replace('acme/ocr', 'Acme/OCR')] }],
      account,
    );
    grant(
      world.sandbox.world.policies,
      `//cloudresourcemanager.googleapis.com/projects/${world.sandbox.project}`,
      'roles/iam.securityReviewer',
      workflows,
    );
    const run = await world.auth({ service_account: account });
    expect(run.code).toBe(1);
    expect(annotation(run)).toContain('differs from this run only in upper and lower case');
    expect(annotation(run)).toContain('/subject/repo:acme/ocr:ref:refs/heads/main');
  });

  test('the doctor distinguishes a disabled provider from one that does not exist', async () => {
    const file = join(folder, 'disabled.json');
    writeFileSync(file, JSON.stringify({ name: world.provider, disabled: true, attributeMapping: {} }));
    await world.setProvider({ disabled: true });
    const run = await world.auth({ provider_file: file });
    await world.setProvider({ disabled: false });
    expect(annotation(run)).toContain('The provider is disabled.');
    expect(annotation(run)).toContain('--no-disabled');
  });

  test('doctor: false sends no request and still explains the failure', async () => {
    await world.setProvider({ attributeCondition: prodOnly });
    const before = (await world.requests()).length;
    const run = await world.auth({ doctor: 'false' });
    await world.setProvider({ attributeCondition: condition });
    expect((await world.requests()).slice(before).filter(({ api }) => api === 'iam')).toEqual([]);
    expect(annotation(run)).toContain('rejected this run');
    expect(run.summary).toContain('`repository_owner_id`');
  });
});

describe('after a login that works', () => {
  test('doctor: true reports who else would get in, and passes', async () => {
    const run = await world.auth({ doctor: 'true' });
    expect(run.code).toBe(0);
    expect(rules(run)).toEqual(
      expect.arrayContaining(['login-stranger-other-repository', 'login-stranger-pull-request']),
    );
    expect(rules(run)).not.toContain('login-stranger-other-owner');
    expect(run.summary).toContain("The doctor's findings");
    expect(leaks(run)).toEqual([]);
  });

  test('doctor: enforce fails if a stranger reaches the account, and leaves no file', async () => {
    await world.setProvider({ attributeCondition: '' });
    await world.setAccountPolicy([
      {
        role: 'roles/iam.workloadIdentityUser',
        members: [`principalSet://iam.googleapis.com/${pool}/*`, workflows],
      },
    ]);
    await world.set({
      serviceAccounts: {
        [world.account]: { keys: [{ name: 'k', keyType: 'USER_MANAGED', validAfterTime: '' }] },
      },
    });
    const run = await world.auth({ doctor: 'enforce' });
    await world.set({ serviceAccounts: { [world.account]: { keys: [] } } });
    await world.setAccountPolicy([{ role: 'roles/iam.workloadIdentityUser', members: [workflows] }]);
    await world.setProvider({ attributeCondition: condition });
    expect(run.code).toBe(1);
    expect(run.outputs.verdict).toBe('fail');
    expect(run.outputs.credentials_file_path).toBeUndefined();
    expect(run.outputs.auth_token).toBeUndefined();
    expect(rules(run)).toEqual(
      expect.arrayContaining([
        'login-stranger-other-owner',
        'login-no-condition',
        'login-pool-wide',
        'login-user-managed-keys',
      ]),
    );
    expect(((run.report?.findings ?? []) as { severity: string }[])[0]?.severity).toBe('critical');
  });

  test('doctor: enforce passes a set-up with numeric ids', async () => {
    await world.setProvider({
      attributeCondition: `${condition} && assertion.repository_id == '770001' && assertion.ref == 'refs/heads/main' && assertion.event_name == 'push' && assertion.runner_environment == 'github-hosted'`,
    });
    await world.setAccountPolicy([
      {
        role: 'roles/iam.workloadIdentityUser',
        members: [workflows.replace('repository/acme/ocr', 'repository_id/770001')],
      },
    ]);
    const run = await world.auth({ doctor: 'enforce' });
    await world.setAccountPolicy([{ role: 'roles/iam.workloadIdentityUser', members: [workflows] }]);
    await world.setProvider({ attributeCondition: condition });
    expect({ code: run.code, findings: rules(run) }).toEqual({ code: 0, findings: [] });
  });

  test('a subject prefix that GitHub announces makes the finding more severe', async () => {
    await world.setProvider({ attributeCondition: "assertion.sub.startsWith('repo:acme/ocr:')" });
    await world.fault({
      api: 'github',
      fault: { status: 200, body: { use_default: true, sub_claim_prefix: 'repo:acme@4211/ocr@770001' } },
    });
    const run = await world.auth({ doctor: 'true', github_token: 'ghs_0123456789abcdef0123456789abcdef' });
    await world.clearFaults();
    await world.setProvider({ attributeCondition: condition });
    const found = ((run.report?.findings ?? []) as { rule: string; severity: string; title: string }[]).find(
      ({ rule }) => rule === 'login-immutable-subject',
    );
    expect(found).toMatchObject({ severity: 'high', title: expect.stringContaining('next run') });
    expect(leaks(run)).toEqual([]);
  });
});
