import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { listen } from '../core/listen.ts';
import type { World } from '../core/state.ts';
import { answerRequest } from './front-end.ts';
import type { Door, Service } from './model.ts';

/** Opens one URL of a service. Each URL has its own port, because `*.localhost` does not resolve everywhere. */
async function openDoor(world: World, service: Service, kind: Door['kind'], tag?: string): Promise<void> {
  const key = tag ? `tag ${tag}` : kind;
  if (service.doors.has(key)) return;
  const door: Door = { kind, url: '', local: '', close: async () => undefined, ...(tag ? { tag } : {}) };
  service.doors.set(key, door);
  const server = createServer((request, response) => {
    answerRequest(world, service, door, request, response).catch((error: unknown) => {
      world.problem(`front end of ${door.url}: ${(error as Error).stack ?? String(error)}`);
      response.destroy();
    });
  });
  // An OCR call may take a minute and a client may keep its connection open, so Node's own limits are switched off.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  const running = await listen(server, key);
  door.local = running.url;
  door.url = world.names?.publish(publicUrl(world, service, kind, tag), running.url) ?? running.url;
  door.close = running.close;
}

/** The forms of the URLs that Google gives a function and its service (cloud.google.com/run/docs/triggering/https-request). */
function publicUrl(world: World, service: Service, kind: Door['kind'], tag?: string): string {
  const { id, location } = service;
  if (kind === 'function') return `https://${location}-${world.project}.cloudfunctions.net/${id}`;
  if (kind === 'deterministic') return `https://${id}-${world.projectNumber}.${location}.run.app`;
  const hash = createHash('sha256').update(`${world.project} ${service.name}`).digest('hex').slice(0, 10);
  return `https://${tag ? `${tag}---` : ''}${id}-${hash}-uc.a.run.app`;
}

/** The URLs of a service, the newest form first, in the order of `urls`. That of a function has three, others two. */
export async function openDoors(world: World, service: Service, ofFunction: boolean): Promise<void> {
  for (const kind of ['deterministic', 'function', 'service'] as const)
    if (ofFunction || kind !== 'function') await openDoor(world, service, kind);
}

/** Opens the URL of each new tag. It stays open for good: it answers 404 while the tag is gone, and works if it returns. */
export async function openTagDoors(world: World, service: Service): Promise<void> {
  for (const { tag } of service.traffic) if (tag) await openDoor(world, service, 'tag', tag);
}

export async function closeDoors(service: Service): Promise<void> {
  await Promise.all([...service.doors.values()].map((door) => door.close()));
}
