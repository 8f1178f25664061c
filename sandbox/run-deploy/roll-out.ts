import type { World } from '../core/state.ts';
import { pull, type Unusable } from '../registry/pull.ts';
import type { Image } from '../revisions/image.ts';
import { writeContainerLine } from '../run/container-log.ts';
import { addRevision, nextRevisionName } from '../run/lifecycle.ts';
import type { Revision, RevisionSettings, Service } from '../run/model.ts';
import { revisionObstacle } from '../run/obstacles.ts';
import { sizeOf } from '../run/size.ts';
import { startRevision } from '../run/start.ts';
import { ingressContainer, secretsOf, settingsOf, type Template, withDefaults } from './template.ts';

/** google.rpc.Status of an operation. */
export interface Failure {
  code: number;
  message: string;
}

/** Aborts every start under way when the sandbox stops. */
export const stopSignal = (world: World): AbortSignal =>
  world.extension('starts under way', () => {
    const controller = new AbortController();
    world.onStop.push(() => controller.abort());
    return controller;
  }).signal;

/** The image of a container: one that a revision of this service runs already, or one from the registry. */
function find(world: World, service: Service, text: string): { image: string; open(): Image } | Unusable {
  const known = [...service.revisions.values()].findLast(
    ({ settings }) => settings.image === text && !settings.template,
  );
  return known ? { image: text, open: () => known.image } : pull(world, text);
}

/** The template with every image by digest, as a revision keeps it, and the image of the container that gets the requests. */
function resolve(
  world: World,
  service: Service,
  template: Template,
  built: Image | undefined,
): { template: Template; open: () => Image } | Unusable {
  const ingress = ingressContainer(template);
  let open = () => built as Image;
  const containers: Template['containers'] = [];
  for (const container of template.containers ?? []) {
    if (container === ingress && built) {
      containers.push(container);
      continue;
    }
    const found = find(world, service, container.image ?? '');
    if ('problem' in found) return found;
    containers.push(world.quirks.revisionShowsDigest ? { ...container, image: found.image } : container);
    if (container === ingress) open = found.open;
  }
  return { template: { ...template, containers }, open };
}

/** Unpacks the image. Layers that are no archives, or that lead out of the image, make it unusable. */
function opened(
  resolved: { template: Template; open: () => Image } | Unusable,
): { template: Template; image: Image } | Unusable {
  if ('problem' in resolved) return resolved;
  try {
    return { template: resolved.template, image: resolved.open() };
  } catch (error) {
    return { problem: `Container import failed: ${(error as Error).message}`, code: 9 };
  }
}

/** The longest time that the start-up probe allows. */
function patience(world: World, template: Template): number {
  const { failureThreshold = 3, periodSeconds = 10 } = ingressContainer(template).startupProbe ?? {};
  return Math.min(failureThreshold * periodSeconds * 1000, world.settings.startTimeoutMs);
}

/**
 * Creates a revision from the service's template and starts it. LATEST then leads to it. On a failure the revision exists
 * but is not ready, and the service goes on with what it has.
 * @param built what a build has just made of the service's source
 */
export async function rollOut(
  world: World,
  service: Service,
  sent: Template,
  built?: Image,
): Promise<Failure | undefined> {
  const wanted = withDefaults(world, sent);
  const { revision: asked, ...template } = wanted;
  const name = asked ?? nextRevisionName(service);
  const resolved = opened(resolve(world, service, template, built));
  const unusable = 'problem' in resolved ? resolved : undefined;
  const settings = settingsOf('problem' in resolved ? template : resolved.template);
  const image = 'problem' in resolved ? missing : resolved.image;
  const revision = create(world, service, name, settings, image);
  const obstacle =
    unusable?.problem ??
    revisionObstacle(world, settings, {
      secrets: secretsOf(template),
      connector: template.vpcAccess?.connector,
    });
  const problem = await startRevision(world, service, revision, obstacle, stopSignal(world));
  if (!problem) {
    service.latestReady = newerOf(service, name);
    return undefined;
  }
  return { code: unusable?.code ?? 9, message: problem.message };
}

/** A revision whose start took longer than that of a newer one does not become the latest. */
function newerOf(service: Service, name: string): string {
  const names = [...service.revisions.keys()];
  const latest = service.latestReady;
  return latest !== undefined && names.indexOf(latest) > names.indexOf(name) ? latest : name;
}

function create(
  world: World,
  service: Service,
  name: string,
  settings: RevisionSettings,
  image: Image,
): Revision {
  const onLine = (stream: 'stdout' | 'stderr', line: string) =>
    writeContainerLine(world, service, name, stream, line);
  const template = settings.template as Template;
  const { command, args, workingDir } = ingressContainer(template);
  const instance = image.instantiate({
    revision: name,
    env: { K_SERVICE: service.id, K_CONFIGURATION: service.id, ...settings.env },
    maxRequests: settings.maxInstances * settings.concurrency,
    size: sizeOf(settings),
    port: settings.port ?? 8080,
    command,
    args,
    workingDir,
    startTimeoutMs: patience(world, template),
    onLine,
  });
  return addRevision(world, service, name, settings, image, instance);
}

/** Stands for the container of a revision whose image could not be pulled. */
const absent = {
  running: false,
  start: () => Promise.reject(new Error('the image was not found')),
  serve: () =>
    Promise.resolve({ outcome: 'broken' as const, status: 503, requestBytes: 0, responseBytes: 0 }),
  stop: () => Promise.resolve(),
  retire: () => Promise.resolve(),
};
const missing: Image = { inline: undefined, instantiate: () => absent };
