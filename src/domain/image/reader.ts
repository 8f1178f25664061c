/** Who may read a repository of another project. Cloud Run reads it with its service agent, an account of the project of the service. */

export interface RepositoryName {
  project: string;
  location: string;
  repository: string;
}

/** A binding of the policies of a repository and of its project. */
export interface ReaderBinding {
  role: string;
  members: readonly string[];
}

/** Predefined roles with artifactregistry.repositories.downloadArtifacts (cloud.google.com/artifact-registry/docs/access-control). */
const readers =
  /^roles\/(?:artifactregistry\.(?:reader|writer|repoAdmin|admin|createOnPushWriter|createOnPushRepoAdmin)|run\.serviceAgent|viewer|editor|owner)$/;
const everyone = ['allUsers', 'allAuthenticatedUsers'];

export const serviceAgentOf = (projectNumber: string): string =>
  `service-${projectNumber}@serverless-robot-prod.iam.gserviceaccount.com`;

/**
 * Do these bindings let the account read the repository? Undefined if that cannot be known: a group may hold the account, and a custom
 * role the permission.
 */
export function mayRead(bindings: readonly ReaderBinding[], account: string): boolean | undefined {
  const own = [`serviceAccount:${account}`, ...everyone];
  const isNamed = ({ members }: ReaderBinding) => members.some((member) => own.includes(member));
  if (bindings.some((binding) => readers.test(binding.role) && isNamed(binding))) return true;
  const isOpen = (binding: ReaderBinding) =>
    isNamed(binding)
      ? !binding.role.startsWith('roles/')
      : binding.members.some((member) => /^(group|domain|principalSet):/.test(member));
  return bindings.some((binding) => isOpen(binding)) ? undefined : false;
}
