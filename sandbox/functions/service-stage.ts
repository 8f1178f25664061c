import type { World } from '../core/state.ts';
import type { Image } from '../revisions/image.ts';
import { StartError } from '../revisions/instance.ts';
import { writeContainerLine } from '../run/container-log.ts';
import { addRevision, createService, nextRevisionName } from '../run/lifecycle.ts';
import { LATEST, type Revision, runState, type Service } from '../run/model.ts';
import { type Needs, obstaclesOf, revisionObstacle } from '../run/obstacles.ts';
import { concurrencyProblem, sizeOf, sizeProblem } from '../run/size.ts';
import { startRevision } from '../run/start.ts';
import { settle } from '../run/traffic.ts';
import { revisionSettings, serviceConfig } from './config.ts';
import type { Change, CloudFunction, FunctionOperation, Json } from './model.ts';
import { stage } from './operations.ts';

/** Creates and starts a new revision of the function's service, then moves traffic as the change asks. */
export async function serviceStage(
  world: World,
  fn: CloudFunction,
  operation: FunctionOperation,
  change: Change,
  image: Image,
  signal: AbortSignal,
): Promise<Revision> {
  const id = serviceId(fn.id);
  const place = { project: fn.project, location: fn.location, id };
  const service =
    runState(world).services.get(fn.service) ?? (await createService(world, place, change.creator));
  stage(operation, 'SERVICE', {
    state: 'IN_PROGRESS',
    message: 'Updating the Cloud Run service',
    resource: fn.service,
    resourceUri: `https://console.cloud.google.com/run/detail/${fn.location}/${id}?project=${fn.project}`,
  });
  const name = nextRevisionName(service);
  const settings = revisionSettings(world, fn, change.config);
  const unfit =
    concurrencyProblem(settings) ??
    sizeProblem(settings, serviceConfig(change.config).availableCpu !== undefined);
  if (unfit)
    throw new StartError(
      `Could not create or update Cloud Run service ${id}, ${unfit.field}: ${unfit.why}`,
      3,
    );
  const instance = image.instantiate({
    revision: name,
    env: { K_SERVICE: id, K_CONFIGURATION: id, ...settings.env },
    maxRequests: settings.maxInstances * settings.concurrency,
    size: sizeOf(settings),
    onLine: (stream, line) => writeContainerLine(world, service, name, stream, line),
  });
  const revision = addRevision(world, service, name, settings, image, instance);
  service.labels = {
    ...((change.config.labels ?? {}) as Record<string, string>),
    'goog-managed-by': 'cloudfunctions',
  };
  // The function's configuration replaces what was changed through Cloud Run.
  service.template = undefined;
  applyIngress(service, change.config, world);
  if (change.rebuild) obstaclesOf(world).imageGone = false;
  const obstacle = revisionObstacle(world, settings, needsOf(change.config));
  const problem = await startRevision(world, service, revision, obstacle, signal);
  if (problem) {
    const healthcheck = problem.kind === 'unhealthy' ? 'Container Healthcheck failed. ' : '';
    throw new StartError(
      `Could not create or update Cloud Run service ${service.id}, ${healthcheck}${problem.message}`,
    );
  }
  await turnTraffic(world, service, change.allTraffic, operation, revision);
  stage(operation, 'SERVICE', { state: 'COMPLETE', message: 'The Cloud Run service is up to date' });
  return revision;
}

function needsOf(config: Json): Needs {
  const service = serviceConfig(config);
  const list = (service.secretEnvironmentVariables ?? []) as { secret?: string; version?: string }[];
  return {
    secrets: list.map(({ secret = '', version = 'latest' }) => ({ secret, version })),
    connector: typeof service.vpcConnector === 'string' ? service.vpcConnector : undefined,
  };
}

/** `My_Func` gets the service `my-func`. */
export const serviceId = (functionId: string): string => functionId.toLowerCase().replaceAll('_', '-');

const ingresses: Record<string, string> = {
  ALLOW_ALL: 'INGRESS_TRAFFIC_ALL',
  ALLOW_INTERNAL_ONLY: 'INGRESS_TRAFFIC_INTERNAL_ONLY',
  ALLOW_INTERNAL_AND_GCLB: 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER',
};

function applyIngress(service: Service, config: Json, world: World): void {
  service.ingress =
    ingresses[String(serviceConfig(config).ingressSettings ?? 'ALLOW_ALL')] ?? 'INGRESS_TRAFFIC_ALL';
  if (!world.quirks.functionPatchKeepsAnnotations) service.annotations = {};
  if (world.quirks.functionPatchResetsSettings) {
    const own = service.doors.get('function');
    service.customAudiences = own ? [own.url] : [];
    Object.assign(service, { scaling: {}, defaultUriDisabled: false, iapEnabled: false, description: '' });
  }
  if (world.quirks.functionPatchResetsInvokerIam) service.invokerIamDisabled = false;
}

/**
 * Moves traffic after a new revision has started. `true` discards any split. `false` and undefined keep the configured
 * traffic, which is LATEST unless someone pinned it.
 */
async function turnTraffic(
  world: World,
  service: Service,
  allTraffic: boolean | undefined,
  operation: FunctionOperation,
  revision: Revision,
): Promise<void> {
  service.latestReady = revision.name;
  const pinned = !service.traffic.some(({ type, percent }) => type === LATEST && percent);
  if (allTraffic === true || (pinned && !world.quirks.functionPatchKeepsPin))
    service.traffic = [{ type: LATEST, percent: 100 }];
  const latestPercent = service.traffic.reduce(
    (sum, { type, percent }) => sum + (type === LATEST ? (percent ?? 0) : 0),
    0,
  );
  stage(operation, 'SERVICE', {
    stateMessages: [
      {
        severity: 'INFO',
        type: 'CloudRunServiceNewRevisionTrafficInfo',
        message: `The new revision ${revision.name} will get ${latestPercent}% of the traffic.`,
      },
    ],
  });
  const early = world.quirks.operationEndsBeforeSettled;
  const settled = settle(
    world,
    service,
    early ? world.settings.trafficSettleMs + 1000 : world.settings.trafficSettleMs,
  );
  if (!early) await settled;
}
