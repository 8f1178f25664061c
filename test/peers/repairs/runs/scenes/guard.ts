import { here } from '../../printed/here.ts';
import type { Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';
import { without } from './without.ts';

/** Functions that are open, half open or half read. */

const place = `projects/${here.project}/locations/${here.region}`;
const service = `run.googleapis.com/${place}/services/ocr`;
const above = 'cloudresourcemanager.googleapis.com';
const project = `${above}/projects/${here.project}`;
const own = `serviceAccount:${here.deployer}`;
const reader = (stage: Stage) => ({
  mode: 'verify',
  service_account: stage.sandbox.env.READER_SERVICE_ACCOUNT ?? '',
});
const everyone = 'allAuthenticatedUsers';

/** A binding of the public on a resource, and the removal of exactly that binding. */
const opened = (
  rule: string,
  resource: string,
  role: string,
  member: string,
  more: Partial<Scene> = {},
): Scene => ({
  from: [`guard ${rule}`],
  name: `${member} holds ${role} on the ${/(\w+)s\/[^/]+$/.exec(resource)?.[1]}`,
  action: 'guard',
  arrange: (stage) => {
    stage.grant(resource, role, member, 'user:kept@example.com');
  },
  inputs: reader,
  told: rule,
  went: [new RegExp(` ${role.replace(/[./]/g, '\\$&')} ${member}$`)],
  ...more,
});

const unread = (permission: string, role: string): Scene => ({
  from: ['guard missing-permission', 'mistake: project policy not readable'],
  name: `a guard without ${permission}`,
  action: 'guard',
  arrange: without(permission),
  inputs: { mode: 'verify' },
  told: 'missing-permission',
  came: [new RegExp(`projects/${here.project} ${role.replace(/[./]/g, '\\$&')} ${own}$`)],
});

export const guardScenes: readonly Scene[] = [
  opened('public-binding', service, 'roles/run.invoker', 'allUsers'),
  opened('public-binding', service, 'roles/run.invoker', everyone),
  opened('public-binding', service, 'roles/run.admin', everyone),
  opened('public-non-invoker', service, 'roles/run.viewer', everyone, { passes: true }),
  opened('inherited-public-binding', project, 'roles/run.invoker', everyone),
  opened('inherited-public-binding', `${above}/folders/${here.folder}`, 'roles/run.invoker', everyone),
  opened(
    'inherited-public-binding',
    `${above}/organizations/${here.organization}`,
    'roles/run.invoker',
    everyone,
  ),
  opened(
    'ineffective-function-binding',
    `cloudfunctions.googleapis.com/${place}/functions/ocr`,
    'roles/cloudfunctions.invoker',
    'allUsers',
    { passes: true },
  ),
  {
    from: ['guard invoker-check-disabled', 'guard, closing by hand'],
    name: 'a service whose invoker check is off',
    action: 'guard',
    arrange: (stage) =>
      stage.client.api('run', 'PATCH', `/v2/${place}/services/ocr?updateMask=invokerIamDisabled`, {
        invokerIamDisabled: true,
      }),
    inputs: reader,
    told: 'invoker-check-disabled',
    came: [/^service ocr\.invokerIamDisabled=false$/],
    went: [/^service ocr\.invokerIamDisabled=true$/],
  },
  unread('resourcemanager.projects.getIamPolicy', 'roles/browser'),
  opened(
    'source-readable',
    `storage.googleapis.com/projects/${here.project}/buckets/gcf-v2-sources-${here.number}-${here.region}`,
    'roles/storage.objectViewer',
    'allUsers',
  ),
  opened(
    'public-impersonation',
    `iam.googleapis.com/projects/${here.project}/serviceAccounts/${here.invoker}`,
    'roles/iam.serviceAccountTokenCreator',
    everyone,
    {
      arrange: (stage) => {
        const account = `iam.googleapis.com/projects/${here.project}/serviceAccounts/${here.invoker}`;
        stage.grant(account, 'roles/iam.serviceAccountTokenCreator', everyone, 'user:kept@example.com');
        stage.grant(project, 'roles/iam.securityReviewer', own);
      },
      inputs: { mode: 'verify' },
    },
  ),
  {
    from: ['guard account-unread', 'cause: a policy of an account that is not readable'],
    name: 'accounts whose policies the guard may not read',
    action: 'guard',
    arrange: () => undefined,
    inputs: { mode: 'verify' },
    told: 'account-unread',
    passes: true,
    came: [new RegExp(`projects/${here.project} roles/iam\\.securityReviewer ${own}$`)],
  },
];
