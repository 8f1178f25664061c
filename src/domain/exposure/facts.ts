import type { AllowPolicy } from './policy/policy.ts';
import type { ProbeRecord } from './probes.ts';

/** The result of one read, with the call that made it, so that every conclusion can cite its call. */
export type Reading<T> = { ok: true; value: T; call: string } | Unread;

/** A read without a result. `absent`: the server says that the resource does not exist. */
export interface Unread {
  ok: false;
  call: string;
  cause: 'denied' | 'absent' | 'api-off' | 'failed';
  /** The permission that this identity lacks. */
  permission?: string | undefined;
  detail: string;
}

/** The kind of resource that a policy is attached to. `account` is a service account, `iap` Identity-Aware Proxy, `source` the source bucket. */
export type Level =
  | 'service'
  | 'function'
  | 'project'
  | 'folder'
  | 'organization'
  | 'account'
  | 'iap'
  | 'source'
  | 'images';

export interface PolicyFact {
  level: Level;
  /** Full resource name: `projects/p`, `folders/1`, `projects/p/locations/l/services/s`. */
  resource: string;
  reading: Reading<AllowPolicy>;
}

export interface Ancestor {
  type: 'project' | 'folder' | 'organization';
  id: string;
}

/** The parts of a function that decide who may call or read it (cloudfunctions v2 Function, read as raw JSON). */
export interface FunctionFacts {
  generation: 1 | 2;
  /** Full name of the Cloud Run service, if the function has one. */
  service: string | undefined;
  /** E-mail of the service account that the code runs as. */
  serviceAccount: string | undefined;
  urls: string[];
  ingress: string | undefined;
  securityLevel: string | undefined;
  /** Cloud Storage bucket that holds the source. */
  sourceBucket: string | undefined;
  /** Full name of the Artifact Registry repository that holds the images. */
  imageRepository: string | undefined;
  /** True if an event starts the function. */
  eventTrigger: boolean;
  /** True for a service of Cloud Run without a function resource. */
  onlyService?: boolean;
}

/** The parts of the Cloud Run service that decide who may call it (run v2 Service). */
export interface ServiceFacts {
  urls: string[];
  tagUrls: string[];
  invokerIamDisabled: boolean;
  iapEnabled: boolean;
  defaultUriDisabled: boolean;
  ingress: string | undefined;
}

/** A provider of a workload identity pool. Without a condition it accepts every token of its issuer. */
export interface PoolProvider {
  name: string;
  kind: 'oidc' | 'aws' | 'saml' | 'other';
  issuer: string;
  condition: string;
  /** CEL expression by attribute, for example `assertion.repository` for `attribute.repo`. */
  mapping: Record<string, string>;
  disabled: boolean;
}

/** The parts of an IAM v2 deny rule that the guard looks at. */
export interface DenyRule {
  policy: string;
  permissions: string[];
  principals: string[];
  exceptions: string[];
  conditional: boolean;
}

export interface OrgPolicyFact {
  constraint: string;
  /** `enforced`: the effective policy restricts what the constraint is about. */
  reading: Reading<{ enforced: boolean }>;
}

/** One API Gateway configuration that forwards to the function. */
export interface GatewayFact {
  name: string;
  host: string;
  /** E-mail of the account with which the gateway calls, if its configuration names one. */
  account?: string | undefined;
  /** Operations that need neither a key nor a token, such as `GET /ocr`. */
  openOperations: string[];
  totalOperations: number;
}

export interface ExposureFacts {
  target: { project: string; region: string; name: string; service: string | undefined };
  projectNumber: string | undefined;
  /** False if the function does not exist yet. Only what it would inherit is known then. */
  exists: boolean;
  function: Reading<FunctionFacts>;
  service: Reading<ServiceFacts> | undefined;
  policies: PolicyFact[];
  ancestry: Reading<Ancestor[]>;
  /** Permissions by role, for the roles that `rolesToRead` chose. */
  roles: ReadonlyMap<string, Reading<readonly string[]>>;
  /** Providers by pool (`projects/N/locations/global/workloadIdentityPools/P`). */
  pools: ReadonlyMap<string, Reading<PoolProvider[]>>;
  denies: Reading<DenyRule[]>[];
  orgPolicies: OrgPolicyFact[];
  gateways: Reading<GatewayFact[]> | undefined;
  probes: ProbeRecord[];
  /** Members that the input trusted_principals vouches for. */
  trusted: readonly string[];
  /** The identity that read all this as an IAM member, if it is known. */
  identity?: string | undefined;
}
