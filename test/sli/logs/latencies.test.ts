import { expect, test } from '@jest/globals';
import { stepOf } from '../../../src/domain/watch/latency.ts';
import { EntryBook } from '../../../src/sli/logs/entry-book.ts';

/** How long requests took, as the log says it, for the pictures of a watch. */

const entry = (id: string, latency: string | undefined, more: object = {}) => ({
  insertId: id,
  timestamp: '2026-11-22T10:00:01Z',
  receiveTimestamp: '2026-11-22T10:00:02Z',
  resource: { labels: { revision_name: 'new' } },
  httpRequest: { status: 200, ...(latency === undefined ? {} : { latency }), ...more },
});

test('each request is handed out once, by revision and stretch; own requests and those without a latency are left out', () => {
  const now = Date.parse('2026-11-22T10:00:10Z');
  const marks = [Date.parse('2026-11-22T10:00:00Z')];
  const query = { service: 'ocr', revisions: ['new', 'old'], objectives: [], since: marks[0] ?? 0 };
  const book = new EntryBook(query);
  const entries = [
    entry('a', '0.120s'),
    entry('a', '0.120s'),
    entry('b', '0.121s'),
    entry('c', '4.5s'),
    entry('d', undefined),
    entry('e', '9s', { userAgent: 'backstay/0.1.0 (release)' }),
  ];
  for (const raw of entries) book.book(raw, marks, now);
  expect(book.take(now).latencies).toEqual([
    {
      revision: 'new',
      span: 0,
      steps: [
        [stepOf(120), 2],
        [stepOf(4500), 1],
      ],
    },
  ]);
  expect(book.take(now).latencies).toEqual([]);
});
