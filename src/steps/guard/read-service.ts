import { functionPath, likelyService, servicePath, shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { FunctionFacts, PolicyFact, Reading, ServiceFacts } from '../../domain/exposure/facts.ts';
import type { ExposureSources, PolicyPlace } from '../ports/exposure.ts';
import type { RunService, Services } from '../ports/services.ts';

export interface ReadRequest {
  project: string;
  region: string;
  name: string;
  /** `invoke` reads what decides who may call. `full` adds preventive policies, gateways, source and images. */
  scope: 'invoke' | 'full';
  /** The kinds of organisation policies to read. Default: all. */
  prevents?: readonly string[] | undefined;
  trusted: readonly string[];
  /** When the conditions of bindings are evaluated, in milliseconds since the epoch. Asked after the first reads. */
  now: () => number;
  /** The identity that reads, as an IAM member. Asked after the first reads, because it may be known only after the login. */
  identity: (() => string | undefined) | undefined;
  signal: AbortSignal | undefined;
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

/** Turns an error of the services port into a value, like every other failed read of the guard. */
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

/** The IAP policy is named after the project's number. So is the deterministic URL, if `urls` does not hold it yet. */
function needsProjectNumber({ iapEnabled, urls }: ServiceFacts): boolean {
  const onCloudRun = urls.filter((url) => /\.run\.app\/?$/i.test(url));
  return (
    iapEnabled ||
    (onCloudRun.length > 0 && !onCloudRun.some((url) => /-\d{6,}\.[a-z0-9-]+\.run\.app\/?$/i.test(url)))
  );
}

/**
 * Full name of the Cloud Run service. A function whose first build failed names none, so the service that its name would
 * give is used. Undefined for a name of another form, since names go into request paths.
 */
export function serviceName(
  facts: FunctionFacts,
  { project, region, name }: ReadRequest,
): string | undefined {
  if (facts.service !== undefined) return serviceForm.test(facts.service) ? facts.service : undefined;
  return servicePath({ project, region, name: likelyService(name) });
}

/** The service, and the policies of the service, the function, its source bucket and its image repository. */
export async function readOwnPolicies(
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
  if (facts.generation === 1 || (full && !facts.onlyService))
    places.push({
      level: 'function',
      resource: functionPath(request),
      generation: facts.generation,
    });
  if (full && facts.sourceBucket) places.push({ level: 'source', resource: facts.sourceBucket });
  if (full && facts.imageRepository) places.push({ level: 'images', resource: facts.imageRepository });
  if (facts.generation === 1)
    return { service: undefined, policies: await Promise.all(places.map(policy)), projectNumber: undefined };
  const name = serviceName(facts, request);
  if (name === undefined) {
    const detail = `"${facts.service?.slice(0, 80)}" is not the name of a Cloud Run service.`;
    const service = { ok: false, call: described.call, cause: 'failed', detail } as const;
    return { service, policies: await Promise.all(places.map(policy)), projectNumber: undefined };
  }
  const [service, own, policies] = await Promise.all([
    readService(sources.services, name, request.signal),
    policy({ level: 'service', resource: name }),
    Promise.all(places.map(policy)),
  ]);
  // A failed first deploy leaves a function without a service. Then there is nothing to call, and no policy to read.
  if (service.ok || service.cause !== 'absent') policies.unshift(own);
  if (!service.ok || !needsProjectNumber(service.value))
    return { service, policies, projectNumber: undefined };
  const number = await sources.exposure.projectNumber(request.project, request.signal);
  const projectNumber = number.ok && /^\d+$/.test(number.value) ? number.value : undefined;
  if (!service.value.iapEnabled) return { service, policies, projectNumber };
  const resource = `projects/${projectNumber ?? request.project}/iap_web/cloud_run-${request.region}/services/${shortName(name)}`;
  return { service, policies: [...policies, await policy({ level: 'iap', resource })], projectNumber };
}
