import { randomUUID } from 'node:crypto';
import type { World } from '../core/state.ts';
import type { Image } from '../revisions/image.ts';
import type { Instance } from '../revisions/instance.ts';
import { seededRandom } from '../revisions/random.ts';
import { closeDoors, openDoors } from './doors.ts';
import {
  LATEST,
  type Revision,
  type RevisionSettings,
  runState,
  type Service,
  serviceResource,
} from './model.ts';
import { stopAll } from './pool.ts';

/** Labels, client and URLs of a service that Cloud Functions manages. */
const ofFunctions = { labels: { 'goog-managed-by': 'cloudfunctions' }, client: 'cloudfunctions' };

/**
 * A service that does not exist yet. It has no revision and no URL.
 * @param manager who has it: Cloud Functions, whose services have a URL more, or the user
 */
export function blankService(
  world: World,
  place: { project: string; location: string; id: string },
  creator: string,
  manager: 'functions' | 'user',
): Service {
  const now = world.now();
  return {
    ...place,
    name: `projects/${place.project}/locations/${place.location}/services/${place.id}`,
    uid: randomUUID(),
    creator,
    lastModifier: creator,
    createTime: now,
    updateTime: now,
    generation: 0,
    observedGeneration: 0,
    etagSerial: 0,
    description: '',
    annotations: {},
    ...(manager === 'functions' ? structuredClone(ofFunctions) : { labels: {}, client: '' }),
    clientVersion: '',
    ingress: 'INGRESS_TRAFFIC_ALL',
    invokerIamDisabled: false,
    iapEnabled: false,
    defaultUriDisabled: false,
    customAudiences: [],
    scaling: {},
    template: undefined,
    buildConfig: undefined,
    launchStage: undefined,
    binaryAuthorization: undefined,
    traffic: [{ type: LATEST, percent: 100 }],
    live: [],
    revisions: new Map(),
    revisionSerial: 0,
    latestCreated: undefined,
    latestReady: undefined,
    failure: undefined,
    doors: new Map(),
    deleted: false,
  };
}

/** Gives a service its URLs and its place among the others. */
export async function openService(world: World, service: Service): Promise<void> {
  await openDoors(world, service, service.labels['goog-managed-by'] === 'cloudfunctions');
  const own = service.doors.get('function');
  if (own) service.customAudiences = [own.url];
  runState(world).services.set(service.name, service);
}

/** Creates the service of a function. */
export async function createService(
  world: World,
  place: { project: string; location: string; id: string },
  creator: string,
): Promise<Service> {
  const service = blankService(world, place, creator, 'functions');
  await openService(world, service);
  return service;
}

const letters = 'abcdefghijklmnopqrstuvwxyz';

/** The next revision's name, in Google's form: a running number and three letters, such as `SERVICE-00002-abc`. */
export function nextRevisionName(service: Service): string {
  service.revisionSerial++;
  const random = seededRandom(`${service.id} ${service.revisionSerial}`);
  const suffix = Array.from({ length: 3 }, () => letters[Math.floor(random() * 26)]).join('');
  return `${service.id}-${String(service.revisionSerial).padStart(5, '0')}-${suffix}`;
}

export function addRevision(
  world: World,
  service: Service,
  name: string,
  settings: RevisionSettings,
  image: Image,
  instance: Instance,
): Revision {
  const now = world.now();
  const revision: Revision = {
    name,
    uid: randomUUID(),
    createTime: now,
    settings,
    image,
    instance,
    state: 'pending',
    lastUsed: now,
  };
  service.revisions.set(name, revision);
  service.latestCreated = name;
  return revision;
}

export async function deleteService(world: World, service: Service): Promise<void> {
  service.deleted = true;
  runState(world).services.delete(service.name);
  world.policies.delete(serviceResource(service));
  await Promise.all([...service.revisions.values()].map(({ instance }) => instance.retire()));
  await closeDoors(service);
}

/** Ends all processes and closes all ports when the sandbox stops. */
export function stopWithWorld(world: World): void {
  world.onStop.push(async () => {
    await stopAll(world);
    await Promise.all([...runState(world).services.values()].map(closeDoors));
  });
}
