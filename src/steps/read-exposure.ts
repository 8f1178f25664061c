import { ReleaseError } from '../domain/errors.ts';
import type {
  ExposureFacts,
  FunctionFacts,
  PolicyFact,
  Reading,
  ServiceFacts,
} from '../domain/exposure/facts.ts';
import { poolsToRead, rolesToRead } from '../domain/exposure/needs.ts';
import { readPolicy } from '../domain/exposure/policy.ts';
import { constraints } from '../domain/exposure/prevention.ts';
import type { ExposureSources, PolicyPlace, RunService, Services } from './ports.ts';

/** Everything that bears on exposure, except what anonymous requests tell. */
export type StaticFacts = Omit<ExposureFacts, 'probes'>;

export interface ReadRequest {
  project: string;
  region: string;
  name: string;
  /** `invoke` reads what decides who may call; `full` also what prevents exposure, gateways, source and images. */
  scope: 'invoke' | 'full';
  trusted: readonly string[];
  signal?: AbortSignal | undefined;
}

interface Sources {
  services: Services;
  exposure: ExposureSources;
}

export function serviceFacts(service: RunService): ServiceFacts {
  return {
    urls: [...new Set([service.uri, ...service.urls].filter((url) => url !== ''))],
    tagUrls: service.trafficStatuses.flatMap(({ uri }) => uri ?? []),
    invokerIamDisabled: service.invokerIamDisabled,
    iapEnabled: service.iapEnabled,
    defaultUriDisabled: service.defaultUriDisabled,
    ingress: service.ingress,
  };
}

/** The services port throws; here a failed read is a value, as every other. */
async function readService(
  services: Services,
  name: string,
  signal?: AbortSignal,
): Promise<Reading<ServiceFacts>> {
  const call = `GET run/v2/${name}`;
  try {
    const service = await services.get(name, signal);
    if (service) return { ok: true, value: serviceFacts(service), call };
    return { ok: false, call, cause: 'absent', detail: 'The service does not exist.' };
  } catch (error) {
    if (signal?.aborted || !(error instanceof ReleaseError)) throw error;
    const denied = error.code === 'permission-denied';
    if (!denied && !/^(remote-error|not-found|network-failed|deadline-exceeded|response-)/.test(error.code))
      throw error;
    return {
      ok: false,
      call,
      cause: denied ? 'denied' : 'failed',
      permission: denied ? 'run.services.get' : undefined,
      detail: error.what,
    };
  }
}

function policyReader(sources: ExposureSources, signal?: AbortSignal) {
  return async (place: PolicyPlace): Promise<PolicyFact> => {
    const reading = await sources.policy(place, signal);
    return { ...place, reading: reading.ok ? { ...reading, value: readPolicy(reading.value) } : reading };
  };
}

/** A service name from the API goes into paths: anything else than its documented form is not used. */
const serviceForm = /^projects\/[a-z0-9.:-]+\/locations\/[a-z0-9-]+\/services\/[a-z]([a-z0-9-]{0,62})$/;

/** The policy of IAP hangs under the project's number, and so does the deterministic URL where `urls` lacks it. */
function needsNumber({ iapEnabled, urls }: ServiceFacts): boolean {
  const real = urls.filter((url) => /\.run\.app\/?$/i.test(url));
  return (
    iapEnabled || (real.length > 0 && !real.some((url) => /-\d{6,}\.[a-z0-9-]+\.run\.app\/?$/i.test(url)))
  );
}

/** A function whose first build failed names no service: it would be this one. */
function serviceName(facts: FunctionFacts, { project, region, name }: ReadRequest): string {
  if (facts.service !== undefined && serviceForm.test(facts.service)) return facts.service;
  return `projects/${project}/locations/${region}/services/${name.toLowerCase().replaceAll('_', '-')}`;
}

async function ownPolicies(
  sources: Sources,
  request: ReadRequest,
  described: Reading<FunctionFacts>,
  policy: (place: PolicyPlace) => Promise<PolicyFact>,
): Promise<{
  service: Reading<ServiceFacts> | undefined;
  policies: PolicyFact[];
  projectNumber: string | undefined;
}> {
  if (!described.ok) return { service: undefined, policies: [], projectNumber: undefined };
  const facts = described.value;
  const places: PolicyPlace[] = [];
  const full = request.scope === 'full';
  if (facts.generation === 1 || full)
    places.push({
      level: 'function',
      resource: `projects/${request.project}/locations/${request.region}/functions/${request.name}`,
      generation: facts.generation,
    });
  if (full && facts.sourceBucket) places.push({ level: 'source', resource: facts.sourceBucket });
  if (full && facts.imageRepository) places.push({ level: 'images', resource: facts.imageRepository });
  if (facts.generation === 1)
    return { service: undefined, policies: await Promise.all(places.map(policy)), projectNumber: undefined };
  const name = serviceName(facts, request);
  const [service, own, policies] = await Promise.all([
    readService(sources.services, name, request.signal),
    policy({ level: 'service', resource: name }),
    Promise.all(places.map(policy)),
  ]);
  // A first deploy that failed leaves a function without a service: there is nothing to call, and no policy.
  if (service.ok || service.cause !== 'absent') policies.unshift(own);
  if (!service.ok || !needsNumber(service.value)) return { service, policies, projectNumber: undefined };
  const number = await sources.exposure.projectNumber(request.project, request.signal);
  const projectNumber = number.ok && /^\d+$/.test(number.value) ? number.value : undefined;
  if (!service.value.iapEnabled) return { service, policies, projectNumber };
  const resource = `projects/${projectNumber ?? request.project}/iap_web/cloud_run-${request.region}/services/${name.split('/').at(-1)}`;
  return { service, policies: [...policies, await policy({ level: 'iap', resource })], projectNumber };
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
  };
}
