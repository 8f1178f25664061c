import { messageOf } from '../../domain/errors/errors.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import { QuotaSpent } from '../quota/quota-spent.ts';
import { type FallbackOptions, FallbackReader, type FirstLook } from './reader.ts';

/**
 * Reads the first source, and changes to the second one if the first cannot be read or shows no request. Logs come
 * first because they are exact and arrive within seconds. Metrics come second, for projects that do not let this job
 * read logs, whose exclusions keep request logs out of Cloud Logging, or whose quota of log reads is used up.
 */
export function createFallback(options: FallbackOptions): SliSource {
  const look: FirstLook = { begin: undefined };
  return {
    name: `${options.first.name} or ${options.second.name}`,
    open: (query) => new FallbackReader(query, options, look),
    async ready(query, signal) {
      const { first, second, log } = options;
      // From then on the whole release counts by the second source.
      if (look.begin !== undefined) return second.ready?.(query, signal);
      try {
        await first.ready?.(query, signal);
      } catch (error) {
        if (signal?.aborted) throw error;
        const why = messageOf(error);
        if (!(error instanceof QuotaSpent))
          return log.warning(`The watch may have to count by ${second.name}, which are later: ${why}`);
        // Both have a quota of their own. If the second one cannot be read either, the release ends here.
        await second.ready?.(query, signal);
        look.begin = `Counted by ${second.name}, which arrive minutes later than ${first.name}: ${why}`;
        log.warning(
          `The watch counts by ${second.name}, which arrive minutes later than ${first.name}: ${why}`,
        );
      }
    },
    ...(options.second.fieldTotal ? { fieldTotal: options.second.fieldTotal } : {}),
    // A total asks the second source first, because it may cover weeks, and metrics answer that in one call.
    async total(query, from, to, signal) {
      try {
        const totals = await options.second.total(query, from, to, signal);
        if (Object.values(totals).some((total) => total !== undefined)) return totals;
      } catch (error) {
        if (signal?.aborted) throw error;
        options.log.debug(`${options.second.name}: ${messageOf(error)}`);
      }
      return options.first.total(query, from, to, signal);
    },
  };
}
