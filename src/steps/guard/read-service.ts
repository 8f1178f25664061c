import { ReleaseError } from '../../domain/errors/errors.ts';
import type { FunctionFacts, PolicyFact, Reading, ServiceFacts } from '../../domain/exposure/facts.ts';
import type { ExposureSources, PolicyPlace } from '../ports/exposure.ts';
import type { RunService, Services } from '../ports/services.ts';

export interface ReadRequest {
  project: string;
  region: string;
  name: string;
  /** `invoke` reads what decides who may call; `full` also what prevents exposure, gateways, source and images. */
  scope: 'invoke' | 'full';
  trusted: readonly string[];
  /** Member form of the identity that reads. */
  identity?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface Sources {
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

const serviceForm = /^projects\/[a-z0-9.:-]+\/locations\/[a-z0-9-]+\/services\/[a-z]([a-z0-9-]{0,62})$/;

/** The policy of IAP hangs under the project's number, and so does the deterministic URL where `urls` lacks it. */
function needsNumber({ iapEnabled, urls }: ServiceFacts): boolean {
  const real = urls.filter((url) => /\.run\.app\/?$/i.test(url));
  return (
    iapEnabled || (real.length > 0 && !real.some((url) => /-\d{6,}\.[a-z0-9-]+\.run\.app\/?$/i.test(url)))
  );
}

/**
 * A function whose first build failed names no service: it would be the one named like it. A name of another form is not
 * used at all, since it goes into paths.
 */
export function serviceName(
  facts: FunctionFacts,
  { project, region, name }: ReadRequest,
): string | undefined {
  if (facts.service !== undefined) return serviceForm.test(facts.service) ? facts.service : undefined;
  return `projects/${project}/locations/${region}/services/${name.toLowerCase().replaceAll('_', '-')}`;
}

/** The service, and every policy that hangs on it, on the function or on what it is made of. */
export async function ownPolicies(
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
  if (name === undefined) {
    const detail = `"${facts.service?.slice(0, 80)}" is no name of a Cloud Run service.`;
    const service = { ok: false, call: described.call, cause: 'failed', detail } as const;
    return { service, policies: await Promise.all(places.map(policy)), projectNumber: undefined };
  }
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
