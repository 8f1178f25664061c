import { describe, expect, test } from '@jest/globals';
import type { SliCount } from '../../../src/steps/ports/sli.ts';
import { entry, iso, reader, type Seen, start } from '../../support/log-reader.ts';

const log = (name: string) => `projects/p/logs/run.googleapis.com%2F${name}`;
const trace = (number: number) => `projects/p/traces/${number.toString(16).padStart(32, '0')}`;
const objectives = [
  { id: 'availability', kind: 'availability' },
  { id: 'quality', kind: 'log_field', logField: { field: 'jsonPayload.ocr.confidence', below: 0.6 } },
] as const;

/** The entry of a request, and that of the code about its answer. */
const request = (number: number, seen: Seen = {}) => ({
  ...entry(seen),
  logName: log('requests'),
  trace: trace(number),
});
const own = (number: number, confidence: unknown, more: object = {}) => ({
  insertId: `own-${number}-${Math.random()}`,
  timestamp: iso(start + 5000),
  receiveTimestamp: iso(start + 6000),
  logName: log('stdout'),
  resource: { labels: { revision_name: 'new' } },
  trace: trace(number),
  jsonPayload: { ocr: { confidence }, message: 'An image was read.' },
  ...more,
});

const quality = (counts: readonly SliCount[]) =>
  counts
    .filter(({ objective }) => objective === 'quality')
    .map(({ revision, total, bad, span }) => [revision, total, bad, span]);

/** Polls twice: at once, and when every entry should have arrived. */
async function read(pages: object[][], wait = 40_000) {
  const { open, clock, filters, calls } = reader(
    (_, n) => ({ body: { entries: pages[n] ?? [] } }),
    {},
    { objectives },
  );
  const first = await open.poll([start]);
  await clock.sleep(wait);
  const second = await open.poll([start]);
  return { first, second, filters, calls };
}

describe('what the code logs about its answers', () => {
  test('counts by revision, in either order, and only once', async () => {
    const entries = [
      own(1, 0.9),
      request(1),
      request(2),
      own(2, 0.3),
      own(2, 0.3),
      request(3, { revision: 'old' }),
      own(3, 0.8, { resource: { labels: { revision_name: 'old' } } }),
    ];
    const { first, second } = await read([entries, entries]);
    expect(quality(first.counts)).toEqual([
      ['new', 2, 1, 0],
      ['old', 1, 0, 0],
    ]);
    expect(quality(second.counts)).toEqual([]);
    expect(second.notes).toEqual([]);
  });

  test('of two entries about one answer, the bad one counts', async () => {
    const { first } = await read([[own(1, 0.9), own(1, 0.2), request(1)]]);
    expect(quality(first.counts)).toEqual([['new', 1, 1, 0]]);
  });

  test('a bad entry counts too if it comes behind a good one and the request, as the start of a request comes first', async () => {
    const { first } = await read([[request(1), own(1, 0.9), own(1, 0.2), own(1, 0.8)]]);
    expect(quality(first.counts)).toEqual([['new', 1, 1, 0]]);
    // What was handed out stays.
    const { first: before, second } = await read([[request(1), own(1, 0.9)], [own(1, 0.2)]]);
    expect([...quality(before.counts), ...quality(second.counts)]).toEqual([['new', 1, 0, 0]]);
  });

  test('asks for both logs, and for nothing more if no objective needs it', async () => {
    const { filters, calls } = await read([[]]);
    expect(filters()[0]).toContain('jsonPayload.ocr.confidence:*');
    expect(filters()[0]).toContain('run.googleapis.com%2Frequests');
    expect((calls[0] as unknown as { query: { fields: string } }).query.fields).toContain('jsonPayload');
    const plain = reader(() => ({ body: {} }));
    await plain.open.poll([start]);
    expect(plain.filters()[0]).not.toContain('stdout');
    expect((plain.calls[0] as unknown as { query: { fields: string } }).query.fields).not.toContain(
      'jsonPayload',
    );
  });

  test.each<[string, object[]]>([
    ['a test request of these actions', [own(1, 0.1), request(1, { agent: 'backstay-release/1 (abc)' })]],
    ['a request to a tag', [own(1, 0.1), request(1, { url: 'https://bs-c---ocr-abc.a.run.app/x' })]],
    ['a request that failed', [own(1, 0.1), request(1, { status: 500 })]],
    ['an entry without a request', [own(1, 0.1)]],
    ['another revision', [own(1, 0.1), request(1, { revision: 'older' })]],
  ])('does not count: %s', async (_, entries) => {
    const { first, second } = await read([entries]);
    expect([...quality(first.counts), ...quality(second.counts)]).toEqual([]);
  });

  test('an entry without a trace is one entry, however often it is read', async () => {
    const entries = [own(1, 0.9, { trace: undefined })];
    const { second } = await read([entries, entries]);
    expect(second.notes.join()).toContain('1 entries of the code have no trace');
  });

  test('a late entry is still counted', async () => {
    const { first, second } = await read([[request(1)], [own(1, 0.4)]]);
    expect(quality(first.counts)).toEqual([]);
    expect(quality(second.counts)).toEqual([['new', 1, 1, 0]]);
  });
});

describe('what is never healthy evidence, and is said by name', () => {
  const requests = (count: number) => Array.from({ length: count }, (_, index) => request(index));
  const entries = (count: number, confidence: unknown, more: object = {}) =>
    Array.from({ length: count }, (_, index) => own(index, confidence, more));

  test.each<[string, object[], string]>([
    [
      'an exclusion drops all entries',
      requests(20),
      'of 20 answered requests of new, 20 have no entry with it',
    ],
    [
      'the code logs only a sample',
      [...requests(20), ...entries(10, 0.9)],
      '10 have no entry with it. That is more than a tenth',
    ],
    [
      'the field is a text now',
      [...requests(20), ...entries(20, '0.9')],
      'in 20 it has another type than the objective expects',
    ],
    [
      'the field has another name now',
      [...requests(20), ...entries(20, 0.9, { jsonPayload: { ocr: { sure: 0.9 } } })],
      '20 have no entry with it',
    ],
    [
      'the entries have no trace',
      [...requests(20), ...entries(20, 0.9, { trace: undefined })],
      '20 entries of the code have no trace',
    ],
    [
      'the requests have no trace',
      [...requests(20).map((one) => ({ ...one, trace: undefined })), ...entries(20, 0.9)],
      '20 have no entry with it',
    ],
  ])('%s', async (_, all, note) => {
    const { first, second } = await read([all]);
    expect([...quality(first.counts), ...quality(second.counts)]).toEqual([]);
    expect(second.notes.join('\n')).toContain(note);
  });

  test('a few missing entries are told, and the others count', async () => {
    const { first, second } = await read([[...requests(20), ...entries(19, 0.9)]]);
    expect(quality(first.counts)).toEqual([['new', 19, 0, 0]]);
    expect(second.notes.join('\n')).toContain('1 have no entry with it. These count as nothing.');
  });

  test('the requests themselves go on to count', async () => {
    const { first } = await read([[...requests(5), ...entries(5, 'x')]]);
    expect(first.counts.filter(({ objective }) => objective === 'availability')).toMatchObject([
      { total: 5, bad: 0 },
    ]);
  });
});

test('hostile entries of the code do no harm', async () => {
  const hostile = [
    null,
    { logName: log('stdout') },
    own(1, 0.9, { jsonPayload: 'x' }),
    own(1, 0.9, { jsonPayload: { ocr: null } }),
    own(1, 0.9, { trace: { x: 1 } }),
    { ...own(1, 0.9), jsonPayload: { ocr: { confidence: Number.NaN } } },
  ];
  const { first } = await read([[...hostile, request(9), own(9, 0.9)] as object[]]);
  expect(quality(first.counts)).toEqual([['new', 1, 0, 0]]);
});

test('if more arrives than can be read, a sample holds a request and its entry together', async () => {
  // Each pass has six pages, and a look reads four.
  const { open, clock, filters } = reader(
    ({ body: { pageToken = '0' } }, n) => ({
      body: {
        entries: [request(n)],
        ...(Number(pageToken) < 5 ? { nextPageToken: String(Number(pageToken) + 1) } : {}),
      },
    }),
    {},
    { objectives },
  );
  for (let look = 0; look < 12; look++) {
    await open.poll([start]);
    await clock.sleep(20_000);
  }
  expect(filters().some((filter) => filter.includes('sample(trace, '))).toBe(true);
  expect(filters().join()).not.toContain('sample(insertId');
});
