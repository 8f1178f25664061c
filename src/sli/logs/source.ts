import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { Tally } from '../tally.ts';
import { CallBudget } from './call-budget.ts';
import { createEntriesApi, type EntriesOptions } from './entries-api.ts';
import { bookEntry } from './entry-book.ts';
import { readEntry } from './log-entry.ts';
import { type LogAccess, LogReader } from './log-reader.ts';
import { QuotaSpent } from './quota-spent.ts';

export interface LoggingOptions extends EntriesOptions, Pick<LogAccess, 'pagesPerPoll' | 'requestTimeoutMs'> {
  log?: Log | undefined;
  /** Number from 0 to 1, for the pauses after a refusal. Tests fix it. */
  random?: () => number;
  /** Reads a minute; Google allows 60 for a whole project. Default 20. */
  callsPerMinute?: number;
}

/**
 * Counts requests from Cloud Run's request log. The counts are exact, arrive within seconds and include 429 answers that no instance gave.
 * Each pass asks for what arrived since the last one, with an overlap. An entry is identified by insertId and
 * timestamp and is booked when it is first seen, however old its own timestamp is. If entries come faster than the
 * quota lets us read, a fixed sample by insertId is judged instead, which treats good and bad requests alike.
 */
export function createLogging(options: LoggingOptions): SliSource {
  const budget = new CallBudget(options.clock, options.callsPerMinute ?? 20, options.random);
  const api = createEntriesApi(options);
  const again = () => budget.take('page');

  /** Reads a page and, while the quota of the project is used up, waits for it. Throws `QuotaSpent` after two minutes. */
  async function patientPage(filter: string, token: string | undefined, signal?: AbortSignal) {
    const { clock } = options;
    const until = clock.now() + quotaWaitMs;
    let told = false;
    for (;;)
      try {
        const page = await api.page(filter, token, again, signal);
        budget.answered();
        return page;
      } catch (error) {
        if (!(error instanceof QuotaSpent)) throw error;
        budget.refused();
        if (clock.now() + budget.waitMs >= until) throw error;
        if (!told) options.log?.line(`  Waiting: ${error.what} (gives up after ${quotaWaitMs / 1000} s)`);
        told = true;
        await clock.sleep(budget.waitMs, signal);
        again();
      }
  }

  return {
    name: 'logs',
    open: (query) => new LogReader(query, { ...options, ...api, budget }),
    async ready(query, signal) {
      const now = options.clock.now();
      const filter = api.filterOf(query.service, [`timestamp>="${iso(now - 1000)}"`]);
      if (again()) await patientPage(filter, undefined, signal);
    },
    async total(query, from, to, signal) {
      const tally = new Tally();
      const filter = api.filterOf(query.service, [`timestamp>="${iso(from)}"`, `timestamp<"${iso(to)}"`]);
      const noTags = new Set<string>();
      let token: string | undefined;
      let pages = 0;
      const totals: SliTotals = {};
      do {
        if (++pages > (options.pagesPerPoll ?? 4) || !again())
          throw new ReleaseError('response-too-large', {
            what: 'There are too many log entries to count them all.',
            fix: 'Set source: metrics, which counts any number of requests.',
          });
        // Without waiting for a quota: the caller may be a watch, whose time runs.
        const answer = await api.page(filter, token, again, signal).catch((error: unknown) => {
          if (error instanceof QuotaSpent) budget.refused();
          throw error;
        });
        budget.answered();
        for (const raw of answer.entries) {
          const entry = readEntry(raw, noTags);
          if (entry && !entry.excluded && !query.except?.includes(entry.revision))
            bookEntry(tally, query.objectives, entry, 0);
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

/** How long a single read may wait for the quota of the project, in milliseconds. */
const quotaWaitMs = 120_000;

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
