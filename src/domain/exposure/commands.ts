import { parseName, shortName } from '../data/resource-name.ts';
import type { ExposureFacts, Level } from './facts.ts';

/** Commands to paste. Remote text is always quoted, so a hostile name stays one argument. */

export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}

type Target = ExposureFacts['target'];

/** Short name of the Cloud Run service, or the function's name if the service is not known. */
export const serviceShortName = (target: Target): string => shortName(target.service) ?? target.name;

/** Which binding of a policy a command removes. A member can have a role under several conditions: all of them go. */
export const bindingFlags = (member: string, role: string, conditional: boolean): string =>
  `--member=${shellWord(member)} --role=${shellWord(role)} ${conditional ? '--all' : '--condition=None'}`;

/**
 * Removes one member from one role.
 * @param level the kind of resource that has the binding
 * @param resource full name of that resource
 * @param conditional true if the binding has a condition. gcloud wants to know this even if only another
 * binding of the policy has a condition
 */
export function removeBinding(
  level: Level,
  resource: string,
  role: string,
  member: string,
  target: Target,
  conditional: boolean,
): string {
  // A policy of a function has no conditions.
  const what =
    level === 'function'
      ? `--member=${shellWord(member)} --role=${shellWord(role)}`
      : bindingFlags(member, role, conditional);
  const place = `--project=${shellWord(target.project)} --region=${shellWord(target.region)}`;
  switch (level) {
    case 'service':
      return `gcloud run services remove-iam-policy-binding ${shellWord(shortName(resource))} ${place} ${what}`;
    case 'function':
      return `gcloud functions remove-iam-policy-binding ${shellWord(target.name)} ${place} ${what}`;
    case 'project':
      return `gcloud projects remove-iam-policy-binding ${shellWord(shortName(resource))} ${what}`;
    case 'folder':
      return `gcloud resource-manager folders remove-iam-policy-binding ${shellWord(shortName(resource))} ${what}`;
    case 'organization':
      return `gcloud organizations remove-iam-policy-binding ${shellWord(shortName(resource))} ${what}`;
    case 'account':
      return `gcloud iam service-accounts remove-iam-policy-binding ${shellWord(shortName(resource))} --project=${shellWord(target.project)} ${what}`;
    case 'iap':
      return `gcloud beta iap web remove-iam-policy-binding --resource-type=cloud-run --service=${shellWord(serviceShortName(target))} ${place} ${what}`;
    case 'source':
      return `gcloud storage buckets remove-iam-policy-binding ${shellWord(`gs://${shortName(resource)}`)} ${what}`;
    case 'images': {
      const { project = target.project, region: location = target.region } = parseName(resource);
      return `gcloud artifacts repositories remove-iam-policy-binding ${shellWord(shortName(resource))} --project=${shellWord(project)} --location=${shellWord(location)} ${what}`;
    }
  }
}

/** Switches the invoker check of the service on. */
export const enableInvokerCheck = (target: Target): string =>
  `gcloud run services update ${shellWord(serviceShortName(target))} --project=${shellWord(target.project)} --region=${shellWord(target.region)} --invoker-iam-check`;

/** Shows one policy. An administrator can run it if this identity may not read the policy. */
export function showPolicy(level: Level, resource: string, target: Target): string {
  const name = shellWord(shortName(resource));
  const place = `--project=${shellWord(target.project)} --region=${shellWord(target.region)}`;
  switch (level) {
    case 'project':
      return `gcloud projects get-iam-policy ${name}`;
    case 'folder':
      return `gcloud resource-manager folders get-iam-policy ${name}`;
    case 'organization':
      return `gcloud organizations get-iam-policy ${name}`;
    case 'function':
      return `gcloud functions get-iam-policy ${name} ${place}`;
    case 'account':
      return `gcloud iam service-accounts get-iam-policy ${name}`;
    case 'iap':
      return `gcloud beta iap web get-iam-policy --resource-type=cloud-run --service=${name} ${place}`;
    default:
      return `gcloud run services get-iam-policy ${name} ${place}`;
  }
}
