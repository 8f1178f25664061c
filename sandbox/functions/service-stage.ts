import type { World } from '../core/state.ts';
import type { Image } from '../revisions/build.ts';
import { StartError } from '../revisions/instance.ts';
import { writeContainerLine } from '../run/container-log.ts';
import { addRevision, createService, nextRevisionName } from '../run/lifecycle.ts';
import { LATEST, type Revision, runState, type Service } from '../run/model.ts';
import { makeRoom } from '../run/pool.ts';
import { noteFailedRevision, settle } from '../run/traffic.ts';
import { revisionSettings, serviceConfig } from './config.ts';
import type { Change, CloudFunction, FunctionOperation, Json } from './model.ts';
import { memoryObstacle, revisionObstacle } from './obstacles.ts';
import { stage } from './operations.ts';

/** `500m` is half a CPU. */
const cpus = (text: string) => Number.parseFloat(text) / (text.endsWith('m') ? 1000 : 1);

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
  if (settings.concurrency > 1 && cpus(settings.cpu) < 1)
    throw new StartError(
      `Could not create or update Cloud Run service ${id}, spec.template.spec.containers.resources.limits.cpu: ` +
        'Invalid value specified for cpu. Total cpu < 1 is not supported with concurrency > 1.',
      3,
    );
  checkSize(id, settings, serviceConfig(change.config).availableCpu !== undefined);
  const instance = image.instantiate({
    revision: name,
    env: { K_SERVICE: id, K_CONFIGURATION: id, ...settings.env },
    maxRequests: settings.maxInstances * settings.concurrency,
    onLine: (stream, line) => writeContainerLine(world, service, name, stream, line),
  });
  const revision = addRevision(world, service, name, settings, instance);
  service.labels = {
    ...((change.config.labels ?? {}) as Record<string, string>),
    'goog-managed-by': 'cloudfunctions',
  };
  applyIngress(service, change.config, world);
  await startRevision(world, fn, service, revision, change, signal);
  await turnTraffic(world, service, change.allTraffic, operation, revision);
  stage(operation, 'SERVICE', { state: 'COMPLETE', message: 'The Cloud Run service is up to date' });
  return revision;
}

/** Memory that each CPU may have, in MiB (cloud.google.com/run/docs/configuring/services/cpu, "vCPU and memory table"). */
const memoryOf: readonly [cpu: number, least: number, most: number][] = [
  [0.08, 128, 512],
  [0.5, 128, 1024],
  [1, 128, 4096],
  [2, 128, 8192],
  [4, 2048, 16_384],
  [6, 4096, 24_576],
  [8, 4096, 32_768],
];
const perMiB: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

/** Cloud Run refuses a size only when the service is updated, which is after the build. */
function checkSize(
  id: string,
  { memory, cpu, minInstances, maxInstances }: Revision['settings'],
  ownCpu: boolean,
): void {
  const refuse = (field: string, why: string) =>
    new StartError(`Could not create or update Cloud Run service ${id}, ${field}: ${why}`, 3);
  if (maxInstances > 0 && minInstances > maxInstances)
    throw refuse(
      'spec.template.metadata.annotations',
      `minScale ${minInstances} is above maxScale ${maxInstances}.`,
    );
  // Without a CPU of the user's own, Cloud Functions chooses one that fits.
  if (!ownCpu) return;
  const [, number = '0', unit = ''] = /^([\d.]+)(\w*)$/.exec(memory) ?? [];
  const mebibytes = (Number(number) * (perMiB[unit] ?? 1)) / 2 ** 20;
  const count = cpus(cpu);
  const row = memoryOf.findLast(([least]) => least <= count);
  const limits = 'spec.template.spec.containers.resources.limits';
  if (!row || (count > 1 && row[0] !== count))
    throw refuse(`${limits}.cpu`, `Invalid value specified for cpu: ${cpu}.`);
  const [, least, most] = row;
  // 128M, in decimal, is a size that Cloud Functions offers itself.
  if (mebibytes < (least === 128 ? 122 : least) || mebibytes > most)
    throw refuse(
      `${limits}.memory`,
      `Invalid value specified for memory. For ${cpu} CPU, memory must be between ${least}Mi and ${most}Mi inclusive.`,
    );
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

/** The revision was refused before its container was started, so it wrote nothing. */
class NotReady extends Error {}

async function startRevision(
  world: World,
  fn: CloudFunction,
  service: Service,
  revision: Revision,
  change: Change,
  signal: AbortSignal,
): Promise<void> {
  try {
    const obstacle = revisionObstacle(world, change, revision.settings);
    if (obstacle) throw new NotReady(obstacle);
    const memory = memoryObstacle(world, revision.settings);
    if (memory) throw new Error(memory);
    await makeRoom(world, revision);
    await revision.instance.start(signal);
    revision.state = 'ready';
  } catch (error) {
    revision.state = 'failed';
    if (error instanceof NotReady) {
      revision.message = `Revision '${revision.name}' is not ready and cannot serve traffic. ${error.message}`;
      noteFailedRevision(world, service);
      throw new StartError(`Could not create or update Cloud Run service ${service.id}, ${revision.message}`);
    }
    const logs = `https://console.cloud.google.com/logs/viewer?project=${fn.project}&resource=cloud_run_revision/service_name/${service.id}/revision_name/${revision.name}`;
    revision.message =
      `Revision '${revision.name}' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the port ` +
      'defined provided by the PORT=8080 environment variable within the allocated timeout. This can happen when the container port is ' +
      `misconfigured or if the timeout is too short. Logs for this revision might contain more information.\n\nLogs URL: ${logs}`;
    for (const line of (error as Error).message.split('\n'))
      writeContainerLine(world, service, revision.name, 'stderr', line);
    noteFailedRevision(world, service);
    throw new StartError(
      `Could not create or update Cloud Run service ${service.id}, Container Healthcheck failed. ${revision.message}`,
    );
  }
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
