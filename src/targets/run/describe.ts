import { type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import type { TargetKind } from '../../domain/deploy/kind.ts';
import type { RunService, Services } from '../../steps/ports/services.ts';
import type { Deployed, DeployTarget } from '../../steps/ports/target.ts';
import { configOf } from './config.ts';

/** Google's label on the services of functions that the Functions API manages. `gcloud functions detach` removes it. */
export const belongsToFunctions = (service: RunService): boolean =>
  service.labels['goog-managed-by'] === 'cloudfunctions';

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

/** A service of Cloud Run that no function resource manages. `name` is projects/P/locations/L/services/S. */
export const serviceTarget = (services: Pick<Services, 'get'>, name: string): DeployTarget => ({
  read: async (signal) => {
    const service = await services.get(name, signal);
    return service && deployedService(service);
  },
  building: async (signal) => (await services.get(name, signal))?.reconciling === true,
});
