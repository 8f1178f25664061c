import { expect, test } from '@jest/globals';
import { createLogEntries } from '../../../src/gcp/logs/log-entries.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest, type Rest } from '../../../src/http/rest.ts';
import { createClock } from '../../../src/runner/clock.ts';
import type { Log } from '../../../src/steps/ports/log.ts';

const asked = { filter: 'x', fields: 'entries(insertId)', most: 3, deadlineMs: 200 };

test('a login that hangs takes no longer than the deadline', async () => {
  const rest = createRest({
    ...{ endpoints: endpoints({}), clock: createClock(), userAgent: 'test', redact: (text: string) => text },
    log: { debug: () => {} } as unknown as Log,
    accessToken: (signal) =>
      new Promise((_, reject) => {
        if (signal?.aborted) reject(signal.reason);
        signal?.addEventListener('abort', () => reject(signal.reason));
      }),
  });
  const started = performance.now();
  await expect(createLogEntries(rest).newest('p', asked)).rejects.toThrow();
  expect(performance.now() - started).toBeLessThan(30_000);
});

test.each([
  [{ entries: [] }, false],
  [{ nextPageToken: '' }, false],
  [{ entries: [], nextPageToken: 'x' }, true],
])('says whether there is more: %j', async (body, more) => {
  const queries: unknown[] = [];
  const rest = {
    call: async ({ query }: { query: object }) => {
      queries.push(query);
      return { status: 200, headers: {}, body };
    },
  } as unknown as Rest;
  expect(await createLogEntries(rest).newest('p', asked)).toEqual({ entries: [], more });
  expect(queries).toEqual([{ fields: 'nextPageToken,entries(insertId)' }]);
});
