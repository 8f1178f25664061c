import { serviceShortName, shellWord } from '../exposure/commands.ts';
import type { PostureFacts } from './facts.ts';

/** Commands to paste. Remote text is always one quoted argument. */

type Target = PostureFacts['exposure']['target'];

/** Changes one setting of the Cloud Run service. */
export const updateService = (target: Target, flag: string, track: '' | 'beta ' = ''): string =>
  `gcloud ${track}run services update ${shellWord(serviceShortName(target))} --project=${shellWord(target.project)} --region=${shellWord(target.region)} ${flag}`;

const scopeOf = (policy: string): string => {
  const region = /\/regions\/([^/]+)\//.exec(policy)?.[1];
  return region === undefined ? '' : ` --region=${shellWord(region)}`;
};

/** @param policy URL or path of the security policy */
export const updateArmorRule = (policy: string, project: string, priority: string, flag: string): string =>
  `gcloud compute security-policies rules update ${shellWord(priority)} --security-policy=${shellWord(policy.slice(policy.lastIndexOf('/') + 1))} --project=${shellWord(project)}${scopeOf(policy)} ${flag}`;

export const updateArmor = (policy: string, project: string, flag: string): string =>
  `gcloud beta compute security-policies update ${shellWord(policy.slice(policy.lastIndexOf('/') + 1))} --project=${shellWord(project)}${scopeOf(policy)} ${flag}`;

/** @param secret `projects/P/secrets/S` */
export const secretPlace = (secret: string): string => {
  const [, project = '', name = secret] = /^projects\/([^/]+)\/secrets\/([^/]+)$/.exec(secret) ?? [];
  return `${shellWord(name)} --project=${shellWord(project)}`;
};

export const updateBucket = (bucket: string, flag: string): string =>
  `gcloud storage buckets update ${shellWord(`gs://${bucket}`)} ${flag}`;

/** Grants a role on the project. */
export const grantOnProject = (project: string, member: string, role: string): string =>
  `gcloud projects add-iam-policy-binding ${shellWord(project)} --member=${shellWord(member)} --role=${role} --condition=None`;

/** Grants a role on the organisation, for what a project cannot grant. */
export const grantOnOrganization = (organization: string, member: string, role: string): string =>
  `gcloud organizations add-iam-policy-binding ${shellWord(organization)} --member=${shellWord(member)} --role=${role} --condition=None`;
