import type { settleConditions } from '../../domain/exposure/conditions/settle.ts';
import type { ExposureFacts, PolicyFact } from '../../domain/exposure/facts.ts';
import { hasCondition, readPolicy } from '../../domain/exposure/policy/policy.ts';
import { constraints } from '../../domain/exposure/policy/prevention.ts';
import type { ExposureSources, PolicyPlace } from '../ports/exposure.ts';
import { readLeads } from './read-accounts.ts';
import { type ReadRequest, readOwnPolicies, type Sources, serviceName } from './read-service.ts';

/** Everything about exposure that the APIs show. The answers to anonymous requests are not part of it. */
export type ConfigurationFacts = Omit<ExposureFacts, 'probes'>;

function policyReader(sources: ExposureSources, signal?: AbortSignal) {
  return async (place: PolicyPlace): Promise<PolicyFact> => {
    const reading = await sources.policy(place, signal);
    return { ...place, reading: reading.ok ? { ...reading, value: readPolicy(reading.value) } : reading };
  };
}

/** Evaluates conditions. The evaluator is loaded only if a policy has a condition, since most have none. */
function conditionSettler(place: Parameters<typeof settleConditions>[1], now: number) {
  return async (policies: PolicyFact[]): Promise<PolicyFact[]> => {
    if (!policies.some(({ reading }) => reading.ok && hasCondition(reading.value))) return policies;
    const { settleConditions } = await import('../../domain/exposure/conditions/settle.ts');
    return settleConditions(policies, place, now);
  };
}

/** Allow and deny policies of the project and of everything above it. */
async function readInherited(
  sources: ExposureSources,
  request: ReadRequest,
  policy: (place: PolicyPlace) => Promise<PolicyFact>,
): Promise<Pick<ExposureFacts, 'ancestry' | 'denies'> & { policies: PolicyFact[] }> {
  const { project, signal } = request;
  const denied = (place: Parameters<ExposureSources['denyRules']>[0]) =>
    request.scope === 'full' ? [sources.denyRules(place, signal)] : [];
  const own = policy({ level: 'project', resource: `projects/${project}` });
  const ownDenies = denied({ type: 'project', id: project });
  // These reads run while the ancestry is read. If that read throws, their rejections must not stay unhandled.
  for (const reading of [own, ...ownDenies]) reading.catch(() => undefined);
  const ancestry = await sources.ancestry(project, signal);
  const above = ancestry.ok ? ancestry.value : [];
  const [policies, denies] = await Promise.all([
    Promise.all([own, ...above.map(({ type, id }) => policy({ level: type, resource: `${type}s/${id}` }))]),
    Promise.all([...ownDenies, ...above.flatMap(denied)]),
  ]);
  return { ancestry, denies, policies };
}

/** Organisation policies that would prevent exposure. */
async function readPrevention(
  sources: ExposureSources,
  { scope, project, prevents, signal }: ReadRequest,
): Promise<ExposureFacts['orgPolicies']> {
  if (scope !== 'full') return [];
  return Promise.all(
    Object.entries(constraints)
      .filter(([, stops]) => prevents?.includes(stops) ?? true)
      .map(async ([constraint]) => ({
        constraint,
        reading: await sources.orgPolicy(project, constraint, signal),
      })),
  );
}

/** Reads in parallel and in as few rounds as possible: what exists, then its policies, then the roles in them. */
export async function readExposure(sources: Sources, request: ReadRequest): Promise<ConfigurationFacts> {
  const { project, region, name, trusted, signal } = request;
  const { exposure } = sources;
  const policy = policyReader(exposure, signal);
  const describing = exposure.describe(project, region, name, signal);
  const [described, own, above, orgPolicies] = await Promise.all([
    describing,
    describing.then((reading) => readOwnPolicies(sources, request, reading, policy)),
    readInherited(exposure, request, policy),
    readPrevention(exposure, request),
  ]);
  const gone = own.service?.ok === false && own.service.cause === 'absent';
  const facts = described.ok ? described.value : undefined;
  const urls = facts ? [...facts.urls, ...(own.service?.ok ? own.service.value.urls : [])] : [];
  const service = facts?.generation === 2 ? serviceName(facts, request) : undefined;
  const settle = conditionSettler({ project, region, name, service }, request.now());
  const given = {
    policies: await settle([...own.policies, ...above.policies]),
    runtime: facts?.serviceAccount,
    signal,
  };
  const [leads, gateways] = await Promise.all([
    readLeads(exposure, given, policy, settle),
    request.scope === 'full' && facts ? exposure.gateways(project, urls, signal) : undefined,
  ]);
  return {
    target: { project, region, name, service },
    projectNumber: own.projectNumber,
    exists: (described.ok || described.cause !== 'absent') && !gone,
    function: described,
    service: gone ? undefined : own.service,
    ...leads,
    ancestry: above.ancestry,
    denies: above.denies,
    orgPolicies,
    gateways,
    trusted,
    identity: request.identity?.(),
  };
}
