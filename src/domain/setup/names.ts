import { fingerprint } from '../data/fingerprint.ts';
import { slug } from '../product.ts';

/** Names of what `init` makes. They follow from the names of the project, the function and the repository alone. */

export type Part =
  | 'deployer'
  | 'invoker'
  | 'reader'
  | 'rollback'
  | 'runtime'
  | 'gateway'
  | 'drill'
  | 'pipeline';

/** The variable of the environment that holds an account. The reusable workflows read the first two. */
export const variableOf: Partial<Record<Part, string>> = {
  deployer: 'SERVICE_ACCOUNT',
  invoker: 'INVOKER_SERVICE_ACCOUNT',
  reader: 'READER_SERVICE_ACCOUNT',
  gateway: 'GATEWAY_SERVICE_ACCOUNT',
  drill: 'DRILL_SERVICE_ACCOUNT',
  pipeline: 'PIPELINE_SERVICE_ACCOUNT',
};
export const providerVariable = 'WORKLOAD_IDENTITY_PROVIDER';

/** An account's id has 6 to 30 characters, so a long name of a function is cut and gets a part of its digest. */
export function accountId(name: string, part: Part): string {
  const clean = name.toLowerCase().replace(/_/g, '-');
  const room = 30 - '-'.length - part.length;
  const short =
    clean.length <= room
      ? clean
      : `${clean.slice(0, room - 5).replace(/-+$/, '')}-${fingerprint(clean).slice(0, 4)}`;
  return `${short}-${part}`;
}

/** Google writes accounts of a domain's project `example.com:p` as `…@p.example.com.iam.gserviceaccount.com`. */
export function accountEmail(project: string, name: string, part: Part): string {
  const [domain, id] = project.includes(':') ? project.split(':') : [undefined, project];
  return `${accountId(name, part)}@${domain ? `${id}.${domain}` : id}.iam.gserviceaccount.com`;
}

export const poolName = (number: string, pool: string): string =>
  `projects/${number}/locations/global/workloadIdentityPools/${pool}`;
export const providerName = (number: string, pool: string, provider: string): string =>
  `${poolName(number, pool)}/providers/${provider}`;
export const roleName = (project: string, id: string): string => `projects/${project}/roles/${id}`;

/** The ids of roles have no hyphens. */
export const roleId = (what: string): string => `${slug}${what}`;

/** Every run of a repository that the provider lets in, as a member of IAM. */
export const memberOf = (number: string, pool: string, repositoryId: string): string =>
  `principalSet://iam.googleapis.com/${poolName(number, pool)}/attribute.repository_id/${repositoryId}`;
export const accountMember = (email: string): string => `serviceAccount:${email}`;
