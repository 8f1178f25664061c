import type { JsonObject } from '../../domain/data/json.ts';
import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { locationOf, shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { isLastingQuota, QuotaWait } from '../../http/quota-wait.ts';
import { RemoteError } from '../../http/remote-error.ts';
import { MalformedAnswer, type Rest } from '../../http/rest.ts';
import { TransportError } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { FunctionOperation, Functions } from '../../steps/ports/functions.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { FunctionClient } from './client.ts';
import { operationOf } from './shape.ts';

/** A name that is taken is no deploy that ends: waiting would not help. */
const isTaken = ({ statusName, remoteMessage }: RemoteError) =>
  statusName === 'ALREADY_EXISTS' || /service with this name already exists/i.test(remoteMessage);

export interface FunctionsOptions {
  rest: Rest;
  clock: Clock;
  log: Pick<Log, 'line'>;
  userAgent: { name: string; version: string };
}

/** Milliseconds for one attempt of a write, and for all attempts together. */
const attemptMs = 30_000;
const deadlineMs = 120_000;

/**
 * Cloud Functions v2 (google/cloud/functions/v2/functions.proto). Reads return raw JSON over REST. Writes go through
 * `@google-cloud/functions` if its proto has every field, otherwise as JSON (direct VPC egress).
 */
export function createFunctions(options: FunctionsOptions): Functions {
  const { rest, clock, log } = options;
  let loading: Promise<FunctionClient> | undefined;
  const client = (): Promise<FunctionClient> => {
    loading ??= import('./client.ts').then(({ loadFunctionClient }) =>
      loadFunctionClient({ rest, userAgent: options.userAgent, timeoutMs: attemptMs }),
    );
    return loading;
  };

  const read = async (path: string, signal: AbortSignal | undefined, query = {}) =>
    (await rest.call<JsonObject>({ api: 'cloudfunctions', method: 'GET', path: `v2/${path}`, query, signal }))
      .body;

  /**
   * Repeats a write until its result is certain. If the answer to the first attempt was lost, the second one gets a
   * 409 because that operation is running, and the caller then reads which operation it is.
   */
  async function write<T>(send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const deadline = clock.steady() + deadlineMs;
    const quota = new QuotaWait(log, clock, deadline);
    for (let tries = 1; ; tries++) {
      try {
        return await send();
      } catch (error) {
        const pause = Math.min(8000, 300 * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
        const asked = error instanceof RemoteError ? error.facts?.retryAfterMs : undefined;
        const wait = Math.max(pause, asked ?? 0);
        const transient =
          (error instanceof RemoteError && [429, 500, 502, 503, 504].includes(error.status)) ||
          (error instanceof TransportError && !error.permanent) ||
          error instanceof MalformedAnswer;
        if (!transient || isLastingQuota(error) || clock.steady() + wait > deadline) throw error;
        quota.refused(error);
        await clock.sleep(wait, signal);
      }
    }
  }

  const orConflict = async (start: () => Promise<JsonObject>, signal: AbortSignal | undefined) => {
    try {
      return operationOf(await write(start, signal));
    } catch (error) {
      if (error instanceof RemoteError && error.status === 409 && !isTaken(error)) return 'conflict';
      throw error;
    }
  };

  const operation = async (name: string, signal?: AbortSignal): Promise<FunctionOperation> =>
    operationOf(await read(name, signal));

  return {
    prepare: () => void client().catch(() => undefined),

    get: async (name, signal) => {
      const answer = await rest.call<JsonObject>({
        api: 'cloudfunctions',
        method: 'GET',
        path: `v2/${name}`,
        accept: [404],
        signal,
      });
      if (answer.status === 404) return undefined;
      const body = objectOf(answer.body);
      // An answer that does not name the function is refused. It must not count as a function without settings.
      if (shortName(textOf(body.name)) !== shortName(name))
        throw new ReleaseError('response-malformed', {
          what: `Cloud Functions described another resource than ${shortName(name)}.`,
        });
      return body;
    },

    runtimes: async (location, signal) => {
      const body = await read(`${location}/runtimes`, signal);
      return (Array.isArray(body.runtimes) ? body.runtimes : []).map(objectOf);
    },

    runningOperation: async (name, signal) => {
      const body = await read(`${locationOf(name)}/operations`, signal, { filter: 'done=false' });
      const running = (Array.isArray(body.operations) ? body.operations : [])
        .map((item) => operationOf(objectOf(item)))
        .filter((item) => !item.done && item.target === name);
      return running[0];
    },

    operations: async (name, signal) => {
      const found: FunctionOperation[] = [];
      let pageToken: string | undefined;
      do {
        const query = { pageSize: '100', ...(pageToken ? { pageToken } : {}) };
        const body = await read(`${locationOf(name)}/operations`, signal, query);
        found.push(...listOf(body.operations).map((item) => operationOf(objectOf(item))));
        pageToken = textOf(body.nextPageToken);
      } while (pageToken);
      return found.filter(({ target }) => target === name);
    },

    operation,

    uploadUrl: async (location, kmsKeyName, signal) => {
      const { body } = await rest.call<JsonObject>({
        api: 'cloudfunctions',
        method: 'POST',
        path: `v2/${location}/functions:generateUploadUrl`,
        body: { environment: 'GEN_2', ...(kmsKeyName ? { kmsKeyName } : {}) },
        // A repeated request makes a second URL, and the first one stays unused.
        retry: 'repeatable-write',
        signal,
      });
      const uploadUrl = textOf(body.uploadUrl);
      const storageSource = objectOf(body.storageSource);
      if (!uploadUrl || !textOf(storageSource.bucket))
        throw new ReleaseError('response-malformed', {
          what: 'Cloud Functions answered without a URL to upload to.',
        });
      return { uploadUrl, storageSource };
    },

    create: (name, body, signal) =>
      orConflict(async () => {
        const typed = await client();
        const parent = locationOf(name);
        const functionId = shortName(name);
        if (typed.representable(body))
          return typed.createFunction({ parent, functionId, function: body }, signal);
        const answer = await rest.call<JsonObject>({
          api: 'cloudfunctions',
          method: 'POST',
          path: `v2/${parent}/functions`,
          query: { functionId },
          body,
          retry: 'never',
          attemptMs,
          signal,
        });
        return answer.body;
      }, signal),

    update: (name, body, mask, signal) =>
      orConflict(async () => {
        const typed = await client();
        const message: JsonObject = { ...body, name };
        if (typed.representable(message))
          return typed.updateFunction({ function: message, updateMask: { paths: [...mask] } }, signal);
        const answer = await rest.call<JsonObject>({
          api: 'cloudfunctions',
          method: 'PATCH',
          path: `v2/${name}`,
          query: { updateMask: mask.join(',') },
          body: message,
          retry: 'never',
          attemptMs,
          signal,
        });
        return answer.body;
      }, signal),
  };
}
