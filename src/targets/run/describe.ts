import { textOf } from '../../domain/data/json.ts';
import { kindOfService } from '../../domain/deploy/kind.ts';
import type { RunService } from '../../steps/ports/services.ts';
import type { Deployed } from '../../steps/ports/target.ts';
import { configOf } from './config.ts';

/** A service of Cloud Run, as those see it who do not deploy it. */
export const deployedService = (service: RunService): Deployed => ({
  kind: kindOfService(service.raw),
  service: service.name,
  url: service.uri,
  revision: service.latestCreatedRevision,
  version: service.latestCreatedRevision,
  updatedAt: textOf(service.raw.updateTime),
  labels: service.labels,
  // Everything is saved with the service itself, and a rollback puts it back there.
  saved: undefined,
  unfit: undefined,
  config: configOf(service),
});
