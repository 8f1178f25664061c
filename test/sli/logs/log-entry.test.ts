import { describe, expect, test } from '@jest/globals';
import { availability, entry, reader, start } from '../../support/log-reader.ts';

describe('which entries count', () => {
  test.each([
    ['a good answer', {}, ['new', 1, 0, 0]],
    ['an error', { status: 503 }, ['new', 1, 1, 0]],
    ['no instance was free', { status: 429 }, ['new', 1, 1, 0]],
    ['a bad request by the user', { status: 404 }, ['new', 1, 0, 0]],
    ['a request that the function itself refused', { status: 403 }, ['new', 1, 0, 0]],
    ['429 without a revision', { status: 429, revision: '' }, ['', 1, 1, 0]],
  ] as const)('%s', async (_, seen, expected) => {
    const { open } = reader(() => ({ body: { entries: [entry(seen)] } }));
    expect(availability((await open.poll([start])).counts)).toEqual([expected]);
  });

  test.each([
    ['a request of these actions', { agent: 'backstay-guard/1 (abc)' }],
    ['a request to a tag, by its host name', { url: 'https://bs-c---ocr-abc.a.run.app/x' }],
    ['a request to a tag, by the list of the service', { url: 'http://127.0.0.1:4242/' }],
    ['a caller that the front end refused', { status: 403, text: 'The request was not authenticated.' }],
    ['another revision', { revision: 'older' }],
    ['no status', { status: null }],
    ['a status that is text', { status: '500' }],
    ['a nonsense status', { status: Number.NaN }],
    ['no revision', { revision: '' }],
    ['no id', { id: '' }],
  ])('does not count: %s', async (_, seen) => {
    const { open } = reader(
      () => ({ body: { entries: [entry(seen)] } }),
      {},
      { tagUrls: ['http://127.0.0.1:4242/'] },
    );
    expect((await open.poll([start])).counts).toEqual([]);
  });

  test('latency is judged by its bound, and an unknown latency proves nothing', async () => {
    const entries = ['0.2s', '1.000s', '1.001s', '12s', null, 'soon', 3].map((latency) => entry({ latency }));
    const { counts } = await reader(() => ({ body: { entries } })).open.poll([start]);
    expect(counts).toEqual(
      expect.arrayContaining([{ revision: 'new', objective: 'latency', span: 0, total: 4, bad: 2 }]),
    );
  });

  test('bad requests are grouped by objective and route, without queries', async () => {
    const url = 'https://ocr.run.app/v1/ocr?key=s3cret';
    const entries = [
      entry({ url, status: 500 }),
      entry({ url, status: 500 }),
      entry({ url, status: 500, revision: 'old', method: 'GET' }),
      entry({ url, latency: '3s' }),
      entry({ url }),
      entry({ url, status: 503, at: -5 }),
    ];
    const { failures } = await reader(() => ({ body: { entries } })).open.poll([start]);
    expect(failures).toEqual([
      { revision: 'new', objective: 'availability', what: 'HTTP 500 on POST /v1/ocr', count: 2 },
      { revision: 'old', objective: 'availability', what: 'HTTP 500 on GET /v1/ocr', count: 1 },
      { revision: 'new', objective: 'latency', what: 'slower than 1 s on POST /v1/ocr', count: 1 },
    ]);
  });

  test('a note counts the entries that cannot be judged, and hostile shapes do no harm', async () => {
    const entries = [
      null,
      7,
      'x',
      [],
      {},
      { insertId: 'a' },
      { ...entry(), resource: null },
      { ...entry(), httpRequest: [] },
      { ...entry(), timestamp: 'yesterday' },
    ];
    const { counts, notes } = await reader(() => ({ body: { entries } })).open.poll([start]);
    expect(counts).toEqual([]);
    expect(notes.join()).toContain('9 log entries');
  });

  test('each request belongs to the last change of traffic before it', async () => {
    const entries = [entry({ at: -1 }), entry({ at: 1 }), entry({ at: 10 }), entry({ at: 25 })];
    const { counts } = await reader(() => ({ body: { entries } })).open.poll([
      start,
      start + 10_000,
      start + 20_000,
    ]);
    expect(availability(counts).map(([, total, , span]) => [total, span])).toEqual([
      [1, -1],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
  });
});
