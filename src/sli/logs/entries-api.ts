import type { Json, JsonObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest } from '../../http/rest.ts';
import { mayRetry } from '../../http/retry.ts';
import { TransportError } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import { isQuotaError, QuotaSpent } from '../quota/quota-spent.ts';
import { explainRefusal } from '../refusal.ts';

export interface EntriesOptions {
  rest: Rest;
  clock: Clock;
  projectId: string;
  member?: (() => string | undefined) | undefined;
  region: string;
  /** Entries a page. Default 1000. */
  pageSize?: number;
}

export interface LogPage {
  entries: Json[];
  /** Token of the next page; undefined after the last one. */
  next: string | undefined;
}

export interface EntriesApi {
  /**
   * Reads one page. Throws `CountsRefused`, `QuotaSpent`, or the error of the last attempt.
   * @param again takes another call of the minute's budget for a second attempt; false if none is left
   * @param own what the filter asks for besides, so that the entries of the code come with their payload
   */
  page(
    filter: string,
    token: string | undefined,
    again: () => boolean,
    signal?: AbortSignal,
    own?: readonly string[],
  ): Promise<LogPage>;
  /**
   * The filter for this service's request log and the given conditions.
   * @param own conditions of the code's own entries, of which any is enough, to get these too
   */
  filterOf(service: string, conditions: readonly string[], own?: readonly string[]): string;
}

/** Asks only for the fields that are judged. */
const fields =
  'nextPageToken,entries(insertId,timestamp,receiveTimestamp,textPayload,resource/labels/revision_name,' +
  'httpRequest(status,latency,userAgent,requestMethod,requestUrl))';

/** With the entries of the code, which are found by their payload and told apart by the name of their log. */
const ownFields = fields.replace('textPayload,', 'textPayload,logName,trace,jsonPayload,');
/** Entries of a page with payloads, which may hold whole texts. */
const ownPageSize = 400;

/** Attempts for one page. More are not needed, because the next poll follows within seconds. */
const mostTries = 3;
const isTransient = (error: unknown) =>
  (error instanceof RemoteError && mayRetry('read', { status: error.status })) ||
  (error instanceof TransportError && mayRetry('read', { transport: error }));

const quotaOf = (projectId: string, cause: unknown) =>
  new QuotaSpent(`log reads of project ${projectId}`, {
    why: 'Cloud Logging allows 60 reads a minute for a whole project, and other releases or tools use them.',
    fix: 'Release fewer functions of this project at a time, set source: metrics, or ask Google for a higher quota of read requests.',
    cause,
  });

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list */
export function createEntriesApi(options: EntriesOptions): EntriesApi {
  const { rest, clock, projectId, member, region } = options;

  const ask = (filter: string, token: string | undefined, own: boolean, signal?: AbortSignal) =>
    rest.call<JsonObject>({
      api: 'logging',
      method: 'POST',
      path: 'v2/entries:list',
      query: { fields: own ? ownFields : fields },
      body: {
        resourceNames: [`projects/${projectId}`],
        filter,
        orderBy: 'timestamp asc',
        pageSize: options.pageSize ?? (own ? ownPageSize : 1000),
        ...(token ? { pageToken: token } : {}),
      },
      // `page` retries by itself, because every attempt takes a call of the minute's budget.
      retry: 'never',
      deadlineMs: 10_000,
      attemptMs: 10_000,
      signal,
    });

  return {
    filterOf: (service, conditions, own = []) => {
      const requests = `logName="projects/${projectId}/logs/run.googleapis.com%2Frequests"`;
      const written = ['stdout', 'stderr']
        .map((name) => `"projects/${projectId}/logs/run.googleapis.com%2F${name}"`)
        .join(' OR ');
      return [
        'resource.type="cloud_run_revision"',
        own.length === 0 ? requests : `(${requests} OR (logName=(${written}) AND (${own.join(' OR ')})))`,
        `resource.labels.location="${region}"`,
        `resource.labels.service_name="${service}"`,
        ...conditions,
      ].join(' AND ');
    },
    async page(filter, token, again, signal, own = []) {
      let answer: Awaited<ReturnType<typeof ask>> | undefined;
      for (let tries = 1; answer === undefined; tries++)
        try {
          answer = await ask(filter, token, own.length > 0, signal);
        } catch (error) {
          // Another attempt would only use up more of the quota, so the caller decides when to come back.
          if (!signal?.aborted && isQuotaError(error)) throw quotaOf(projectId, error);
          if (signal?.aborted || tries >= mostTries || !isTransient(error) || !again())
            throw explainRefusal(error, {
              counts: 'request logs',
              projectId,
              member,
              role: 'roles/logging.viewer',
              service: 'logging.googleapis.com',
            });
          await clock.sleep(250 * 2 ** tries, signal);
        }
      const { body } = answer;
      const entries = body.entries ?? [];
      if (!Array.isArray(entries))
        throw new ReleaseError('response-malformed', {
          what: 'The answer of entries:list has no list of entries.',
        });
      return {
        entries,
        next: typeof body.nextPageToken === 'string' && body.nextPageToken ? body.nextPageToken : undefined,
      };
    },
  };
}
