import { ReleaseError } from '../../domain/errors/errors.ts';
import { faultOf } from '../../domain/evidence/answers.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliSource, SliTotals } from '../../steps/ports/sli.ts';
import { CallBudget } from '../quota/call-budget.ts';
import { requirePace } from '../quota/patient-read.ts';
import { QuotaSpent } from '../quota/quota-spent.ts';
import { Tally } from '../tally.ts';
import { createEntriesApi, type EntriesOptions } from './entries-api.ts';
import { bookEntry } from './entry-book.ts';
import { keyOf, readEntry } from './log-entry.ts';
import { type LogAccess, LogReader } from './log-reader.ts';

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

  return {
    name: 'logs',
    open: (query) => new LogReader(query, { ...options, ...api, budget }),
    async ready(query, signal) {
      const { clock, log } = options;
      const filter = api.filterOf(query.service, [`timestamp>="${iso(clock.now() - 1000)}"`]);
      await requirePace({ clock, log, budget, signal }, () => api.page(filter, undefined, again, signal));
    },
    async held(query, from, to, signal) {
      const revisions = query.revisions.map((name) => `"${name}"`).join(' OR ');
      const filter = api.filterOf(query.service, [
        `resource.labels.revision_name=(${revisions})`,
        `timestamp>="${iso(from)}"`,
        `timestamp<"${iso(to)}"`,
      ]);
      if (!again()) throw new ReleaseError('quota-spent', { what: 'The reads of this minute are used up.' });
      const page = await api.page(filter, undefined, again, signal);
      // A refused request reached no container, so no metric counts it.
      return page.entries.filter((raw) => readEntry(raw, new Set())?.excluded !== 'refused').length;
    },
    async total(query, from, to, signal) {
      const tally = new Tally();
      const filter = api.filterOf(query.service, [`timestamp>="${iso(from)}"`, `timestamp<"${iso(to)}"`]);
      const noTags = new Set<string>();
      const seen = new Set<string>();
      let token: string | undefined;
      let pages = 0;
      let client = 0;
      const totals: SliTotals = {};
      do {
        if (++pages > (options.pagesPerPoll ?? 4) || !again())
          throw new ReleaseError('response-too-large', {
            what: 'There are too many log entries to count them all.',
            fix: 'Set source: metrics, which counts any number of requests.',
          });
        // It does not wait for a quota: the caller may be a watch, which has little time.
        const answer = await api.page(filter, token, again, signal).catch((error: unknown) => {
          if (error instanceof QuotaSpent) budget.refused();
          throw error;
        });
        budget.answered();
        for (const raw of answer.entries) {
          const entry = readEntry(raw, noTags);
          if (!entry || entry.excluded || query.except?.includes(entry.revision)) continue;
          if (entry.timestamp < from || entry.timestamp >= to || seen.has(keyOf(entry))) continue;
          seen.add(keyOf(entry));
          bookEntry(tally, query.objectives, entry, 0);
          if (faultOf(entry.status) === 'client') client++;
        }
        token = answer.next;
      } while (token);
      for (const { objective, total, bad } of tally.counts) {
        const known = totals[objective];
        totals[objective] = { total: total + (known?.total ?? 0), bad: bad + (known?.bad ?? 0), client };
      }
      return totals;
    },
  };
}

const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
