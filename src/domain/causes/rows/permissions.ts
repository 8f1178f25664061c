import { quoted } from '../../data/shell.ts';
import type { FailureFacts, RunNames } from '../../errors/facts.ts';
import {
  account,
  asMember,
  defaultAccount,
  grantOnAccount,
  grantOnFolder,
  grantOnProject,
  grantOnSecret,
  ownMember,
  serviceAgent,
} from '../commands.ts';
import { roleFor } from '../roles.ts';
import { found, type Row, says } from '../row.ts';

/** The identity of this job, or an account that Google uses for it, lacks a permission. */

const permissionOf = (failure: FailureFacts) =>
  failure.permission ??
  failure.metadata?.permission ??
  found(failure, /permission '?"?([a-z]+\.[\w.]+[a-zA-Z])/i);

const who = (names: RunNames) => names.member?.replace(/^serviceAccount:/, '') ?? 'The identity of this job';

export const permissionRows: readonly Row[] = [
  {
    id: 'functions-agent',
    title: "Google's own account of Cloud Functions lost its role",
    example: {
      kind: 'deploy',
      message:
        "Unable to retrieve the repository metadata for projects/my-project/locations/us-central1/repositories/gcf-artifacts. Ensure that the Cloud Functions service account has 'artifactregistry.repositories.list' and 'artifactregistry.repositories.get' permissions.",
    },
    matches: says(
      /cloud functions service (account|agent)[\s\S]{0,150}permission|gcf-admin-robot[\s\S]{0,200}(permission|denied)/i,
    ),
    repair: (failure, names) => {
      const number = found(failure, /service-(\d+)@gcf-admin-robot/);
      return {
        why: 'Cloud Functions works with a service agent of the project, and a change of IAM took its role away.',
        fix: 'Give the agent its own role again:',
        commands: [
          grantOnProject(
            names,
            asMember(serviceAgent(names, 'gcf-admin-robot', number)),
            'roles/cloudfunctions.serviceAgent',
          ),
        ],
      };
    },
  },
  {
    id: 'act-as-denied',
    title: 'The identity of this job may not deploy as the account of the function',
    example: {
      kind: 'call',
      api: 'cloudfunctions',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      permission: 'iam.serviceAccounts.actAs',
      message:
        "Caller is missing permission 'iam.serviceaccounts.actAs' on service account ocr-run@my-project.iam.gserviceaccount.com. Grant the role 'roles/iam.serviceAccountUser' to the caller on the service account ocr-run@my-project.iam.gserviceaccount.com.",
    },
    matches: (failure) =>
      /iam\.serviceaccounts\.actAs/i.test(`${failure.permission ?? ''} ${failure.message}`),
    repair: (failure, names) => {
      const named = found(failure, /service ?accounts?[ /]([\w.-]+@[\w.-]+?)\.?(?:['\s]|$)/i);
      const email = named ?? names.runtimeAccount;
      return {
        why: `${who(names)} may not act as ${email ?? 'the default account of Compute Engine'}. A deploy decides what runs as that account, so Google asks for this permission on it.`,
        fix: 'Grant it on this one account, not on the project:',
        commands: [
          grantOnAccount(
            names,
            email === undefined ? defaultAccount(names) : account(email),
            ownMember(names),
            'roles/iam.serviceAccountUser',
          ),
        ],
      };
    },
  },
  {
    id: 'quota-project',
    title: 'The identity of this job may not use the quota of the project',
    example: {
      kind: 'call',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      reason: 'USER_PROJECT_DENIED',
      domain: 'googleapis.com',
      metadata: { consumer: 'projects/my-project', service: 'run.googleapis.com' },
      message:
        'Caller does not have required permission to use project my-project. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission.',
    },
    matches: (failure) =>
      failure.reason === 'USER_PROJECT_DENIED' || /required permission to use project/i.test(failure.message),
    repair: (failure, names) => {
      const project =
        found(failure, /use project ([\w:.-]+)\./) ??
        failure.metadata?.consumer?.replace(/^projects\//, '') ??
        names.project;
      return {
        why: `Google books the call on the project ${project ?? ''}, and ${who(names)} may not use it.`,
        fix: 'Grant the role:',
        commands: [
          grantOnProject({ ...names, project }, ownMember(names), 'roles/serviceusage.serviceUsageConsumer'),
        ],
      };
    },
  },
  {
    id: 'scope-missing',
    title: 'The token was issued for too small a scope',
    example: {
      kind: 'call',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      reason: 'ACCESS_TOKEN_SCOPE_INSUFFICIENT',
      domain: 'googleapis.com',
      message: 'Request had insufficient authentication scopes.',
    },
    matches: (failure) =>
      failure.reason === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' ||
      /insufficient authentication scopes/i.test(failure.message),
    repair: () => ({
      why: 'No role helps here: the token itself is limited to some scopes.',
      fix: 'Remove access_token_scopes from the step that logs in, or set it to https://www.googleapis.com/auth/cloud-platform.',
    }),
  },
  {
    id: 'token-expired',
    title: 'Google did not accept the token of this job any more',
    passes: true,
    example: {
      kind: 'call',
      status: 401,
      statusName: 'UNAUTHENTICATED',
      reason: 'ACCESS_TOKEN_EXPIRED',
      domain: 'googleapis.com',
      message:
        'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    },
    matches: (failure) => failure.kind === 'call' && failure.status === 401,
    repair: () => ({
      why: 'The token expired, or the account was disabled or deleted while the job ran.',
      fix: 'Run the job again. If an earlier step logs in, set workload_identity_provider on this step instead, so that it renews its token.',
    }),
  },
  {
    id: 'permission-missing',
    title: 'The identity of this job lacks a permission',
    example: {
      kind: 'call',
      api: 'logging',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      reason: 'IAM_PERMISSION_DENIED',
      domain: 'iam.googleapis.com',
      permission: 'logging.logEntries.list',
      metadata: { permission: 'logging.logEntries.list' },
      message: "Permission 'logging.logEntries.list' denied on resource (or it may not exist).",
    },
    matches: (failure) =>
      failure.kind === 'call' && failure.status === 403 && permissionOf(failure) !== undefined,
    repair: (failure, names) => {
      const permission = permissionOf(failure) ?? '';
      const role = roleFor(permission);
      return {
        why: `${who(names)} lacks ${permission}. A new grant takes 2 to 7 minutes to take effect.`,
        fix: role
          ? 'Grant the smallest role that has it:'
          : 'Find a role that has it, and grant it to the identity of this job:',
        commands: [
          role
            ? grantOf(failure, names, permission, role)
            : `gcloud iam roles list --filter=${quoted(`includedPermissions:${permission}`)} --format="value(name)"`,
        ],
      };
    },
  },
  {
    id: 'denied',
    title: 'Google refused a call and named no permission',
    example: {
      kind: 'call',
      api: 'run',
      status: 403,
      statusName: 'PERMISSION_DENIED',
      message: 'The caller does not have permission',
    },
    matches: (failure) => failure.kind === 'call' && failure.status === 403,
    repair: (failure, names) => {
      const role = failure.api && apiRoles[failure.api];
      return {
        why: `${who(names)} has no role for this call, or a deny policy refuses it. Google names no permission.`,
        fix: role
          ? `Grant the role that ${failure.api} needs:`
          : 'Compare the roles of the identity with the table in the README. This lists its roles on the project:',
        commands: [
          role
            ? grantOnProject(names, ownMember(names), role)
            : `gcloud projects get-iam-policy ${quoted(names.project ?? 'PROJECT')} --flatten="bindings[].members" --filter=${quoted(`bindings.members:${names.member ?? 'ACCOUNT_OF_THIS_JOB'}`)} --format="value(bindings.role)"`,
        ],
      };
    },
  },
];

/** Roles by API, for a refusal that names no permission. */
const apiRoles: Readonly<Record<string, string>> = {
  cloudfunctions: 'roles/cloudfunctions.developer',
  run: 'roles/run.developer',
  logging: 'roles/logging.viewer',
  monitoring: 'roles/monitoring.viewer',
  cloudresourcemanager: 'roles/browser',
};

/** The narrowest resource that the failure names: an account, a folder, a secret, else the project. */
function grantOf(failure: FailureFacts, names: RunNames, permission: string, role: string): string {
  const text = `${failure.metadata?.resource ?? ''} ${failure.path ?? ''} ${failure.message}`;
  const [, kind, id] = /(folders|organizations)\/(\d+)/.exec(text) ?? [];
  if (id && permission.startsWith('resourcemanager.'))
    return grantOnFolder(kind === 'folders' ? 'folders' : 'organizations', id, ownMember(names), role);
  const email = /serviceAccounts\/([\w.-]+@[\w.-]+\.com)/.exec(text)?.[1];
  if (email && permission.startsWith('iam.serviceAccounts.'))
    return grantOnAccount(names, account(email), ownMember(names), role);
  const [, project, secret] = /projects\/([^/\s']+)\/secrets\/([\w-]+)/.exec(text) ?? [];
  if (secret && permission.startsWith('secretmanager.versions'))
    return grantOnSecret(names.project ?? project ?? '', secret, ownMember(names));
  return grantOnProject(names, ownMember(names), role);
}
