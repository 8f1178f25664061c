import type { Claims } from '../claims.ts';
import type { LoginRequest } from '../request.ts';

/** What the doctor could read, as plain data. `undefined` means: not readable, listed in `unread`. */

/** iam.googleapis.com v1 WorkloadIdentityPoolProvider, the parts that decide. */
export interface ProviderResource {
  name: string;
  state?: string | undefined;
  disabled?: boolean | undefined;
  attributeMapping: Record<string, string>;
  attributeCondition?: string | undefined;
  oidc?: { issuerUri?: string; allowedAudiences?: string[]; jwksJson?: string } | undefined;
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
  /** `sub_claim_prefix` of GitHub's OIDC settings for the repository. */
  nextSubjectPrefix?: string | undefined;
  /** What could not be read, with the command that shows it to somebody who may. */
  unread: { what: string; command: string }[];
}

/** Reads a provider from JSON of the REST API or of gcloud; throws `Error` with what is wrong. */
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
