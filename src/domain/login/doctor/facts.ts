import type { Claims } from '../claims.ts';
import type { LoginRequest } from '../request.ts';

/** What the doctor read, as plain data. Undefined means that it could not read this, which `unread` then lists. */

/** The parts of a provider that decide about a login (iam.googleapis.com v1 WorkloadIdentityPoolProvider). */
export interface ProviderResource {
  name: string;
  state?: string | undefined;
  disabled?: boolean | undefined;
  attributeMapping: Record<string, string>;
  attributeCondition?: string | undefined;
  oidc?:
    | {
        issuerUri?: string;
        allowedAudiences?: string[];
        jwksJson?: string;
        /** Where Google reads the issuer's configuration, and through it the keys, in place of the issuer's own address. */
        discoveryUri?: string;
      }
    | undefined;
}

export interface PoolResource {
  name: string;
  state?: string | undefined;
  disabled?: boolean | undefined;
}

export interface Binding {
  role: string;
  members: string[];
  condition?: { expression?: string } | undefined;
}

export interface AccountFacts {
  email: string;
  policy?: Binding[] | undefined;
  /** Names of user-managed keys. */
  keys?: string[] | undefined;
}

export interface IdentityFacts {
  request: LoginRequest;
  claims: Claims;
  clockAheadSeconds?: number | undefined;
  pool?: PoolResource | undefined;
  provider?: ProviderResource | undefined;
  /** Other providers of the same pool. */
  siblings?: ProviderResource[] | undefined;
  accounts: AccountFacts[];
  projectPolicy?: Binding[] | undefined;
  /** `sub_claim_prefix` in GitHub's OIDC settings of the repository. */
  nextSubjectPrefix?: string | undefined;
  unread: Unread[];
}

/** What could not be read, with a command that shows it to an administrator. */
export interface Unread {
  what: string;
  command: string;
  /** The permission for it, if Google refused the read. */
  permission?: string | undefined;
}

/** Reads a provider from the JSON of the REST API or of gcloud. Throws an `Error` that says what is wrong. */
export function parseProviderResource(value: unknown): ProviderResource {
  const body = value as Partial<ProviderResource> | null;
  if (typeof body !== 'object' || body === null || typeof body.name !== 'string')
    throw new Error('expected a WorkloadIdentityPoolProvider with a name');
  const mapping: Record<string, string> = {};
  for (const [target, expression] of Object.entries(body.attributeMapping ?? {}))
    mapping[target] = String(expression);
  return {
    name: body.name,
    state: body.state,
    disabled: body.disabled,
    attributeMapping: mapping,
    attributeCondition: typeof body.attributeCondition === 'string' ? body.attributeCondition : undefined,
    oidc: body.oidc,
  };
}
