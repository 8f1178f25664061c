import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { readingList } from '../../../src/gcp/exposure/reading.ts';
import type { Rest, RestCall } from '../../../src/http/rest.ts';

/** A server with endless pages, each of which takes a while. */
function pages(takesMs: number) {
  const deadlines: number[] = [];
  const call = async ({ deadlineMs = 0 }: RestCall) => {
    deadlines.push(deadlineMs);
    await setTimeout(takesMs);
    return { status: 200, headers: {}, body: { items: [1], nextPageToken: 'more' } };
  };
  return { rest: { call } as unknown as Rest, deadlines };
}

test('all pages of a list share one deadline', async () => {
  const { rest, deadlines } = pages(15);
  const list = { api: 'monitoring', method: 'GET', path: 'v3/projects/p/alerts', deadlineMs: 40 } as const;
  const read = await readingList(rest, list, 'monitoring.alerts.list', () => [1]);
  expect(read).toMatchObject({
    ok: false,
    cause: 'failed',
    detail: expect.stringMatching(/not read in time/),
  });
  expect(deadlines.length).toBeLessThanOrEqual(4);
  expect(deadlines).toEqual(deadlines.toSorted((one, other) => other - one));
});
