import { messageOf } from '../../domain/errors/errors.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import { type FallbackOptions, FallbackReader } from './reader.ts';

/**
 * Reads the first source, and changes to the second one if the first cannot be read or shows no request. Logs come
 * first because they are exact and arrive within seconds. Metrics come second, for projects that do not let this job
 * read logs, or whose exclusions keep request logs out of Cloud Logging.
 */
export function createFallback(options: FallbackOptions): SliSource {
  return {
    name: `${options.first.name} or ${options.second.name}`,
    open: (query) => new FallbackReader(query, options),
    async ready(query, signal) {
      const { first, second, log } = options;
      try {
        await first.ready?.(query, signal);
      } catch (error) {
        if (signal?.aborted) throw error;
        log.warning(`The watch may have to count by ${second.name}, which are later: ${messageOf(error)}`);
      }
    },
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
