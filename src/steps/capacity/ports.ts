import type { JsonObject } from '../../domain/data/json.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Runs } from '../ports/runs.ts';
import type { Services } from '../ports/services.ts';
import type { SmokePorts } from '../smoke/ports.ts';

export interface ServiceChange {
  template?: JsonObject;
  traffic?: TrafficTarget[];
  annotations?: Record<string, string>;
}

/** Writes to a service of Cloud Run and deletes its revisions. */
export interface Trials {
  /**
   * Changes the given fields in one conditional write. `refused` is Cloud Run's sentence about a template that it does not take. Every
   * other failure throws. With `validateOnly` nothing changes.
   */
  write(
    service: string,
    change: ServiceChange,
    options: { etag: string; validateOnly?: boolean; signal?: AbortSignal | undefined },
  ): Promise<'accepted' | 'conflict' | { refused: string }>;
  /** Deletes a revision. False if Cloud Run does not let it go now. */
  remove(service: string, revision: string, signal?: AbortSignal): Promise<boolean>;
}

/** What the guard found out, with the repairs of what is open or could not be read. */
export interface Proved {
  exposure: string;
  reason: string;
  findings: readonly Finding[];
}

/** Is the service private now? Asked while a configuration has its URL. */
export type ProvePrivate = (signal: AbortSignal) => Promise<Proved>;

export interface CapacityPorts {
  services: Pick<Services, 'get' | 'revision' | 'revisions'>;
  trials: Trials;
  runs: Runs;
  clock: Clock;
  log: Log;
  smoke: SmokePorts;
  prove: ProvePrivate;
  /** A number from 0 to 1, for the times of arrivals. Tests set it. */
  random?: (() => number) | undefined;
}
