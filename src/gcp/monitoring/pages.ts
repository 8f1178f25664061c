import { type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Api } from '../../http/endpoints.ts';
import type { Rest } from '../../http/rest.ts';

const mostPages = 50;

/**
 * Every item of a list of Cloud Monitoring or Cloud Logging. A list that does not end is an error, because half of one hides what is there. A list that
 * moves between two pages has items twice, and what is there once must not look like a copy that is to be pruned.
 */
export async function everyPage(
  rest: Rest,
  {
    path,
    field,
    fields,
    api = 'monitoring',
  }: { path: string; field: string; fields?: string | undefined; api?: Api },
  signal: AbortSignal,
): Promise<JsonObject[]> {
  const items = new Map<unknown, JsonObject>();
  let pageToken: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { body } = await rest.call({
      api,
      method: 'GET',
      path,
      query: { pageSize: 200, pageToken, fields },
      signal,
    });
    for (const one of listOf(body[field]).map(objectOf)) items.set(textOf(one.name) ?? one, one);
    pageToken = textOf(body.nextPageToken);
    if (pageToken === undefined) return [...items.values()];
  }
  throw new ReleaseError('response-too-large', { what: `${path} has more than ${mostPages} pages.` });
}
