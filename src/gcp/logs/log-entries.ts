import type { JsonObject } from '../../domain/data/json.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Rest } from '../../http/rest.ts';
import type { LogEntries } from '../../steps/ports/log-entries.ts';

/** An answer above this is refused: nobody reads so much of a log in a summary. */
const mostBytes = 2 * 1024 * 1024;

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list (needs logging.logEntries.list) */
export function createLogEntries(rest: Rest): LogEntries {
  return {
    newest: async (project, { filter, fields, most, deadlineMs }, signal) => {
      const { body } = await rest.call<JsonObject>({
        api: 'logging',
        method: 'POST',
        path: 'v2/entries:list',
        query: { fields: `nextPageToken,${fields}` },
        body: { resourceNames: [`projects/${project}`], filter, orderBy: 'timestamp desc', pageSize: most },
        // The quota of 60 calls a minute belongs to the whole project, and other releases need it more.
        retry: 'never',
        deadlineMs,
        attemptMs: deadlineMs,
        maxBytes: mostBytes,
        // The deadline of the call does not hold for the login before it.
        signal: AbortSignal.any([
          ...(signal ? [signal] : []),
          AbortSignal.timeout(Math.ceil(deadlineMs) + 50),
        ]),
      });
      const entries = body.entries ?? [];
      if (!Array.isArray(entries))
        throw new ReleaseError('response-malformed', {
          what: 'The answer of entries:list has no list of entries.',
        });
      return { entries, more: typeof body.nextPageToken === 'string' && body.nextPageToken !== '' };
    },
  };
}
