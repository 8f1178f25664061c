import { createServer } from 'node:http';
import { listen } from '../core/listen.ts';
import type { World } from '../core/state.ts';
import { answerRequest } from './front-end.ts';
import type { Door, Service } from './model.ts';

/** Opens one URL of a service. Each URL has its own port, because `*.localhost` does not resolve everywhere. */
async function openDoor(world: World, service: Service, kind: Door['kind'], tag?: string): Promise<void> {
  const key = tag ? `tag ${tag}` : kind;
  if (service.doors.has(key)) return;
  const door: Door = { kind, url: '', close: async () => undefined, ...(tag ? { tag } : {}) };
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
  door.url = running.url;
  door.close = running.close;
}

/** The three URLs of every function's service, the newest form first, in the order of `urls`. */
export async function openDoors(world: World, service: Service): Promise<void> {
  for (const kind of ['deterministic', 'function', 'service'] as const) await openDoor(world, service, kind);
}

/** Opens the URL of each new tag. It stays open for good: it answers 404 while the tag is gone, and works if it returns. */
export async function openTagDoors(world: World, service: Service): Promise<void> {
  for (const { tag } of service.traffic) if (tag) await openDoor(world, service, 'tag', tag);
}

export async function closeDoors(service: Service): Promise<void> {
  await Promise.all([...service.doors.values()].map((door) => door.close()));
}
