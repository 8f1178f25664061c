import type { ServiceWriter } from '../../gcp/run/deploy-service.ts';
import type { BuildLogs } from '../../steps/ports/build-logs.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { Services } from '../../steps/ports/services.ts';

/** What a driver of Cloud Run services needs of the world. */
export interface RunPorts {
  services: Services;
  writer: ServiceWriter;
  buildLogs: BuildLogs;
  clock: Clock;
  log: Log;
  /** SHA-256 in hex. */
  sha256: (text: string) => string;
}
