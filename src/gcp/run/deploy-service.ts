import { type JsonObject, textOf } from '../../domain/data/json.ts';
import { encodeName, locationOf, shortName } from '../../domain/data/resource-name.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest } from '../../http/rest.ts';
import { errorOf, type Refusal, refusalOf } from './refusal.ts';

/** The change was accepted, another change was faster, or the name is taken. */
export type Begun = { operation: string | undefined; error: Refusal | undefined } | 'conflict';

/**
 * Creates and changes services of Cloud Run v2 with their template (google/cloud/run/v2/service.proto). The etag makes
 * a change safe to repeat: if the first attempt took effect, the second one is a conflict, and the caller reads again.
 */
export interface ServiceWriter {
  create(name: string, body: JsonObject, signal?: AbortSignal): Promise<Begun>;
  /** `force` makes a new revision even if the template is the same. */
  change(
    name: string,
    body: JsonObject,
    options: { mask: readonly string[]; force: boolean; signal?: AbortSignal | undefined },
  ): Promise<Begun>;
  /** Why an operation has failed. Undefined while it has not, or if this identity may not read it. */
  refusal(operation: string, signal?: AbortSignal): Promise<Refusal | undefined>;
}

const times = { attemptMs: 30_000, deadlineMs: 90_000 } as const;

export function createServiceWriter(rest: Rest): ServiceWriter {
  return {
    async create(name, body, signal) {
      const { body: answer, status } = await rest.call({
        api: 'run',
        method: 'POST',
        path: `v2/${encodeName(locationOf(name))}/services`,
        query: { serviceId: shortName(name) },
        body,
        accept: [409],
        // A second attempt finds the name taken, and the caller looks at who took it.
        retry: 'repeatable-write',
        ...times,
        signal,
      });
      return status === 409 ? 'conflict' : begunOf(answer);
    },

    async change(name, body, { mask, force, signal }) {
      try {
        const { body: answer, status } = await rest.call({
          api: 'run',
          method: 'PATCH',
          path: `v2/${encodeName(name)}`,
          query: { updateMask: mask.join(','), forceNewRevision: force ? true : undefined },
          body,
          accept: [409, 412],
          retry: 'repeatable-write',
          ...times,
          signal,
        });
        return status === 409 || status === 412 ? 'conflict' : begunOf(answer);
      } catch (error) {
        if (error instanceof RemoteError && error.statusName === 'ABORTED') return 'conflict';
        throw error;
      }
    },

    async refusal(operation, signal) {
      const path = `v2/${encodeName(operation)}`;
      const { body, status } = await rest.call({
        ...({ api: 'run', method: 'GET', path, signal } as const),
        accept: [403, 404],
      });
      return status < 300 && body.done === true ? errorOf(body) : undefined;
    },
  };
}

function begunOf(answer: JsonObject): Begun {
  const error = refusalOf(answer);
  return error === 'conflict' ? error : { operation: textOf(answer.name), error };
}
