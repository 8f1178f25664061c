import { isObject, type JsonObject } from '../../domain/data/json.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import type { Api } from '../../http/endpoints.ts';
import { RemoteError } from '../../http/remote-error.ts';
import { MalformedAnswer, type Rest, type RestCall } from '../../http/rest.ts';
import { TransportError } from '../../http/send.ts';
import { optionalText, UnexpectedShape } from './shape.ts';

const usual = { deadlineMs: 20_000, attemptMs: 8000 };

/** How a report cites a read, such as `GET run/v2/projects/...`. */
export const cite = (call: Pick<RestCall, 'api' | 'method' | 'path'>): string =>
  `${call.method} ${call.api}/${call.path}`;

/**
 * Makes one read and returns its failure as a value. Errors of the login and a cancelled run are thrown, since they say
 * nothing about the resource.
 * @param permission the permission that the read needs, in case the API does not name it
 * @param take picks the result from the body of the answer
 */
export async function reading<T>(
  rest: Rest,
  call: RestCall,
  permission: string,
  take: (body: JsonObject) => T | Promise<T>,
): Promise<Reading<T>> {
  const cited = cite(call);
  try {
    const { body } = await rest.call<unknown>({ ...usual, ...call });
    if (!isObject(body))
      return { ok: false, call: cited, cause: 'failed', detail: 'The answer is not a JSON object.' };
    return { ok: true, value: await take(body), call: cited };
  } catch (error) {
    return unread(error, call.api, cited, permission, call.signal);
  }
}

function unread(
  error: unknown,
  api: Api,
  call: string,
  permission: string,
  signal?: AbortSignal,
): Reading<never> {
  if (signal?.aborted) throw error;
  const detail = messageOf(error);
  if (error instanceof RemoteError && error.api === api) {
    if (error.status === 404) return { ok: false, call, cause: 'absent', detail };
    if (error.status !== 403) return { ok: false, call, cause: 'failed', detail };
    if (error.isApiOff) return { ok: false, call, cause: 'api-off', detail };
    return { ok: false, call, cause: 'denied', permission: error.permission ?? permission, detail };
  }
  if (error instanceof TransportError || error instanceof MalformedAnswer || error instanceof UnexpectedShape)
    return { ok: false, call, cause: 'failed', detail };
  throw error;
}

/** No list that the guard reads has more pages. More of them mean a server that never ends the list. */
const maxPages = 20;

/** Reads a list with all its pages under one deadline. A list that does not end counts as not read. */
export async function readingList<T>(
  rest: Rest,
  call: RestCall,
  permission: string,
  take: (page: JsonObject) => T[] | Promise<T[]>,
): Promise<Reading<T[]>> {
  const end = performance.now() + (call.deadlineMs ?? usual.deadlineMs);
  return reading(rest, call, permission, async (first) => {
    const items = [...(await take(first))];
    let token = optionalText(first, 'nextPageToken');
    for (let page = 1; token !== undefined; page++) {
      if (page >= maxPages) throw new UnexpectedShape(`The list has more than ${maxPages} pages.`);
      const query = { ...call.query, pageToken: token };
      const deadlineMs = end - performance.now();
      if (deadlineMs <= 0)
        throw new UnexpectedShape(`The list was not read in time: page ${page + 1} is missing.`);
      const { body } = await rest.call<unknown>({ ...usual, ...call, query, deadlineMs });
      if (!isObject(body)) throw new UnexpectedShape(`Page ${page + 1} of the list is not a JSON object.`);
      items.push(...(await take(body)));
      token = optionalText(body, 'nextPageToken');
    }
    return items;
  });
}
