import { listOf, objectOf, textsOf } from '../../domain/data/json.ts';
import { encodeName } from '../../domain/data/resource-name.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest } from '../../http/rest.ts';

/** The public members in the policy of a service itself. Undefined: this login may not read it. */
export const openToPublic =
  (rest: Rest) =>
  async (service: string, signal?: AbortSignal): Promise<readonly string[] | undefined> => {
    try {
      const { body } = await rest.call({
        api: 'run',
        method: 'GET',
        path: `v2/${encodeName(service)}:getIamPolicy`,
        signal,
      });
      const members = listOf(body.bindings).flatMap((binding) => textsOf(objectOf(binding).members));
      return [...new Set(members.filter((one) => one === 'allUsers' || one === 'allAuthenticatedUsers'))];
    } catch (error) {
      if (error instanceof RemoteError && error.status === 403) return undefined;
      throw error;
    }
  };
