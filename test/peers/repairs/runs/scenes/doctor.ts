import { here } from '../../printed/here.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

/** Set-ups that let in too many, or that will lock this repository out. */

const pool = `iam.googleapis.com/projects/${here.number}/locations/global/workloadIdentityPools/github`;
const account = `iam.googleapis.com/projects/${here.project}/serviceAccounts/${here.deployer}`;
const project = `cloudresourcemanager.googleapis.com/projects/${here.project}`;
const user = 'roles/iam.workloadIdentityUser';
const strict =
  "assertion.repository_owner_id == '4211' && assertion.repository_id == '770001' && assertion.ref == 'refs/heads/main' && assertion.event_name == 'push' && assertion.runner_environment == 'github-hosted'";
const byId = `principalSet://${pool}/attribute.repository_id/770001`;

/** A set-up without a fault, in which one thing is changed. */
const sound = async (stage: Stage, change: (stage: Stage) => unknown) => {
  await stage.setProvider({ attributeCondition: strict });
  stage.bind(account, { role: user, members: [byId] });
  stage.grant(project, 'roles/iam.securityReviewer', `serviceAccount:${here.deployer}`);
  await change(stage);
};

const fault = (
  rule: string,
  name: string,
  change: (stage: Stage) => unknown,
  more: Partial<Scene>,
): Scene => ({
  from: [`doctor ${rule}`],
  name,
  action: 'auth',
  arrange: (stage) => sound(stage, change),
  inputs: { doctor: 'enforce' },
  told: rule,
  ...more,
});

const condition = (text: string) => (stage: Stage) => stage.setProvider({ attributeCondition: text });
const told: Partial<Scene> = { passes: true, inputs: { doctor: 'true' } };
const tightened = { came: [/attributeCondition=/], went: [/attributeCondition=/] };

export const doctorScenes: readonly Scene[] = [
  fault('login-no-condition', 'a provider without a condition', condition(''), {
    passes: true,
    inputs: { doctor: 'true' },
    came: [/attributeCondition=/],
  }),
  fault(
    'login-stranger-other-repository',
    'a condition on the owner alone',
    condition("assertion.repository_owner_id == '4211'"),
    { passes: true, inputs: { doctor: 'true' }, ...tightened },
  ),
  fault(
    'login-stranger-pull-request',
    'a condition that lets in pull requests',
    condition(strict.replace(" && assertion.ref == 'refs/heads/main' && assertion.event_name == 'push'", '')),
    { passes: true, inputs: { doctor: 'true' }, ...tightened },
  ),
  fault(
    'login-pool-wide',
    'a member for every identity of the pool',
    (stage) => stage.grant(account, user, `principalSet://${pool}/*`),
    { went: [/workloadIdentityUser principalSet:\/\/\S+\/\*$/] },
  ),
  fault(
    'login-user-managed-keys',
    'a key of the account',
    (stage) => {
      const found = stage.account(here.deployer);
      const name = `projects/${here.project}/serviceAccounts/${here.deployer}/keys/0a1b2c`;
      if (found) found.keys = [{ name, keyType: 'USER_MANAGED', validAfterTime: '2026-01-01T00:00:00Z' }];
      stage.grant(project, 'roles/iam.serviceAccountViewer', `serviceAccount:${here.deployer}`);
      stage.sandbox.world.roles.define({
        ...{ name: `projects/${here.project}/roles/keys`, title: 'keys', stage: 'GA', etag: 'BwYAAAAAAAE=' },
        includedPermissions: ['iam.serviceAccountKeys.list'],
      });
      stage.grant(project, `projects/${here.project}/roles/keys`, `serviceAccount:${here.deployer}`);
    },
    { went: [/^account \S+\.keys\.0\.name=/, /\.keys\.0\.keyType=/, /\.keys\.0\.validAfterTime=/] },
  ),
  fault(
    'login-broad-role',
    'an account with the role of an editor',
    (stage) => stage.grant(project, 'roles/editor', `serviceAccount:${here.deployer}`),
    { went: [/roles\/editor serviceAccount:deployer@/] },
  ),
  fault(
    'login-many-audiences',
    'a provider that accepts several audiences',
    (stage) =>
      stage.setProvider({
        oidc: {
          issuerUri: stage.sandbox.world.urls.get('oidc'),
          allowedAudiences: [`https://iam.googleapis.com/${stage.provider}`, 'https://other.example'],
        },
      }),
    { ...told, went: [/allowedAudiences\.1=https:\/\/other/] },
  ),
  ...(['other-owner', 'fork', 'look-alike', 'taken-over-name', 'other-branch', 'self-hosted'] as const).map(
    (id) =>
      fault(`login-stranger-${id}`, `a condition that lets in: ${id}`, condition(''), {
        ...told,
        came: [/attributeCondition=/],
      }),
  ),
  fault(
    'login-sibling',
    'another provider of the pool without a condition',
    (stage) =>
      stage.set({
        providers: {
          [`${stage.pool}/providers/old`]: {
            attributeCondition: '',
            oidc: { issuerUri: stage.sandbox.world.urls.get('oidc') },
          },
        },
      }),
    { ...told, came: [/providers\/old\.attributeCondition=/] },
  ),
  fault(
    'login-rename',
    'a condition by name, before a rename',
    condition("assertion.repository == 'acme/ocr'"),
    {
      ...told,
      ...tightened,
    },
  ),
  fault(
    'login-immutable-subject',
    'a member by the subject of today',
    (stage) =>
      stage.bind(account, {
        role: user,
        members: [`principal://${pool}/subject/repo:acme/ocr:ref:refs/heads/main`],
      }),
    {
      ...told,
      came: [
        /workloadIdentityUser principal:\S+\/subject\/repo:acme@4211\/ocr@770001:ref:refs\/heads\/main$/,
      ],
    },
  ),
];
