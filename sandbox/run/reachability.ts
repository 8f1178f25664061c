import type { World } from '../core/state.ts';
import type { Route } from '../core/types.ts';
import { admitsAnonymous } from './admission.ts';
import { runState } from './model.ts';

interface Sighting {
  /** An ISO time. */
  from: string;
  /** Absent while the URL is still reachable. */
  until?: string;
  service: string;
  url: string;
  kind: string;
  tag?: string;
}

/**
 * Records whether any URL of a function would have let an anonymous request through to a container. It asks the rule of the
 * front end after every write to any API, again once IAM and traffic have settled, and with every request served.
 */
export class Reachability {
  private readonly world: World;
  private readonly open = new Map<string, Sighting>();
  private readonly past: Sighting[] = [];
  private samples = 0;

  constructor(world: World) {
    this.world = world;
  }

  sample(): void {
    if (!this.world.settings.sampleReachability) return;
    this.samples++;
    const now = new Date(this.world.now()).toISOString();
    const admitting = new Set<string>();
    for (const service of runState(this.world).services.values())
      for (const door of service.doors.values()) {
        if (!door.url || !admitsAnonymous(this.world, service, door)) continue;
        admitting.add(door.url);
        if (this.open.has(door.url)) continue;
        const sighting: Sighting = {
          from: now,
          service: service.name,
          url: door.url,
          kind: door.kind,
          ...(door.tag ? { tag: door.tag } : {}),
        };
        this.open.set(door.url, sighting);
        this.past.push(sighting);
      }
    for (const [url, sighting] of this.open)
      if (!admitting.has(url)) {
        sighting.until = now;
        this.open.delete(url);
      }
  }

  show(): Record<string, unknown> {
    return {
      sampling: this.world.settings.sampleReachability,
      samples: this.samples,
      everReachable: this.past.length > 0,
      reachableNow: this.open.size > 0,
      sightings: this.past,
    };
  }
}

export function reachabilityRoutes(world: World): Route[] {
  const reachability = new Reachability(world);
  const later = new Set<NodeJS.Timeout>();
  const soon = (milliseconds: number) => {
    const timer = setTimeout(() => {
      later.delete(timer);
      reachability.sample();
    }, milliseconds);
    timer.unref();
    later.add(timer);
  };
  const record = world.record.bind(world);
  world.record = (request) => {
    record(request);
    if (!world.settings.sampleReachability || request.method === 'GET') return;
    reachability.sample();
    const { iamPropagationMs, trafficSettleMs, buildMs } = world.settings;
    for (const delay of new Set([iamPropagationMs + 5, trafficSettleMs + 5, buildMs + trafficSettleMs + 50]))
      soon(delay);
  };
  world.onStop.push(() => {
    for (const timer of later) clearTimeout(timer);
  });
  world.extension('reachability', () => reachability);
  const shown = () => {
    reachability.sample();
    return { status: 200, body: reachability.show() };
  };
  return [{ method: 'GET', pattern: '/reachability', authenticated: false, handle: shown }];
}

/** Checks now. Called when traffic changes and when a request is served, since some changes take effect long after a write. */
export const sampleNow = (world: World): void =>
  world.extension<Reachability | undefined>('reachability', () => undefined)?.sample();
