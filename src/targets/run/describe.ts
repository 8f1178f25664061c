import { type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import type { TargetKind } from '../../domain/deploy/kind.ts';
import type { RunService } from '../../steps/ports/services.ts';
import type { Deployed } from '../../steps/ports/target.ts';
import { configOf } from './config.ts';

/** A service that Cloud Run builds as a function, or one that runs an image that others have built. */
export function kindOf(raw: JsonObject): Exclude<TargetKind, 'function'> {
  const containers = listOf(objectOf(raw.template).containers).map(objectOf);
  const isFunction =
    textOf(objectOf(raw.buildConfig).functionTarget) !== undefined ||
    containers.some(({ sourceCode }) => sourceCode !== undefined);
  return isFunction ? 'run-function' : 'run-image';
}

/** A service of Cloud Run, as those see it who do not deploy it. */
export const deployedService = (service: RunService): Deployed => ({
  kind: kindOf(service.raw),
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
