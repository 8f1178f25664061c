import { namesOfModel } from '../../domain/model/names.ts';
import { modelOfRevision } from '../../domain/model/of-revision.ts';
import type { Services } from '../../steps/ports/services.ts';
import type { SmokeTarget } from '../../steps/smoke/ports.ts';

/**
 * Reads which model a revision carries. A revision that cannot be read is an error and not one without a model: the thresholds would be
 * wrong without anybody noticing.
 * @param asked the model as the user of this release wrote it, which may hold an alias
 */
export const carriedModel =
  (
    services: Pick<Services, 'revision'>,
    service: string,
    revision: string,
    asked?: string,
  ): SmokeTarget['model'] =>
  async (signal) => {
    const carried = modelOfRevision((await services.revision(service, revision, signal))?.raw);
    return carried ? namesOfModel(carried, asked) : [];
  };
