import type { JsonObject } from '../../domain/data/json.ts';
import type {
  Ancestor,
  DenyRule,
  FunctionFacts,
  GatewayFact,
  Level,
  PoolProvider,
  Reading,
} from '../../domain/exposure/facts.ts';

/** Where an IAM policy is attached. The level chooses the API, and `resource` is the name that this API uses. */
export interface PolicyPlace {
  level: Level;
  resource: string;
  /** For a function: 1 reads the policy from version 1 of the API. */
  generation?: 1 | 2;
}

/**
 * Reads everything that decides who may call a function. A failed read is a value that names the call and the missing
 * permission. Only a cancelled run and a failed login throw.
 */
export interface ExposureSources {
  describe(
    project: string,
    region: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<Reading<FunctionFacts>>;
  /** The policy as the API sends it, with conditions (policy version 3). */
  policy(place: PolicyPlace, signal?: AbortSignal): Promise<Reading<JsonObject>>;
  /** Replaces the policy. It must carry the etag that it was read with. Throws if the identity may not write it. */
  setPolicy(place: PolicyPlace, policy: object, signal?: AbortSignal): Promise<'accepted' | 'conflict'>;
  /** Permissions of a role. Each role is read once. */
  role(role: string, signal?: AbortSignal): Promise<Reading<readonly string[]>>;
  projectNumber(project: string, signal?: AbortSignal): Promise<Reading<string>>;
  /** Folders and organisation above the project, nearest first, without the project itself. */
  ancestry(project: string, signal?: AbortSignal): Promise<Reading<Ancestor[]>>;
  orgPolicy(
    project: string,
    constraint: string,
    signal?: AbortSignal,
  ): Promise<Reading<{ enforced: boolean }>>;
  /** Deny rules attached to one project, folder or organisation. */
  denyRules(place: Ancestor, signal?: AbortSignal): Promise<Reading<DenyRule[]>>;
  poolProviders(pool: string, signal?: AbortSignal): Promise<Reading<PoolProvider[]>>;
  /** Gateways of the project that forward to one of these URLs. */
  gateways(project: string, urls: readonly string[], signal?: AbortSignal): Promise<Reading<GatewayFact[]>>;
}
