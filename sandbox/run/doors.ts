import { createServer } from 'node:http';
import { listen } from '../core/server.ts';
import type { World } from '../core/state.ts';
import { answerRequest } from './front-end.ts';
import type { Door, Service } from './model.ts';

/** Opens one URL of a service: a port of its own, since `*.localhost` does not resolve everywhere. */
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
  // An OCR call may take a minute and a client may keep its connection: Node's own limits must not cut in.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  const running = await listen(server, key);
  door.url = running.url;
  door.close = running.close;
}

/** The three hosts that every function's service has, newest form first as `urls` shows them. */
export async function openDoors(world: World, service: Service): Promise<void> {
  for (const kind of ['deterministic', 'function', 'service'] as const) await openDoor(world, service, kind);
}

/** A tag keeps its port for good: its URL comes back with the tag, and answers 404 without it. */
export async function openTagDoors(world: World, service: Service): Promise<void> {
  for (const { tag } of service.traffic) if (tag) await openDoor(world, service, 'tag', tag);
}

export async function closeDoors(service: Service): Promise<void> {
  await Promise.all([...service.doors.values()].map((door) => door.close()));
}
