import type { DeployRun } from '../../steps/deploy/ports.ts';
import type { BuildLogs, CleanLine } from '../../steps/ports/build-logs.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Functions } from '../../steps/ports/functions.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { Services } from '../../steps/ports/services.ts';
import type { Sources } from '../../steps/ports/source.ts';

/** What the driver of functions needs of the world. */
export interface FunctionPorts {
  functions: Functions;
  services: Services;
  sources: Sources;
  buildLogs: BuildLogs;
  /** Undefined: no line of a container is shown, because everybody may be able to read this run. */
  cleanLine: CleanLine | undefined;
  clock: Clock;
  log: Log;
  /** SHA-256 in hex. */
  sha256: (text: string) => string;
}

/** One deploy of a function. */
export interface FunctionRun extends Pick<DeployRun, 'request' | 'result' | 'deadline' | 'act'> {
  ports: FunctionPorts;
  /** projects/P/locations/L/functions/F */
  name: string;
  /** Called before a write that may bring a revision. */
  sending(): void;
}
