/** How the registries of others differ, as their makers document it. */

export interface Dialect {
  /** The name that a client asks for, and the name of the token service. */
  host: string;
  auth: string;
  /** The path of the token service. */
  token: string;
  /** The scope that the challenge names. */
  scope(repository: string): string;
  /** Who asks for a private repository without an account gets no token at all, or one that opens nothing. */
  refuses: 'at-token' | 'at-registry';
}

const pull = (repository: string) => `repository:${repository}:pull`;

export const dialects = {
  /** docs.docker.com/reference/api/registry/auth */
  dockerHub: {
    host: 'registry-1.docker.io',
    auth: 'auth.docker.io',
    token: '/token',
    scope: pull,
    refuses: 'at-registry',
  },
  /** docs.github.com, "Working with the Container registry" */
  github: { host: 'ghcr.io', auth: 'ghcr.io', token: '/token', scope: pull, refuses: 'at-token' },
  /** docs.quay.io, API of Docker's registry version 2 */
  quay: { host: 'quay.io', auth: 'quay.io', token: '/v2/auth', scope: pull, refuses: 'at-registry' },
  /** docs.aws.amazon.com/AmazonECR/latest/public, "Public registry authentication" */
  amazon: {
    host: 'public.ecr.aws',
    auth: 'public.ecr.aws',
    token: '/token/',
    scope: () => 'aws',
    refuses: 'at-registry',
  },
} as const satisfies Record<string, Dialect>;

export const indexType = 'application/vnd.oci.image.index.v1+json';
export const listType = 'application/vnd.docker.distribution.manifest.list.v2+json';
export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
