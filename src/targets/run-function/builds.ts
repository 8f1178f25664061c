import { objectOf, textOf } from '../../domain/data/json.ts';
import type { Located } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Build, Builds } from '../../steps/ports/builds.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { RunService } from '../../steps/ports/services.ts';

/** The build of the source that a service names. Undefined if there is none, or if this identity cannot read it. */
export async function buildOfService(
  { builds, log }: { builds: Builds; log: Pick<Log, 'debug'> },
  place: Located & { signal?: AbortSignal | undefined },
  service: RunService,
): Promise<Build | undefined> {
  const location = textOf(objectOf(service.raw.buildConfig).sourceLocation);
  if (location === undefined) return undefined;
  try {
    return await builds.ofSource(place, location, place.signal);
  } catch (error) {
    if (place.signal?.aborted) throw error;
    log.debug(`Could not find the build: ${messageOf(error)}`);
    return undefined;
  }
}
