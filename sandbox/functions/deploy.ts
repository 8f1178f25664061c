import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../core/state.ts';
import { writeBuildLine, writeContainerLine } from '../logs/container-log.ts';
import { BuildError, build, type Image } from '../revisions/build.ts';
import { StartError } from '../revisions/instance.ts';
import { makeRoom } from '../revisions/pool.ts';
import { addRevision, createService, nextRevisionName } from '../run/lifecycle.ts';
import { LATEST, type Revision, runState, type Service } from '../run/model.ts';
import { settle } from '../run/traffic.ts';
import { buildConfig, revisionSettings, serviceConfig, sourceOf, withDefaults } from './config.ts';
import type { CloudFunction, FunctionOperation, Json } from './model.ts';
import { functionState, nowText } from './model.ts';
import { end, stage } from './operations.ts';
import { renderFunction } from './render.ts';

export interface Change {
  config: Json;
  /** `true` and `false` only where this very call says so; absent leaves the service's traffic alone. */
  allTraffic: boolean | undefined;
  rebuild: boolean;
  creator: string;
}

const images = (world: World) => world.extension('images', () => new Map<string, Image>());

/** Stops every build under way when the sandbox ends. */
const aborter = (world: World) =>
  world.extension('builds', () => {
    const controller = new AbortController();
    world.onStop.push(() => controller.abort());
    return controller;
  });

/** The whole of a create or an update, stage by stage. It never throws: the operation carries the error. */
export async function deploy(
  world: World,
  fn: CloudFunction,
  operation: FunctionOperation,
  change: Change,
): Promise<void> {
  fn.state = 'DEPLOYING';
  const { signal } = aborter(world);
  try {
    const image = await buildStage(world, fn, operation, change, signal);
    const revision = await serviceStage(world, fn, operation, change, image, signal);
    fn.config = change.config;
    fn.revision = revision.name;
    fn.state = 'ACTIVE';
    fn.stateMessages = [];
    fn.updateTime = nowText(world);
    end(world, fn, operation, {
      response: {
        '@type': 'type.googleapis.com/google.cloud.functions.v2.Function',
        ...renderFunction(world, fn),
      },
    });
  } catch (error) {
    if (!(error instanceof BuildError || error instanceof StartError) && !signal.aborted)
      world.problem(`deploy of ${fn.name}: ${(error as Error).stack}`);
    const type = error instanceof BuildError ? 'CloudBuildError' : 'CloudRunServiceError';
    const message = (error as Error).message;
    fn.state = 'FAILED';
    fn.stateMessages = [{ severity: 'ERROR', type, message }];
    fn.updateTime = nowText(world);
    const failing = error instanceof BuildError ? 'BUILD' : 'SERVICE';
    stage(operation, failing, { state: 'COMPLETE', message, stateMessages: fn.stateMessages });
    if (failing === 'SERVICE' && operation.verb === 'update')
      operation.stages.push({
        name: 'SERVICE_ROLLBACK',
        state: 'COMPLETE',
        message: 'The service was left as it was',
      });
    end(world, fn, operation, { error: { code: error instanceof BuildError ? 3 : 13, message } });
  }
}

async function buildStage(
  world: World,
  fn: CloudFunction,
  operation: FunctionOperation,
  change: Change,
  signal: AbortSignal,
): Promise<Image> {
  const started = Date.now();
  const known = images(world).get(fn.name);
  const id = randomUUID();
  const buildName = `projects/${world.projectNumber}/locations/${fn.location}/builds/${id}`;
  const console = `https://console.cloud.google.com/cloud-build/builds;region=${fn.location}/${id}?project=${world.projectNumber}`;
  if (!change.rebuild && known) {
    stage(operation, 'BUILD', { state: 'COMPLETE', message: 'The last build is used again' });
    return known;
  }
  stage(operation, 'BUILD', {
    state: 'IN_PROGRESS',
    message: 'Build in progress',
    resource: buildName,
    resourceUri: console,
  });
  operation.buildName = buildName;
  const full = withDefaults(world, change.config, fn.id);
  const { runtime, entryPoint } = buildConfig(full);
  const zip = keepSource(world, fn, change.config);
  const image = await build({
    zip,
    folder: join(world.folder, 'workspace', `${fn.id}-${id.slice(0, 8)}`),
    runtime: String(runtime),
    entryPoint: String(entryPoint),
    signal,
    onLine: (line) => writeBuildLine(world, id, line),
  });
  const rest = world.settings.buildMs - (Date.now() - started);
  if (rest > 0) await sleep(rest, undefined, { signal });
  images(world).set(fn.name, image);
  fn.buildName = buildName;
  stage(operation, 'BUILD', { state: 'COMPLETE', message: 'Build succeeded' });
  return image;
}

/** The upload is copied to the bucket of sources, which is what the function names from then on. */
function keepSource(world: World, fn: CloudFunction, config: Json): Buffer {
  const uploaded = sourceOf(world, buildConfig(config));
  if (!uploaded?.file)
    throw new BuildError('Build failed with status: FAILURE and message: the source object is gone');
  const bucket = `gcf-v2-sources-${world.projectNumber}-${fn.location}`;
  const object = `${fn.id}/function-source.zip`;
  const generation = String(world.now() * 1000);
  const folder = join(world.folder, 'sources');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${fn.id}-${generation}.zip`);
  copyFileSync(uploaded.file, file);
  fn.source = { bucket, object, generation, file };
  functionState(world).objects.set(`${bucket}/${object}`, fn.source);
  const source = { storageSource: { bucket, object, generation } };
  config.buildConfig = { ...buildConfig(config), source };
  return readFileSync(file);
}

async function serviceStage(
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
  await startRevision(world, fn, service, revision, signal);
  await turnTraffic(world, service, change.allTraffic, operation, revision);
  stage(operation, 'SERVICE', { state: 'COMPLETE', message: 'The Cloud Run service is up to date' });
  return revision;
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
  if (world.quirks.functionPatchResetsInvokerIam) service.invokerIamDisabled = false;
}

async function startRevision(
  world: World,
  fn: CloudFunction,
  service: Service,
  revision: Revision,
  signal: AbortSignal,
): Promise<void> {
  try {
    await makeRoom(world, revision);
    await revision.instance.start(signal);
    revision.state = 'ready';
  } catch (error) {
    revision.state = 'failed';
    const logs = `https://console.cloud.google.com/logs/viewer?project=${fn.project}&resource=cloud_run_revision/service_name/${service.id}/revision_name/${revision.name}`;
    revision.message =
      `Revision '${revision.name}' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the port ` +
      'defined provided by the PORT=8080 environment variable within the allocated timeout. This can happen when the container port is ' +
      `misconfigured or if the timeout is too short. Logs for this revision might contain more information.\n\nLogs URL: ${logs}`;
    for (const line of (error as Error).message.split('\n'))
      writeContainerLine(world, service, revision.name, 'stderr', line);
    throw new StartError(
      `Could not create or update Cloud Run service ${service.id}, Container Healthcheck failed. ${revision.message}`,
    );
  }
}

/**
 * The service after a new revision: `true` throws any split away, `false` and nothing honour the traffic that is
 * configured, which is LATEST unless somebody pinned it.
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
  const share = service.traffic.reduce(
    (sum, { type, percent }) => sum + (type === LATEST ? (percent ?? 0) : 0),
    0,
  );
  stage(operation, 'SERVICE', {
    stateMessages: [
      {
        severity: 'INFO',
        type: 'CloudRunServiceNewRevisionTrafficInfo',
        message: `The new revision ${revision.name} will get ${share}% of the traffic.`,
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
