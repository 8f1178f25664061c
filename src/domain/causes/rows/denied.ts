import { quoted } from '../../data/shell.ts';
import type { FailureFacts, RunNames } from '../../errors/facts.ts';
import {
  account,
  grantOnAccount,
  grantOnFolder,
  grantOnProject,
  grantOnSecret,
  ownMember,
  who,
} from '../commands.ts';
import { roleFor } from '../roles.ts';
import { found, type Row } from '../row.ts';

/** Any other 403 of an API: the permission that Google names, else the role that the API usually needs. */

const permissionOf = (failure: FailureFacts) =>
  failure.permission ??
  failure.metadata?.permission ??
  found(failure, /permission '?"?([a-z]+\.[\w./]+[a-zA-Z])/i);

export const deniedRows: readonly Row[] = [
  {
    id: 'permission-missing',
    title: 'The identity of this job lacks a permission',
    blame: 'environment',
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
    blame: 'environment',
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
