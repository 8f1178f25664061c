import { randomBytes } from 'node:crypto';
import type { World } from '../../sandbox/core/state.ts';
import { logStore, micros } from '../../sandbox/logs/store.ts';
import { runState } from '../../sandbox/run/model.ts';
import { revisionLabels } from '../../sandbox/run/request-log.ts';

/** The users of one region at one second: how many requests, and of how many requests to this revision one fails. 0: none. */
export type Users = (at: { region: string; revision: string; seconds: number }) => {
  requests: number;
  failsEvery?: number;
};

/**
 * Users of a service in several regions, as lines of its request log, written each second of the sandbox's clock. They follow the live
 * traffic to the request, and no request is sent, so the counts do not depend on how busy the machine is.
 */
export class RegionUsers {
  readonly #world: World;
  readonly #name: string;
  readonly #users: Users;
  readonly #since: number;
  /** By region and revision: requests until now, of which every n-th fails. */
  readonly #sent = new Map<string, number>();
  #timer: NodeJS.Timeout;

  constructor(world: World, name: string, users: Users) {
    this.#world = world;
    this.#name = name;
    this.#users = users;
    this.#since = world.now();
    this.#timer = setTimeout(this.#second, 1000);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #second = () => {
    this.#timer = setTimeout(this.#second, 1000);
    const world = this.#world;
    const now = world.now();
    for (const service of runState(world).services.values()) {
      if (service.id !== this.#name) continue;
      for (const { serves: revision, percent = 0 } of service.live) {
        if (percent === 0) continue;
        const region = service.location;
        const { requests, failsEvery = 0 } = this.#users({
          ...{ region, revision, seconds: (now - this.#since) / 1000 },
        });
        const key = `${region} ${revision}`;
        for (let i = 0; i < Math.round((requests * percent) / 100); i++) {
          const serial = (this.#sent.get(key) ?? 0) + 1;
          this.#sent.set(key, serial);
          const failed = failsEvery > 0 && serial % failsEvery === 0;
          logStore(world).entries.push({
            visibleAt: now,
            entry: {
              insertId: randomBytes(8).toString('hex'),
              logName: `projects/${world.project}/logs/run.googleapis.com%2Frequests`,
              timestamp: micros(now),
              receiveTimestamp: micros(now),
              resource: { type: 'cloud_run_revision', labels: revisionLabels(world, service, revision) },
              httpRequest: {
                status: failed ? 500 : 200,
                latency: '0.020s',
                requestUrl: `https://${service.id}.example.com/`,
                userAgent: 'curl/8',
              },
            },
          });
        }
      }
    }
  };
}
