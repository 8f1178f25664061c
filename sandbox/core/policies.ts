import { createHash } from 'node:crypto';
import { aborted, invalidArgument } from './errors.ts';
import { checkMessage } from './proto.ts';
import type { Binding, Call, Policy } from './types.ts';

interface Version {
  policy: Policy;
  /** When access checks start to see the policy, in milliseconds since the epoch. */
  effectiveAt: number;
}

/**
 * Allow policies by full resource name, such as `//cloudresourcemanager.googleapis.com/projects/P` or
 * `//run.googleapis.com/projects/P/locations/L/services/S`. Reads see a write at once. Access checks see it after the
 * propagation delay (cloud.google.com/iam/docs/access-change-propagation).
 */
export class PolicyStore {
  readonly #versions = new Map<string, Version[]>();
  readonly #now: () => number;
  readonly #propagationMs: () => number;
  #serial = 0;

  constructor(now: () => number, propagationMs: () => number) {
    this.#now = now;
    this.#propagationMs = propagationMs;
  }

  /** The newest policy, or an empty one if none was ever set. */
  get(resource: string): Policy {
    return this.#versions.get(resource)?.at(-1)?.policy ?? { version: 1, etag: 'ACAB', bindings: [] };
  }

  /** The policy that access checks use at this moment. */
  effective(resource: string): Policy {
    const none = { etag: 'ACAB', bindings: [] };
    const versions = this.#versions.get(resource);
    if (!versions) return none;
    const now = this.#now();
    return versions.findLast(({ effectiveAt }) => effectiveAt <= now)?.policy ?? none;
  }

  /** Replaces the policy without checking it. `at: 'once'` skips the propagation delay. */
  set(resource: string, bindings: Binding[], at: 'propagated' | 'once' = 'propagated'): Policy {
    this.#serial += 1;
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(0x0706000000000000n + BigInt(this.#serial));
    const conditional = bindings.some(({ condition }) => condition);
    const policy: Policy = {
      version: conditional ? 3 : 1,
      etag: counter.toString('base64'),
      bindings: structuredClone(bindings),
    };
    const versions = this.#versions.get(resource) ?? [];
    versions.push({ policy, effectiveAt: this.#now() + (at === 'once' ? 0 : this.#propagationMs()) });
    this.#versions.set(resource, versions);
    return policy;
  }

  delete(resource: string): void {
    this.#versions.delete(resource);
  }

  resources(): string[] {
    return [...this.#versions.keys()];
  }
}

/** Adds a member to a role at once and creates the binding if needed. The seed and the control API use it. */
export function grant(store: PolicyStore, resource: string, role: string, ...members: string[]): void {
  const bindings = structuredClone(store.get(resource).bindings);
  const binding = bindings.find((candidate) => candidate.role === role && !candidate.condition);
  if (binding) binding.members = [...new Set([...binding.members, ...members])];
  else bindings.push({ role, members });
  store.set(resource, bindings, 'once');
}

function requestedVersion(call: Call): number {
  const options =
    (call.method === 'POST' ? (call.json().options as Record<string, unknown> | undefined) : undefined) ?? {};
  const given =
    call.query.get('options.requestedPolicyVersion') ??
    call.query.get('optionsRequestedPolicyVersion') ??
    options.requestedPolicyVersion ??
    0;
  const version = Number(given);
  if (![0, 1, 2, 3].includes(version))
    throw invalidArgument('Requested policy version must be 0, 1, 2, or 3.');
  return version;
}

/**
 * The body of a getIamPolicy answer. Below version 3, Google drops the conditions and adds a suffix to the role's name
 * (cloud.google.com/iam/docs/allow-policies "Specifying a policy version when getting a policy").
 */
export function readPolicy(store: PolicyStore, resource: string, call: Call): Record<string, unknown> {
  const version = requestedVersion(call);
  const { etag, bindings } = store.get(resource);
  const shown = bindings.map(({ role, members, condition }) => {
    if (!condition) return { role, members };
    if (version === 3) return { role, members, condition };
    const hash = createHash('sha256').update(JSON.stringify(condition)).digest('hex').slice(0, 20);
    return { role: `${role}_withcond_${hash}`, members };
  });
  const conditional = version === 3 && bindings.some(({ condition }) => condition);
  return { version: conditional ? 3 : 1, etag, ...(shown.length ? { bindings: shown } : {}) };
}

const memberForm =
  /^(allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain):[^\s:]+|deleted:\S+|principal:\/\/\S+|principalSet:\/\/\S+|project(Owner|Editor|Viewer):\S+)$/;

function checkBinding({ role, members, condition }: Partial<Binding>, path: string): Binding {
  if (
    typeof role !== 'string' ||
    !/^(roles|projects\/[^/]+\/roles|organizations\/[^/]+\/roles)\/[\w.]+$/.test(role)
  )
    throw invalidArgument(`Role ${String(role)} is not supported for this resource.`, [
      { field: `${path}.role`, description: 'Invalid role' },
    ]);
  for (const member of members ?? [])
    if (!memberForm.test(member))
      throw invalidArgument(
        `The member ${member} is of an unknown type. Please set a valid type prefix for the member.`,
      );
  const who = members ?? [];
  if (condition && who.some((member) => member === 'allUsers' || member === 'allAuthenticatedUsers'))
    throw invalidArgument(
      'Conditions can not be set on bindings with allUsers or allAuthenticatedUsers members.',
    );
  if (condition && !condition.expression) throw invalidArgument('Condition expression is missing.');
  return condition ? { role, members: [...who], condition } : { role, members: [...who] };
}

/**
 * Checks and stores the policy of a setIamPolicy request and returns the answer's body. A stale etag gets 409 ABORTED.
 * A policy with conditions must be of version 3.
 * @param publicAllowed false for projects, which refuse allUsers and allAuthenticatedUsers
 */
export function writePolicy(
  store: PolicyStore,
  resource: string,
  call: Call,
  publicAllowed = true,
): Record<string, unknown> {
  const { policy } = checkMessage('functions', 'google.iam.v1.SetIamPolicyRequest', call.json());
  if (policy === undefined) throw invalidArgument('Policy is required.');
  const { bindings, etag, version } = policy as Partial<Policy>;
  const checked = (bindings ?? []).map((binding, i) => checkBinding(binding, `policy.bindings[${i}]`));
  const current = store.get(resource);
  if (etag && etag.replace(/=+$/, '') !== current.etag.replace(/=+$/, ''))
    throw aborted(
      'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff. ' +
        `The request's ETag '${etag}' did not match the current policy's ETag '${current.etag}'.`,
    );
  const conditional = [...checked, ...current.bindings].some(({ condition }) => condition);
  if (conditional && version !== 3)
    throw invalidArgument('Policies with conditional role bindings must be set with policy version 3.');
  if (
    !publicAllowed &&
    checked.some(({ members }) => members.some((member) => /^all(Authenticated)?Users$/.test(member)))
  )
    throw invalidArgument(
      'Members allUsers and allAuthenticatedUsers are not allowed in the policy of this resource.',
    );
  const written = store.set(
    resource,
    checked.filter(({ members }) => members.length > 0),
  );
  return {
    version: written.version,
    etag: written.etag,
    ...(written.bindings.length ? { bindings: written.bindings } : {}),
  };
}
