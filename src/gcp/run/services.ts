import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { encodeName, revisionPattern, shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest } from '../../http/rest.ts';
import type { RunRevision, Services } from '../../steps/ports/services.ts';
import { readRevision, readService } from './read-service.ts';
import { refusalOf } from './refusal.ts';

/** Cloud Run v2 over REST (google/cloud/run/v2/service.proto). */

const servicePattern = /^projects\/[^/?#]+\/locations\/[^/?#]+\/services\/[^/?#]+$/;

function pathOf(service: string, revision?: string): string {
  if (!servicePattern.test(service) || (revision !== undefined && !revisionPattern.test(revision)))
    throw new ReleaseError('internal', {
      what: `"${service.slice(0, 120)}" is not the name of a Cloud Run service.`,
    });
  const path = `v2/${encodeName(service)}`;
  return revision === undefined ? path : `${path}/revisions/${encodeURIComponent(revision)}`;
}

/**
 * @param times milliseconds for one attempt, and for all attempts of a call
 * @param more `retry: 'never'` for one who reads, and for whom one attempt must do
 */
export function createServices(
  rest: Rest,
  times = { attemptMs: 10_000, deadlineMs: 45_000 },
  more: { retry?: 'never' } = {},
): Services {
  const read = { ...times, ...more };
  return {
    async get(service, signal) {
      const answer = await rest.call({
        api: 'run',
        method: 'GET',
        path: pathOf(service),
        accept: [404],
        signal,
        ...read,
      });
      return answer.status === 404 ? undefined : readService(answer.body);
    },

    async revisions(service, signal) {
      const found: RunRevision[] = [];
      let pageToken: string | undefined;
      // Cloud Run keeps at most 1000 revisions of a service: 20 pages of 100 always reach the end.
      for (let page = 0; page < 20; page++) {
        const query = { pageSize: 100, pageToken };
        const { body } = await rest.call({
          api: 'run',
          method: 'GET',
          path: `${pathOf(service)}/revisions`,
          query,
          signal,
          ...read,
        });
        found.push(...listOf(body.revisions).map((item) => readRevision(objectOf(item))));
        pageToken = textOf(body.nextPageToken);
        if (pageToken === undefined) return found;
      }
      throw new ReleaseError('response-malformed', {
        what: `The list of revisions of ${shortName(service)} does not end.`,
      });
    },

    async revision(service, revision, signal) {
      const path = pathOf(service, revision);
      const answer = await rest.call({ api: 'run', method: 'GET', path, accept: [404], signal, ...read });
      return answer.status === 404 ? undefined : readRevision(answer.body);
    },

    /**
     * The etag makes the write safe to repeat: if the first attempt took effect, the second one finds a new etag and
     * is a conflict, after which the caller reads the service again. `annotations` is the whole map.
     */
    async patch(service, change, options) {
      const { body, status } = await rest.call({
        api: 'run',
        method: 'PATCH',
        path: pathOf(service),
        query: {
          updateMask: Object.keys(change).join(','),
          validateOnly: options.validateOnly ? true : undefined,
        },
        body: { ...change, etag: options.etag },
        accept: [409, 412],
        retry: 'repeatable-write',
        ...times,
        signal: options.signal,
      });
      if (status === 409 || status === 412) return 'conflict';
      const error = refusalOf(body);
      if (error === 'conflict') return error;
      if (error)
        throw new ReleaseError('remote-error', {
          what: `Cloud Run refused the change of ${shortName(service)}: ${error.message}`,
        });
      return 'accepted';
    },
  };
}
