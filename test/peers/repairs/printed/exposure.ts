import { enableInvokerCheck, removeBinding, showPolicy } from '../../../../src/domain/exposure/commands.ts';
import type { Level } from '../../../../src/domain/exposure/facts.ts';
import { judge } from '../../../../src/domain/exposure/judge.ts';
import { roleFor } from '../../../../src/domain/exposure/policy/least-privilege.ts';
import { type Change, denied, factsWith, read, service } from '../../../support/exposure-facts.ts';
import { here, type Printed, printed } from './here.ts';

/** The commands of the guard's findings, from functions that are open, half open or half read. */

const bound = (role: string, ...members: string[]) => [{ role, members }];
const condition = { title: 'later', expression: 'request.time > timestamp("2020-01-01T00:00:00Z")' };
const never = { title: 'never', expression: 'request.time < timestamp("2020-01-01T00:00:00Z")' };
const everyone = 'allAuthenticatedUsers';
const pool = 'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/github/*';
const identity = { more: { identity: `serviceAccount:${here.deployer}` } };
const policy = (constraint: string) => ({
  constraint,
  reading: read({ enforced: false, detail: '' }, `GET ${constraint}`),
});

const scenes: readonly Change[] = [
  { bindings: { service: bound('roles/run.invoker', 'allUsers', everyone) } },
  { bindings: { project: bound('roles/run.invoker', everyone) } },
  { bindings: { folder: bound('roles/run.invoker', everyone) } },
  { bindings: { organization: bound('roles/run.invoker', everyone) } },
  { bindings: { service: bound('roles/run.admin', everyone) } },
  { bindings: { service: bound('roles/run.viewer', everyone) } },
  { bindings: { function: bound('roles/cloudfunctions.invoker', 'allUsers') } },
  { bindings: { project: bound('projects/p-one/roles/opensIt', everyone) } },
  { bindings: { source: bound('roles/storage.objectViewer', 'allUsers') } },
  { bindings: { images: bound('roles/artifactregistry.reader', 'allUsers') } },
  { bindings: { folder: bound('roles/resourcemanager.folderAdmin', everyone) } },
  { bindings: { iap: bound('roles/iap.httpsResourceAccessor', everyone) }, service: { iapEnabled: true } },
  { bindings: { project: [{ role: 'roles/run.invoker', members: [pool], condition }] }, providers: [{}] },
  { bindings: { service: [{ role: 'roles/run.invoker', members: [pool], condition }] }, providers: [{}] },
  { bindings: { service: [{ role: 'roles/run.invoker', members: [everyone], condition: never }] } },
  {
    bindings: {
      service: bound('roles/run.invoker', `serviceAccount:${here.invoker}`),
      account: bound('roles/iam.serviceAccountTokenCreator', everyone),
    },
    roles: {
      'roles/iam.serviceAccountTokenCreator': read(['iam.serviceAccounts.getOpenIdToken'], 'GET role'),
    },
  },
  {
    bindings: {
      service: bound('roles/run.invoker', `serviceAccount:${here.invoker}`),
      account: bound('roles/iam.serviceAccountViewer', everyone),
    },
    roles: { 'roles/iam.serviceAccountViewer': read(['iam.serviceAccounts.get'], 'GET role') },
  },
  { service: { invokerIamDisabled: true } },
  { function: { generation: 1, service: undefined, securityLevel: 'SECURE_OPTIONAL' } },
  { ...identity, unread: { project: denied('POST p', 'resourcemanager.projects.getIamPolicy') } },
  { ...identity, unread: { service: denied('GET s', 'run.services.getIamPolicy') } },
  { ...identity, unread: { account: denied('POST a', 'iam.serviceAccounts.getIamPolicy') } },
  {
    probe: { status: 200, body: 'hello', headers: { 'content-type': 'text/plain' } },
    unread: {
      service: denied('GET s', 'run.services.getIamPolicy'),
      project: denied('POST p', 'resourcemanager.projects.getIamPolicy'),
      folder: denied('POST f', 'resourcemanager.folders.getIamPolicy'),
      organization: denied('POST o', 'resourcemanager.organizations.getIamPolicy'),
      function: denied('GET f', 'cloudfunctions.functions.getIamPolicy'),
      account: denied('POST a', 'iam.serviceAccounts.getIamPolicy'),
      iap: denied('POST i', 'iap.webServices.getIamPolicy'),
    },
    service: { iapEnabled: true },
  },
  {
    bindings: { service: bound('roles/run.invoker', 'allUsers') },
    more: {
      orgPolicies: [policy('iam.managed.allowedPolicyMembers'), policy('run.managed.requireInvokerIam')],
    },
  },
];

const found = (): Printed[] =>
  scenes.flatMap((change) =>
    judge(factsWith(change)).findings.flatMap(({ rule, commands }) => printed(`guard ${rule}`, commands)),
  );

const target = { project: here.project, region: here.region, name: 'ocr', service };
const levels: Record<Level, string> = {
  service,
  function: 'projects/p-one/locations/us-central1/functions/ocr',
  project: 'projects/p-one',
  folder: `folders/${here.folder}`,
  organization: `organizations/${here.organization}`,
  account: `projects/-/serviceAccounts/${here.invoker}`,
  iap: 'projects/1/iap_web/cloud_run-us-central1/services/ocr',
  source: 'gcf-v2-sources-1-us-central1',
  images: 'projects/p-one/locations/us-central1/repositories/gcf-artifacts',
};

/** Every level, with a condition and without one. */
const byLevel = (): Printed[] =>
  (Object.entries(levels) as [Level, string][]).flatMap(([level, resource]) =>
    printed(`guard, a binding of the ${level}`, [
      removeBinding(level, resource, 'roles/run.invoker', 'user:ann@example.com', target, false),
      removeBinding(level, resource, 'roles/run.invoker', 'user:ann@example.com', target, true),
      ...(level === 'source' || level === 'images' ? [] : [showPolicy(level, resource, target)]),
    ]),
  );

const ancestors = [
  { type: 'folder', id: here.folder },
  { type: 'organization', id: here.organization },
] as const;

export const exposureCommands = (): Printed[] => [
  ...found(),
  ...byLevel(),
  ...printed('guard, closing by hand', [enableInvokerCheck(target)]),
  ...printed(
    'guard, the role that its report proposes',
    roleFor(['run.services.get', 'iam.denypolicies.list', 'resourcemanager.folders.getIamPolicy'], {
      project: here.project,
      ancestors,
      identity: `serviceAccount:${here.deployer}`,
    })?.commands,
  ),
];
