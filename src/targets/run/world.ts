import type { ServiceWriter } from '../../gcp/run/deploy-service.ts';
import type { BuildLogs, CleanLine } from '../../steps/ports/build-logs.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { Services } from '../../steps/ports/services.ts';

/** What a driver of Cloud Run services needs of the world. */
export interface RunPorts {
  services: Services;
  writer: ServiceWriter;
  buildLogs: BuildLogs;
  /** Undefined: no line of a container is shown, because everybody may be able to read this run. */
  cleanLine: CleanLine | undefined;
  clock: Clock;
  log: Log;
  /** SHA-256 in hex. */
  sha256: (text: string) => string;
}
