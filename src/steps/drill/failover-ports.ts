import type { Targets } from '../../domain/drill/protect.ts';
import type { Balancers } from '../ports/balancers.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { LogEntries } from '../ports/log-entries.ts';
import type { Prober } from '../ports/prober.ts';
import type { Services } from '../ports/services.ts';
import type { Tokens } from '../ports/tokens.ts';

export interface FailoverPorts {
  balancers: Balancers;
  services: Pick<Services, 'get'>;
  /** Sends a request with a user agent of its own. */
  prober: Prober;
  tokens: Pick<Tokens, 'idToken'>;
  entries: LogEntries;
  clock: Clock;
  log: Log;
  /** Notes for the post step that a region is taken out now, or is back. */
  saveOut?: (isOut: boolean) => void;
}

export interface FailoverRequest {
  project: string;
  backendService: string;
  /** Asked through the load balancer. */
  frontUrl: string;
  /** How long to wait until the traffic has moved, there and back. */
  waitMs: number;
  /** Between two requests. */
  paceMs: number;
  /** Between two reads of the log and of the backend service. */
  lookMs: number;
}

/** What the drill around it knows. */
export interface FailoverContext {
  run: string;
  first: { region: string; service: string };
  second: { region: string; service: string };
  targets: Targets;
  /** Requests a second that the second region takes by a measurement, and those that it has to. */
  takes: number | undefined;
  needed: number | undefined;
  /** What the comparison of the two regions found. */
  found: readonly string[];
  /** Bucket and folder of the results. An empty bucket keeps none. */
  results: { bucket: string; folder: string };
  signal?: AbortSignal | undefined;
}
