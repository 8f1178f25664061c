import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Runs } from '../ports/runs.ts';
import type { Services } from '../ports/services.ts';
import type { DeployTarget } from '../ports/target.ts';

/** What changing the traffic of one service needs. */
export interface ChangePorts {
  services: Services;
  clock: Clock;
  log: Log;
}

/** What settling an earlier release needs as well. */
export interface TrafficPorts extends ChangePorts {
  target: DeployTarget;
  runs: Runs;
}

/** Why the traffic was not changed, or did not stay as it was written. */
export type Stop = 'moved' | 'unclear' | 'yielded' | 'before_gone' | 'refused';

export interface Stopped {
  done: false;
  stop: Stop;
  /** The reason, as part of a sentence for people. */
  reason: string;
}
