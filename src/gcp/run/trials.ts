import { encodeName, revisionPattern } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest } from '../../http/rest.ts';
import type { Trials } from '../../steps/capacity/ports.ts';
import { refusalOf } from './refusal.ts';

const times = { attemptMs: 30_000, deadlineMs: 60_000 } as const;

/** Cloud Run v2 over REST: service.proto UpdateService, revision.proto DeleteRevision. */
export const createTrials = (rest: Rest): Trials => ({
  async write(service, change, { etag, validateOnly, signal }) {
    try {
      const { body, status } = await rest.call({
        api: 'run',
        method: 'PATCH',
        path: `v2/${encodeName(service)}`,
        query: {
          updateMask: Object.keys(change).join(','),
          validateOnly: validateOnly ? true : undefined,
        },
        body: { ...change, etag },
        accept: [409, 412],
        // The etag makes it safe to repeat.
        retry: 'repeatable-write',
        ...times,
        signal,
      });
      if (status === 409 || status === 412) return 'conflict';
      const error = refusalOf(body);
      if (error === 'conflict') return error;
      return error ? { refused: error.message } : 'accepted';
    } catch (error) {
      if (error instanceof RemoteError && error.statusName === 'ABORTED') return 'conflict';
      if (error instanceof RemoteError && error.statusName === 'INVALID_ARGUMENT')
        return { refused: error.remoteMessage };
      throw error;
    }
  },

  async remove(service, revision, signal) {
    if (!revisionPattern.test(revision))
      throw new ReleaseError('internal', {
        what: `"${revision.slice(0, 80)}" is not the name of a revision.`,
      });
    try {
      const { status } = await rest.call({
        api: 'run',
        method: 'DELETE',
        path: `v2/${encodeName(service)}/revisions/${encodeURIComponent(revision)}`,
        accept: [404, 409],
        // A second attempt finds it gone.
        retry: 'repeatable-write',
        ...times,
        signal,
      });
      return status !== 409;
    } catch (error) {
      if (error instanceof RemoteError && error.statusName === 'FAILED_PRECONDITION') return false;
      throw error;
    }
  },
});
