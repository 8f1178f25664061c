/**
 * Names of Google Cloud resources. A whole name is a path such as `projects/P/locations/L/functions/F`. A short name is
 * its last part; some fields of the APIs hold whole names and others short ones.
 */

/** The names that identify a function or a service. */
export interface Located {
  project: string;
  region: string;
  /** Short name of the function or service. */
  name: string;
}

/** `projects/P/locations/L/revisions/R` or `R` as `R`. */
export function shortName(resource: string): string;
export function shortName(resource: string | undefined): string | undefined;
export function shortName(resource: string | undefined): string | undefined {
  return resource?.slice(resource.lastIndexOf('/') + 1);
}

export const locationPath = (project: string, region: string): string =>
  `projects/${project}/locations/${region}`;
export const functionPath = ({ project, region, name }: Located): string =>
  `${locationPath(project, region)}/functions/${name}`;
export const servicePath = ({ project, region, name }: Located): string =>
  `${locationPath(project, region)}/services/${name}`;

export const gatewayPath = ({ project, region, name }: Located): string =>
  `${locationPath(project, region)}/gateways/${name}`;

/** Splits a name into its parts. A short name has neither project nor region, and a global resource has no region. */
export function parseName(resource: string): {
  project: string | undefined;
  region: string | undefined;
  name: string;
} {
  const [, project, region] = /^projects\/([^/]+)(?:\/locations\/([^/]+))?(?:\/|$)/.exec(resource) ?? [];
  return { project, region, name: shortName(resource) };
}

/** `projects/P/locations/L` of any resource in that location. */
export const locationOf = (resource: string): string => resource.split('/').slice(0, 4).join('/');

/** A whole name as part of a URL: every part is encoded, the slashes stay. */
export const encodeName = (resource: string): string => resource.split('/').map(encodeURIComponent).join('/');

/** The service that Cloud Functions makes for a function, unless a service of that name exists already. */
export const likelyService = (name: string): string => name.toLowerCase().replace(/_/g, '-');

/** Short name of a function that Cloud Functions (2nd gen) accepts. The name of its service has no capitals. */
export const functionPattern = /^[A-Za-z]([-A-Za-z0-9_]{0,61}[A-Za-z0-9])?$/;
/** Short name of a Cloud Run revision. */
export const revisionPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** An account by its id, which is unique within its project. Accounts of Google's own keep their whole name. */
export const shortAccount = (email: string): string =>
  email.replace(/@[^@]+\.iam\.gserviceaccount\.com$/, '');
