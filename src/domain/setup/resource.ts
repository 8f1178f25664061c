/** One thing that has to be there. */
export type Resource =
  | { kind: 'api'; service: string }
  | { kind: 'pool'; id: string; name: string }
  | ProviderResource
  | { kind: 'role'; id: string; name: string; title: string; permissions: readonly string[] }
  | { kind: 'account'; email: string; title: string }
  | GrantResource
  | { kind: 'subject'; repository: string }
  | { kind: 'environment'; repository: string; name: string }
  | { kind: 'branch'; repository: string; environment: string; branch: string }
  | { kind: 'variable'; repository: string; environment: string | undefined; name: string; value: string }
  | { kind: 'file'; path: string; content: string };

export type Kind = Resource['kind'];
export type Of<K extends Kind> = Extract<Resource, { kind: K }>;

export interface ProviderResource {
  kind: 'provider';
  id: string;
  name: string;
  pool: string;
  issuer: string;
  condition: string;
}

export interface GrantResource {
  kind: 'grant';
  on: GrantPlace;
  role: string;
  member: string;
  /** False: this grant is too wide now, because a narrower one replaces it. It is taken back. */
  wanted: boolean;
}

/** Where a grant is written. `name` is a project's id, an account's e-mail, the full name of a service, or the name of a bucket. */
export interface GrantPlace {
  what: 'project' | 'account' | 'service' | 'bucket';
  name: string;
}

/** The same thing has the same key, whatever its fields are. */
export function keyOf(resource: Resource): string {
  switch (resource.kind) {
    case 'api':
      return `api ${resource.service}`;
    case 'pool':
    case 'provider':
    case 'role':
      return `${resource.kind} ${resource.name}`;
    case 'account':
      return `account ${resource.email}`;
    case 'grant':
      return `grant ${placeKey(resource.on)} ${resource.role} ${resource.member}`;
    case 'subject':
      return `subject ${resource.repository}`;
    case 'environment':
      return `environment ${resource.repository} ${resource.name}`;
    case 'branch':
      return `branch ${resource.repository} ${resource.environment} ${resource.branch}`;
    case 'variable':
      return `variable ${resource.repository} ${resource.environment ?? ''} ${resource.name}`;
    case 'file':
      return `file ${resource.path}`;
  }
}

export const placeKey = ({ what, name }: GrantPlace): string => `${what} ${name}`;
