import type { AllowPolicy } from './policy/policy.ts';
import type { ProbeRecord } from './probes.ts';

/** What a read brought, with the call that made it, so that every conclusion can cite it. */
export type Reading<T> = { ok: true; value: T; call: string } | Unread;

/** A read that brought nothing. `absent`: the server says that it does not exist. */
export interface Unread {
  ok: false;
  call: string;
  cause: 'denied' | 'absent' | 'api-off' | 'failed';
  /** What an administrator would have to grant. */
  permission?: string | undefined;
  detail: string;
}

/** Where a policy hangs. `service` stands for what is called: the Run service, or the function itself in gen1. */
export type Level =
  | 'service'
  | 'function'
  | 'project'
  | 'folder'
  | 'organization'
  | 'iap'
  | 'source'
  | 'images';

export interface PolicyFact {
  level: Level;
  /** As gcloud names it: `projects/p`, `folders/1`, `projects/p/locations/l/services/s`. */
  resource: string;
  reading: Reading<AllowPolicy>;
}

export interface Ancestor {
  type: 'project' | 'folder' | 'organization';
  id: string;
}

/** What the function's own description says (cloudfunctions v2 Function, read as raw JSON). */
export interface FunctionFacts {
  generation: 1 | 2;
  /** Full name of the Run service, where the function has one. */
  service: string | undefined;
  urls: string[];
  ingress: string | undefined;
  securityLevel: string | undefined;
  /** Cloud Storage bucket that holds the source. */
  sourceBucket: string | undefined;
  /** Full name of the Artifact Registry repository that holds the images. */
  imageRepository: string | undefined;
  /** True for a function that an event starts. */
  eventTrigger: boolean;
}

/** The parts of the Run service that decide who may call it (run v2 Service). */
export interface ServiceFacts {
  urls: string[];
  tagUrls: string[];
  invokerIamDisabled: boolean;
  iapEnabled: boolean;
  defaultUriDisabled: boolean;
  ingress: string | undefined;
}

/** A provider of a workload identity pool: without a condition, every token of its issuer comes in. */
export interface PoolProvider {
  name: string;
  kind: 'oidc' | 'aws' | 'saml' | 'other';
  issuer: string;
  condition: string;
  /** CEL expression by attribute, such as `attribute.repo` to `assertion.repository`. */
  mapping: Record<string, string>;
  disabled: boolean;
}

/** An IAM v2 deny rule, as far as it matters here. */
export interface DenyRule {
  policy: string;
  permissions: string[];
  principals: string[];
  exceptions: string[];
  conditional: boolean;
}

export interface OrgPolicyFact {
  constraint: string;
  /** True where the effective policy restricts what the constraint is about. */
  reading: Reading<{ enforced: boolean }>;
}

/** One API Gateway configuration that forwards to the function. */
export interface GatewayFact {
  name: string;
  host: string;
  /** `GET /ocr` and the like: operations that ask the caller for nothing. */
  openOperations: string[];
  totalOperations: number;
}

export interface ExposureFacts {
  target: { project: string; region: string; name: string; service: string | undefined };
  projectNumber: string | undefined;
  /** False where the function does not exist yet: then only what it would inherit is known. */
  exists: boolean;
  function: Reading<FunctionFacts>;
  service: Reading<ServiceFacts> | undefined;
  policies: PolicyFact[];
  ancestry: Reading<Ancestor[]>;
  /** Permissions by role, for every role that a broad or opaque member holds. */
  roles: ReadonlyMap<string, Reading<readonly string[]>>;
  /** Providers by pool (`projects/N/locations/global/workloadIdentityPools/P`). */
  pools: ReadonlyMap<string, Reading<PoolProvider[]>>;
  denies: Reading<DenyRule[]>[];
  orgPolicies: OrgPolicyFact[];
  gateways: Reading<GatewayFact[]> | undefined;
  probes: ProbeRecord[];
  /** Members that the team vouches for. */
  trusted: readonly string[];
  /** Member form of the identity that read all this, where it is known. */
  identity?: string | undefined;
}
