import { type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest } from '../../http/rest.ts';

const mostPages = 50;

/** Every item of a list of Cloud Monitoring. A list that does not end is an error, because half of one hides what is there. */
export async function everyPage(
  rest: Rest,
  { path, field, fields }: { path: string; field: string; fields: string | undefined },
  signal: AbortSignal,
): Promise<JsonObject[]> {
  const items: JsonObject[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { body } = await rest.call({
      api: 'monitoring',
      method: 'GET',
      path,
      query: { pageSize: 200, pageToken, fields },
      signal,
    });
    items.push(...listOf(body[field]).map(objectOf));
    pageToken = textOf(body.nextPageToken);
    if (pageToken === undefined) return items;
  }
  throw new ReleaseError('response-too-large', { what: `${path} has more than ${mostPages} pages.` });
}
