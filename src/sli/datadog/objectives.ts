import { idOf, kinds, ownTags, partOf } from '../../domain/alerting/datadog/resources.ts';
import { decided } from '../../domain/alerting/decided.ts';
import type { Change, Live, Managed } from '../../domain/alerting/managed.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf, textsOf } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { type HttpResponse, TransportError } from '../../http/send.ts';
import type { SloStore } from '../../steps/slo/ports.ts';
import { firstWarning } from '../warnings.ts';
import { answeredBy, type DatadogClient, exchange, renewalMs, saidBy } from './exchange.ts';
import type { DatadogLogin } from './login.ts';

const paths: Readonly<Record<string, string>> = {
  [kinds.objective]: '/api/v1/slo',
  [kinds.monitor]: '/api/v1/monitor',
};
const pageSize = 500;
const mostPages = 20;
const mostTries = 3;
/** A limit that is renewed later than this ends the run. */
const mostWaitMs = 60_000;

/** What Datadog replaces whole on a change and we do not decide. */
const kept: Readonly<Record<string, readonly string[]>> = {
  [kinds.objective]: ['groups', 'monitor_ids'],
  [kinds.monitor]: ['restricted_roles'],
};

/** Keeps SLOs and monitors in Datadog. Everything is known by its tags; Datadog gives ids of its own. */
export function createDatadogObjectives(
  { client, login }: { client: DatadogClient; login: DatadogLogin },
  slo: string,
): SloStore {
  /** What is there, by kind and name, and the ids of the SLOs by objective. */
  const raw = new Map<string, JsonObject>();
  const ids = new Map<string, string>();
  const keyOf = ({ kind, name }: Pick<Managed, 'kind' | 'name'>) => `${kind} ${name}`;

  async function send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    signal: AbortSignal,
    body?: JsonObject,
  ): Promise<Json> {
    for (let tries = 1; ; tries++) {
      let answer: HttpResponse;
      try {
        answer = await exchange(client, path, { method, body, signal }, await login.headers(signal));
      } catch (error) {
        // A write whose answer was lost may have happened. The next run finds out.
        if (method !== 'GET' || !(error instanceof TransportError) || error.permanent || tries >= mostTries)
          throw error;
        await client.clock.sleep(500 * 2 ** tries, signal);
        continue;
      }
      if (answer.status === 200) return jsonOf(answer);
      if (method === 'DELETE' && answer.status === 404) return null;
      if (answer.status === 401 && tries === 1 && login.renew()) continue;
      if (answer.status === 401 || answer.status === 403)
        throw new ReleaseError('permission-denied', {
          what: `Datadog refused ${method} ${path.replace(/\?.*/, '')} (${answer.status}${saidBy(answer)}).`,
          why: 'The keys are wrong, belong to another site, or the application key lacks a scope.',
          fix: 'Compare datadog_site with the address of your Datadog, and give the application key the scopes slos_read, slos_write, monitors_read and monitors_write.',
        });
      const isSpent = answer.status === 429;
      const waitMs = isSpent ? renewalMs(answer.headers) : 500 * 2 ** tries;
      const again = isSpent ? waitMs <= mostWaitMs : method === 'GET' && answer.status >= 500;
      if (!again || tries >= mostTries) throw answeredBy(client, answer);
      await client.clock.sleep(waitMs, signal);
    }
  }

  /**
   * Every page. A list that does not end, or not all of one, is an error, because it hides what is there. A list that moves between two
   * pages has things twice.
   */
  async function everyPage(pathOf: (page: number) => string, signal: AbortSignal): Promise<JsonObject[]> {
    const items = new Map<string, JsonObject>();
    for (let page = 0; page < mostPages; page++) {
      const some = itemsOf(await send('GET', pathOf(page), signal));
      for (const one of some) items.set(String(one.id), one);
      if (some.length < pageSize) return [...items.values()];
    }
    throw new ReleaseError('response-too-large', {
      what: `Datadog has more than ${mostPages * pageSize} SLOs or monitors with the tags of this SLO.`,
    });
  }

  const isOwn = ({ tags }: JsonObject) => ownTags(slo).every((tag) => textsOf(tags).includes(tag));

  /** The body as our file writes it: the ids of our SLOs by name, and only our own tags. */
  function asWritten(one: JsonObject, own: JsonObject | undefined): JsonObject {
    const tags = textsOf(one.tags);
    const query = typeof one.query === 'string' ? withNames(one.query) : one.query;
    const wanted = own ?? {};
    const mine = textsOf(wanted.tags).filter((tag) => tags.includes(tag));
    return objectOf(decided(wanted, { ...one, query, tags: mine }));
  }
  const withNames = (text: string) =>
    [...ids].reduce((query, [objective, id]) => query.replaceAll(`"${id}"`, `"${idOf(objective)}"`), text);
  const withIds = (value: Json | undefined): Json | undefined =>
    typeof value === 'string'
      ? [...ids].reduce(
          (query, [objective, id]) => query.replaceAll(`"${idOf(objective)}"`, `"${id}"`),
          value,
        )
      : value;

  return {
    async read(wanted, signal) {
      raw.clear();
      ids.clear();
      const tags = encodeURIComponent(ownTags(slo).join(','));
      const tag = encodeURIComponent(ownTags(slo).at(-1) ?? '');
      const [objectives, monitors] = await Promise.all([
        everyPage(
          (page) => `${paths[kinds.objective]}?tags_query=${tag}&limit=${pageSize}&offset=${page * pageSize}`,
          signal,
        ),
        everyPage(
          (page) => `${paths[kinds.monitor]}?monitor_tags=${tags}&page=${page}&page_size=${pageSize}`,
          signal,
        ),
      ]);
      const found = (kind: string, all: readonly JsonObject[]) =>
        all.filter(isOwn).flatMap((one) => {
          const part = partOf(textsOf(one.tags));
          if (part === undefined) return [];
          // A second one of the same name is left from a run whose answer was lost, or is a copy.
          const name = raw.has(keyOf({ kind, name: part })) ? `${part} (${String(one.id)})` : part;
          raw.set(keyOf({ kind, name }), one);
          return [{ kind, name, one }];
        });
      const slos = found(kinds.objective, objectives);
      for (const { name, one } of slos) ids.set(name, String(one.id));
      // Monitors first: Datadog deletes no SLO that a monitor needs.
      return [...found(kinds.monitor, monitors), ...slos].map(({ kind, name, one }): Live => {
        const own = wanted.find((other) => other.kind === kind && other.name === name);
        return { kind, name, body: asWritten(one, own?.body), ours: true };
      });
    },
    async write(change: Change, wanted, signal) {
      const path = paths[change.kind] ?? '';
      const there = raw.get(keyOf(change)) ?? {};
      if (!wanted) {
        await send('DELETE', `${path}/${encodeURIComponent(String(there.id))}`, signal);
        return;
      }
      const body: JsonObject = { ...wanted.body, query: withIds(wanted.body.query) };
      if (change.does === 'create') {
        const made = await send('POST', path, signal, body);
        const { id } = objectOf(listOf(objectOf(made).data)[0]);
        if (change.kind === kinds.objective && id !== undefined) ids.set(change.name, String(id));
        return;
      }
      const others = textsOf(there.tags).filter((tag) => !textsOf(body.tags).includes(tag));
      const beside = (kept[change.kind] ?? []).flatMap((field) =>
        there[field] === undefined || there[field] === null ? [] : [[field, there[field]] as const],
      );
      const options = isObject(body.options) ? { ...objectOf(there.options), ...body.options } : undefined;
      await send('PUT', `${path}/${encodeURIComponent(String(there.id))}`, signal, {
        ...Object.fromEntries(beside),
        ...body,
        tags: [...textsOf(body.tags), ...others],
        ...(options ? { options } : {}),
      });
    },
  };
}

/** Monitors are a list, SLOs one in an object, with errors beside it. */
function itemsOf(body: Json): JsonObject[] {
  const { data, errors } = objectOf(body);
  const said = firstWarning(errors);
  if (said !== undefined)
    throw new ReleaseError('remote-error', { what: `Datadog listed only a part: ${said}.` });
  const list = Array.isArray(body) ? body : data === null ? [] : data;
  if (!Array.isArray(list) || !list.every((one) => isObject(one) && one.id !== undefined))
    throw new ReleaseError('response-malformed', {
      what: 'Datadog answered without a list of SLOs or monitors.',
    });
  return list.map(objectOf);
}

function jsonOf({ body }: HttpResponse): Json {
  try {
    return JSON.parse(body.toString('utf8')) as Json;
  } catch (cause) {
    throw new ReleaseError('response-malformed', { what: 'Datadog answered without JSON.', cause });
  }
}
