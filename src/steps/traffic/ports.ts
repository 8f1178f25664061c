import type { Finding } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { RecordedGateway } from '../../domain/traffic/record.ts';
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

/** What became of a gateway that a release had left on its new configuration. */
export interface GatewayBack {
  /** `fail`: the gateway could not be moved back, so it has to be tried again. */
  verdict: Verdict;
  /** The reason, as part of a sentence for people. */
  reason: string;
  findings: readonly Finding[];
  changed: readonly string[];
}

export interface GatewayPort {
  /** Moves a gateway back that a release has left on its new configuration. Never throws. */
  gatewayBack?:
    | ((move: RecordedGateway, signal: AbortSignal | undefined) => Promise<GatewayBack>)
    | undefined;
}

/** What settling an earlier release needs as well. */
export interface TrafficPorts extends ChangePorts, GatewayPort {
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
