import type { ExposureFacts, PolicyFact } from '../../domain/exposure/facts.ts';
import { poolsToRead, rolesToRead } from '../../domain/exposure/policy/needs.ts';
import { readPolicy } from '../../domain/exposure/policy/policy.ts';
import { constraints } from '../../domain/exposure/policy/prevention.ts';
import type { ExposureSources, PolicyPlace } from '../ports/exposure.ts';
import { ownPolicies, type ReadRequest, type Sources, serviceName } from './read-service.ts';

/** Everything that bears on exposure, except what anonymous requests tell. */
export type StaticFacts = Omit<ExposureFacts, 'probes'>;

function policyReader(sources: ExposureSources, signal?: AbortSignal) {
  return async (place: PolicyPlace): Promise<PolicyFact> => {
    const reading = await sources.policy(place, signal);
    return { ...place, reading: reading.ok ? { ...reading, value: readPolicy(reading.value) } : reading };
  };
}

async function inherited(
  sources: ExposureSources,
  request: ReadRequest,
  policy: (place: PolicyPlace) => Promise<PolicyFact>,
): Promise<Pick<ExposureFacts, 'ancestry' | 'denies'> & { policies: PolicyFact[] }> {
  const { project, signal } = request;
  const denied = (place: Parameters<ExposureSources['denyRules']>[0]) =>
    request.scope === 'full' ? [sources.denyRules(place, signal)] : [];
  const own = policy({ level: 'project', resource: `projects/${project}` });
  const ownDenies = denied({ type: 'project', id: project });
  // They run while the ancestry is read; where that throws, a signal for one, nobody would handle theirs.
  for (const reading of [own, ...ownDenies]) reading.catch(() => undefined);
  const ancestry = await sources.ancestry(project, signal);
  const above = ancestry.ok ? ancestry.value : [];
  const [policies, denies] = await Promise.all([
    Promise.all([own, ...above.map(({ type, id }) => policy({ level: type, resource: `${type}s/${id}` }))]),
    Promise.all([...ownDenies, ...above.flatMap(denied)]),
  ]);
  return { ancestry, denies, policies };
}

async function prevention(
  sources: ExposureSources,
  { scope, project, signal }: ReadRequest,
): Promise<ExposureFacts['orgPolicies']> {
  if (scope !== 'full') return [];
  return Promise.all(
    Object.keys(constraints).map(async (constraint) => ({
      constraint,
      reading: await sources.orgPolicy(project, constraint, signal),
    })),
  );
}

/** Reads in parallel, in as few waves as the answers allow: what exists, then its policies, then their roles. */
export async function readExposure(sources: Sources, request: ReadRequest): Promise<StaticFacts> {
  const { project, region, name, trusted, signal } = request;
  const { exposure } = sources;
  const policy = policyReader(exposure, signal);
  const describing = exposure.describe(project, region, name, signal);
  const [described, own, above, orgPolicies] = await Promise.all([
    describing,
    describing.then((reading) => ownPolicies(sources, request, reading, policy)),
    inherited(exposure, request, policy),
    prevention(exposure, request),
  ]);
  const policies = [...own.policies, ...above.policies];
  const gone = own.service?.ok === false && own.service.cause === 'absent';
  const urls = described.ok
    ? [...described.value.urls, ...(own.service?.ok ? own.service.value.urls : [])]
    : [];
  const [roles, pools, gateways] = await Promise.all([
    Promise.all(
      rolesToRead(policies).map(async (role) => [role, await exposure.role(role, signal)] as const),
    ),
    Promise.all(
      poolsToRead(policies).map(async (pool) => [pool, await exposure.poolProviders(pool, signal)] as const),
    ),
    request.scope === 'full' && described.ok ? exposure.gateways(project, urls, signal) : undefined,
  ]);
  return {
    target: {
      project,
      region,
      name,
      service:
        described.ok && described.value.generation === 2 ? serviceName(described.value, request) : undefined,
    },
    projectNumber: own.projectNumber,
    exists: (described.ok || described.cause !== 'absent') && !gone,
    function: described,
    service: gone ? undefined : own.service,
    policies,
    ancestry: above.ancestry,
    roles: new Map(roles),
    pools: new Map(pools),
    denies: above.denies,
    orgPolicies,
    gateways,
    trusted,
    identity: request.identity,
  };
}
