import type { JsonObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { mayRetry, RemoteError, type Rest } from '../../http/rest.ts';
import { TransportError } from '../../http/send.ts';
import type { Clock } from '../../steps/ports/clock.ts';
import type { SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { Tally } from '../tally.ts';
import { CallBudget } from './call-budget.ts';
import { readEntry } from './log-entry.ts';
import { bookEntry, type LogPage, LogReader } from './log-reader.ts';

export interface LoggingOptions {
  rest: Rest;
  clock: Clock;
  projectId: string;
  region: string;
  /** Reads a minute; Google allows 60 for a whole project. Default 20. */
  callsPerMinute?: number;
  pageSize?: number;
  /** Pages in one poll; what is left is read by the next one. Default 4. */
  pagesPerPoll?: number;
  /** Longest time that a request may take: late entries are looked for twice as far back. Default 60 s. */
  requestTimeoutMs?: number;
}

/** Only what is judged travels. */
const fields =
  'nextPageToken,entries(insertId,timestamp,receiveTimestamp,textPayload,resource/labels/revision_name,' +
  'httpRequest(status,latency,userAgent,requestMethod,requestUrl))';

/** Attempts at one page; the next look is soon. */
const mostTries = 3;
const passing = (error: unknown) =>
  (error instanceof RemoteError && mayRetry('read', { status: error.status })) ||
  (error instanceof TransportError && mayRetry('read', { transport: error }));

/**
 * Cloud Run's request logs: exact counts within seconds, 429 for want of an instance included. Each pass asks for
 * what arrived since the last one, with an overlap; entries are known by insertId and timestamp, and booked when
 * first seen, however old their own timestamp is. Where entries come faster than the quota lets us read, a fixed
 * sample by insertId is judged instead: good and bad ones alike.
 * https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list
 */
export function createLogging(options: LoggingOptions): SliSource {
  const budget = new CallBudget(options.clock, options.callsPerMinute ?? 20);
  const filterOf = (service: string, parts: readonly string[]) =>
    [
      'resource.type="cloud_run_revision"',
      `logName="projects/${options.projectId}/logs/run.googleapis.com%2Frequests"`,
      `resource.labels.location="${options.region}"`,
      `resource.labels.service_name="${service}"`,
      ...parts,
    ].join(' AND ');

  const ask = (filter: string, token: string | undefined, signal?: AbortSignal) =>
    options.rest.call<JsonObject>({
      api: 'logging',
      method: 'POST',
      path: 'v2/entries:list',
      query: { fields },
      body: {
        resourceNames: [`projects/${options.projectId}`],
        filter,
        orderBy: 'timestamp asc',
        pageSize: options.pageSize ?? 1000,
        ...(token ? { pageToken: token } : {}),
      },
      // Tried again here, since each attempt is a call of the minute's budget.
      retry: 'never',
      deadlineMs: 10_000,
      attemptMs: 10_000,
      signal,
    });

  async function page(
    filter: string,
    token: string | undefined,
    again: () => boolean,
    signal?: AbortSignal,
  ): Promise<LogPage> {
    let answer: Awaited<ReturnType<typeof ask>> | undefined;
    for (let tries = 1; answer === undefined; tries++)
      try {
        answer = await ask(filter, token, signal);
      } catch (error) {
        if (signal?.aborted || tries >= mostTries || !passing(error) || !again()) throw error;
        await options.clock.sleep(250 * 2 ** tries, signal);
      }
    const { body } = answer;
    const entries = body.entries ?? [];
    if (!Array.isArray(entries))
      throw new ReleaseError('response-malformed', {
        what: 'entries:list answered without a list of entries.',
      });
    return {
      entries,
      next: typeof body.nextPageToken === 'string' && body.nextPageToken ? body.nextPageToken : undefined,
    };
  }

  return {
    name: 'logs',
    open: (query) => new LogReader(query, { ...options, take: () => budget.take(), page, filterOf }),
    async total(query, from, to, signal) {
      const tally = new Tally();
      const filter = filterOf(query.service, [`timestamp>="${iso(from)}"`, `timestamp<"${iso(to)}"`]);
      const hosts = new Set<string>();
      let token: string | undefined;
      let pages = 0;
      const totals: SliTotals = {};
      do {
        if (++pages > (options.pagesPerPoll ?? 4) || !budget.take())
          throw new ReleaseError('response-too-large', {
            what: 'There are too many log entries to count them all; metrics can.',
          });
        const answer = await page(filter, token, () => budget.take(), signal);
        for (const raw of answer.entries) {
          const entry = readEntry(raw, hosts);
          if (entry && !entry.excluded) bookEntry(tally, query.objectives, entry, 0);
        }
        token = answer.next;
      } while (token);
      for (const { objective, total, bad } of tally.counts) {
        const known = totals[objective];
        totals[objective] = { total: total + (known?.total ?? 0), bad: bad + (known?.bad ?? 0) };
      }
      return totals;
    },
  };
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
