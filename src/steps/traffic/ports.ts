import type { Clock, Functions, Log, Services } from '../ports/ports.ts';
import type { Runs } from '../ports/runs.ts';

/** What changing and settling traffic needs. */
export interface TrafficPorts {
  services: Services;
  functions: Functions;
  runs: Runs;
  clock: Clock;
  log: Log;
}
