import type { Clock } from '../ports/clock.ts';
import type { Functions } from '../ports/functions.ts';
import type { Log } from '../ports/log.ts';
import type { Runs } from '../ports/runs.ts';
import type { Services } from '../ports/services.ts';

/** What changing and settling traffic needs. */
export interface TrafficPorts {
  services: Services;
  functions: Functions;
  runs: Runs;
  clock: Clock;
  log: Log;
}
