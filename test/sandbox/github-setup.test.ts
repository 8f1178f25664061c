import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { tokenOf } from '../support/empty-project.ts';

/**
 * What a set-up needs of GitHub and of IAM. The statuses and bodies are those of GitHub's REST pages (Repositories,
 * Deployment environments, Deployment branch policies, Actions variables) and of IAM v1 (roles, serviceAccounts).
 */

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

async function github(method: string, path: string, body?: unknown, token = 'a-token') {
  const answer = await fetch(`${sandbox.env.GITHUB_API_URL}/${path}`, {
    ...{ method, headers: token ? { authorization: `Bearer ${token}` } : {} },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text ? JSON.parse(text) : undefined };
}

async function iam(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${sandbox.world.urls.get('iam')}/v1/projects/${sandbox.project}/${path}`, {
    ...{ method, headers: { authorization: `Bearer ${await tokenOf(sandbox)}` } },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

const environment = 'repos/acme/ocr/environments/prod%2Focr';
const byList = { protected_branches: false, custom_branch_policies: true };

describe('GitHub', () => {
  test('shows a repository with its numbers, in any case, and none without a token', async () => {
    const { status, body } = await github('GET', 'repos/Acme/OCR');
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({
        id: 770001,
        full_name: 'acme/ocr',
        owner: expect.objectContaining({ id: 4211 }),
      }),
    ]);
    expect((await github('GET', 'repos/acme/ocr', undefined, '')).status).toBe(404);
    expect((await github('GET', 'repos/acme/none')).status).toBe(404);
  });

  test('a PUT of an environment replaces it whole; its name may have a slash', async () => {
    expect((await github('GET', environment)).status).toBe(404);
    const reviewers = [{ type: 'User', id: 7 }];
    const made = await github('PUT', environment, {
      wait_timer: 5,
      reviewers,
      deployment_branch_policy: byList,
    });
    expect([made.status, made.body.name]).toEqual([200, 'prod/ocr']);
    expect(made.body.protection_rules.map(({ type }: { type: string }) => type)).toEqual([
      ...['wait_timer', 'required_reviewers', 'branch_policy'],
    ]);
    const less = await github('PUT', environment, { deployment_branch_policy: byList });
    expect(less.body.protection_rules.map(({ type }: { type: string }) => type)).toEqual(['branch_policy']);
    expect((await github('PUT', environment, { waiting: 1 })).status).toBe(422);
    const both = { protected_branches: true, custom_branch_policies: true };
    expect((await github('PUT', environment, { deployment_branch_policy: both })).status).toBe(422);
  });

  test('a branch policy is added once, and only where the environment has a list', async () => {
    const policies = `${environment}/deployment-branch-policies`;
    expect((await github('POST', policies, { name: 'main', type: 'branch' })).status).toBe(200);
    expect((await github('POST', policies, { name: 'main', type: 'branch' })).status).toBe(303);
    expect((await github('GET', policies)).body).toMatchObject({
      total_count: 1,
      branch_policies: [{ name: 'main' }],
    });
    await github('PUT', 'repos/acme/ocr/environments/open', {});
    const open = 'repos/acme/ocr/environments/open/deployment-branch-policies';
    expect((await github('POST', open, { name: 'main' })).status).toBe(404);
  });

  test('a variable is made once, changed by its name in any case, and deleted', async () => {
    for (const base of [`${environment}/variables`, 'repos/acme/ocr/actions/variables']) {
      expect((await github('PATCH', `${base}/A`, { value: 'x' })).status).toBe(404);
      expect((await github('POST', base, { name: 'a', value: '1' })).status).toBe(201);
      expect((await github('POST', base, { name: 'A', value: '2' })).status).toBe(409);
      expect((await github('PATCH', `${base}/a`, { name: 'a', value: '3' })).status).toBe(204);
      expect((await github('GET', `${base}/A`)).body).toMatchObject({ name: 'A', value: '3' });
      expect((await github('POST', base, { name: 'GITHUB_X', value: '1' })).status).toBe(422);
      expect((await github('DELETE', `${base}/A`)).status).toBe(204);
      expect((await github('GET', `${base}/A`)).status).toBe(404);
    }
    expect((await github('GET', 'repos/acme/ocr/environments/none/variables')).status).toBe(404);
  });
});

describe('IAM', () => {
  test('a custom role is made, deleted and brought back; a deleted one gives nothing and cannot be created again', async () => {
    const role = { title: 'x', description: 'd', includedPermissions: ['run.services.get'], stage: 'GA' };
    expect((await iam('POST', 'roles', { roleId: 'mine', role })).body).toMatchObject(role);
    const strange = { ...role, includedPermissions: ['run.services.sing'] };
    expect((await iam('POST', 'roles', { roleId: 'other', role: strange })).status).toBe(400);
    const name = `projects/${sandbox.project}/roles/mine`;
    expect(sandbox.world.roles.permissionsOf(name).has('run.services.get')).toBe(true);
    expect((await iam('DELETE', 'roles/mine')).body).toMatchObject({ deleted: true });
    expect(sandbox.world.roles.permissionsOf(name).has('run.services.get')).toBe(false);
    expect((await iam('GET', 'roles/mine')).body).toMatchObject({ deleted: true });
    expect((await iam('POST', 'roles', { roleId: 'mine', role })).status).toBe(409);
    expect((await iam('PATCH', 'roles/mine?updateMask=title', { title: 'y' })).status).toBe(400);
    const back = await iam('POST', 'roles/mine:undelete', {});
    expect([back.status, back.body.deleted]).toEqual([200, undefined]);
    expect((await iam('POST', 'roles/mine:undelete', {})).status).toBe(400);
  });

  test('an account has a description, and a patch changes what its mask names', async () => {
    const serviceAccount = { displayName: 'A', description: 'first' };
    await iam('POST', 'serviceAccounts', { accountId: 'described', serviceAccount });
    const path = `serviceAccounts/described@${sandbox.project}.iam.gserviceaccount.com`;
    expect((await iam('GET', path)).body).toMatchObject(serviceAccount);
    const change = { displayName: 'B', description: 'second' };
    const patched = await iam('PATCH', path, { serviceAccount: change, updateMask: 'description' });
    expect(patched.body).toMatchObject({ displayName: 'A', description: 'second' });
  });
});
