import { shellWord } from '../commands.ts';
import type { ExposureFacts } from '../facts.ts';

/** A predefined role that holds a missing permission, with the command that grants it on the project. */
export interface GrantProposal {
  role: string;
  /** Undefined if it is not known whom to grant it to. */
  command: string | undefined;
}

/** Predefined roles by permission (cloud.google.com/iam/docs/roles-permissions). Each is the narrowest read-only role. */
const roleOf: Readonly<Record<string, string>> = {
  'resourcemanager.projects.get': 'roles/browser',
  'resourcemanager.projects.getIamPolicy': 'roles/browser',
  'iam.serviceAccounts.getIamPolicy': 'roles/iam.securityReviewer',
  'cloudfunctions.functions.get': 'roles/cloudfunctions.viewer',
  'cloudfunctions.functions.getIamPolicy': 'roles/cloudfunctions.viewer',
  'run.services.get': 'roles/run.viewer',
  'run.services.getIamPolicy': 'roles/run.viewer',
};

/** Undefined for a permission that a grant on the project does not give, or that needs a custom role. */
export function grantFor(
  permission: string,
  { target, identity }: Pick<ExposureFacts, 'target' | 'identity'>,
): GrantProposal | undefined {
  const role = Object.hasOwn(roleOf, permission) ? roleOf[permission] : undefined;
  if (role === undefined) return undefined;
  const command =
    identity &&
    `gcloud projects add-iam-policy-binding ${shellWord(target.project)} --member=${shellWord(identity)} --role=${role} --condition=None`;
  return { role, command };
}
