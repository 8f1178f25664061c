import { describe, expect, test } from '@jest/globals';
import { clientErrorsId } from '../../../src/domain/watch/clients/cells.ts';
import { createMonitoring } from '../../../src/sli/metrics/source.ts';
import { fakeRest, type Reply } from '../../support/fake-rest.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const iso = (at: number) => new Date(at).toISOString();
const objectives = [{ id: 'availability', kind: 'availability' }] as const;
const latency = [{ id: 'latency', kind: 'latency', slowerThanMs: 1000 }] as const;
const descriptor = (metadata: unknown = { ingestDelay: '180s', samplePeriod: '60s' }): Reply => ({
  body: { metadata },
});

const point = (index: number, value: unknown) => ({
  interval: { startTime: iso(start + index * minute), endTime: iso(start + (index + 1) * minute) },
  value,
});
const series = (revision: unknown, code: unknown, points: unknown[]) => ({
  resource: { labels: { revision_name: revision } },
  metric: { labels: { response_code: code } },
  points,
});
const int = (value: number) => ({ int64Value: String(value) });

function reader(answer: (path: string, query: Record<string, unknown>) => Reply, query: object = {}) {
  const clock = new VirtualClock(start);
  const { rest, calls } = fakeRest((call) => answer(call.path, call.query ?? {}));
  const source = createMonitoring({ rest, clock, projectId: 'p', region: 'r' });
  const open = source.open({ service: 'ocr', revisions: ['new', 'old'], objectives, since: start, ...query });
  return { clock, open, calls, source };
}
const answering = (body: unknown, metadata?: unknown) => (path: string) =>
  path.includes('metricDescriptors') ? descriptor(metadata) : { body };

describe('metrics', () => {
  test('only whole minutes are judged, and only after the announced delay', async () => {
    const { clock, open, calls } = reader(
      answering({ timeSeries: [series('new', '200', [point(0, int(7))])] }),
    );
    await clock.sleep(4 * minute + 30_000);
    const early = await open.poll([start]);
    expect(early).toMatchObject({ counts: [], horizon: start, lagMs: 4 * minute });
    expect(calls).toHaveLength(1);
    await clock.sleep(minute);
    const { counts, horizon, cursor } = await open.poll([start]);
    expect(counts).toEqual([{ revision: 'new', objective: 'availability', span: 0, total: 7, bad: 0 }]);
    expect(horizon).toBe(start + minute);
    expect(cursor).toBe(iso(start + minute));
    expect(calls[1]?.query).toMatchObject({
      'interval.startTime': iso(start),
      'interval.endTime': iso(start + minute),
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
    });
    await clock.sleep(10_000);
    await open.poll([start]);
    expect(calls).toHaveLength(2);
  });

  test('5xx and 429 are bad, others are not, and older points are not counted again', async () => {
    const codes = ['200', '404', '429', '500', '503'].map((code) =>
      series('new', code, [point(1, int(2)), point(0, int(1))]),
    );
    const { clock, open } = reader(
      answering({ timeSeries: [...codes, series('other', '500', [point(0, int(9))])] }),
    );
    await clock.sleep(6 * minute);
    const { counts, answers, failures } = await open.poll([start]);
    expect(counts).toEqual([{ revision: 'new', objective: 'availability', span: 0, total: 15, bad: 9 }]);
    expect(answers).toEqual([{ revision: 'new', span: 0, total: 15, client: 3, failed: 9 }]);
    const [kinds4xx, kinds] = [true, false].map((clients) =>
      failures?.filter(({ objective }) => (objective === clientErrorsId) === clients),
    );
    expect(kinds4xx?.map(({ what, count }) => [what, count])).toEqual([['HTTP 404', 3]]);
    expect(kinds?.map(({ what, count }) => [what, count])).toEqual([
      ['HTTP 429', 3],
      ['HTTP 500', 3],
      ['HTTP 503', 3],
    ]);
    await clock.sleep(minute);
    expect((await open.poll([start])).counts).toEqual([]);
  });

  test('a bucket with a shift in it is counted but not compared; with the first shift in it, it is not counted', async () => {
    const { clock, open } = reader(
      answering({
        timeSeries: [series('new', '200', [point(0, int(1)), point(1, int(2)), point(2, int(4))])],
      }),
    );
    await clock.sleep(8 * minute);
    const { counts } = await open.poll([start + 1000, start + 90_000]);
    expect(counts).toEqual([
      // The candidate's smoke tests end just before its first users come, and metrics cannot tell the two apart.
      { revision: 'new', objective: 'availability', span: -1, total: 1, bad: 0, mixed: true },
      { revision: 'new', objective: 'availability', span: 0, total: 2, bad: 0, mixed: true },
      { revision: 'new', objective: 'availability', span: 1, total: 4, bad: 0 },
    ]);
  });

  test('without a delay in the descriptor, four minutes are assumed, and a note says so', async () => {
    const { open } = reader(answering({}, {}));
    const { lagMs, notes } = await open.poll([start]);
    expect(lagMs).toBe(4 * minute);
    expect(notes.join()).toContain('four minutes');
  });

  test('latency is read from the distribution, at the nearest bucket edge', async () => {
    const distribution = {
      count: '10',
      bucketOptions: { explicitBuckets: { bounds: [100, 900, 5000] } },
      bucketCounts: ['1', '2', '3', '4'],
    };
    const { clock, open } = reader(
      answering({ timeSeries: [series('new', '200', [point(0, { distributionValue: distribution })])] }),
      { objectives: latency },
    );
    await clock.sleep(6 * minute);
    const { counts, notes } = await open.poll([start]);
    expect(counts).toEqual([{ revision: 'new', objective: 'latency', span: 0, total: 10, bad: 7 }]);
    expect(notes.join()).toContain('bucket edge 900 ms');
  });

  test.each([
    ['a value that is null', [series('new', '200', [point(0, null)])]],
    ['a value that is NaN', [series('new', '200', [point(0, { doubleValue: Number.NaN })])]],
    ['half a request', [series('new', '200', [point(0, { doubleValue: 1.5 })])]],
    ['a negative count', [series('new', '200', [point(0, int(-1))])]],
    ['a wrong type', [series('new', '200', [point(0, { stringValue: '7' })])]],
    ['no revision', [series(undefined, '200', [point(0, int(1))])]],
    ['no code', [series('new', undefined, [point(0, int(1))])]],
    ['no interval', [series('new', '200', [{ value: int(1) }])]],
    ['a series that is null', [null]],
    ['a timeSeries that is not a list', 'soon'],
  ])(
    'the whole answer is refused for %s, because half a minute would be a wrong count',
    async (_, timeSeries) => {
      const { clock, open } = reader(answering({ timeSeries }));
      await clock.sleep(6 * minute);
      await expect(open.poll([start])).rejects.toThrow('cannot be used');
    },
  );

  test('a partial answer is refused, and the next poll asks for the same minutes again', async () => {
    let partial = true;
    const { clock, open } = reader((path) => {
      if (path.includes('metricDescriptors')) return descriptor();
      const body = { timeSeries: [series('new', '200', [point(0, int(3))])] };
      return { body: partial ? { ...body, executionErrors: [{ message: 'shard lost' }] } : body };
    });
    await clock.sleep(6 * minute);
    await expect(open.poll([start])).rejects.toThrow('partial: shard lost');
    partial = false;
    expect((await open.poll([start])).counts).toMatchObject([{ total: 3 }]);
  });

  test.each([429, 500, 503, 403])('an answer %d is an error, not silence', async (status) => {
    const { clock, open } = reader((path) =>
      path.includes('metricDescriptors') ? descriptor() : { status, body: {} },
    );
    await clock.sleep(6 * minute);
    await expect(open.poll([start])).rejects.toThrow(String(status));
  });

  test('an answer without series means that there were no requests', async () => {
    const { clock, open } = reader(answering({}));
    await clock.sleep(6 * minute);
    expect(await open.poll([start])).toMatchObject({ counts: [], horizon: start + 2 * minute });
  });

  test('pages are followed', async () => {
    const { clock, open } = reader((path, query) => {
      if (path.includes('metricDescriptors')) return descriptor();
      const code = query.pageToken ? '500' : '200';
      return {
        body: {
          timeSeries: [series('new', code, [point(0, int(1))])],
          ...(query.pageToken ? {} : { nextPageToken: 'two' }),
        },
      };
    });
    await clock.sleep(6 * minute);
    expect((await open.poll([start])).counts).toMatchObject([{ total: 2, bad: 1 }]);
  });

  test('a total is one bucket, which ends with the last complete minute', async () => {
    const { source, clock, calls } = reader(
      answering({
        timeSeries: [series('a', '200', [point(0, int(90))]), series('b', '500', [point(0, int(10))])],
      }),
    );
    await clock.sleep(10 * minute);
    expect(await source.total({ service: 'ocr', objectives }, start, clock.now())).toEqual({
      availability: { total: 100, bad: 10, client: 0 },
    });
    expect(calls[1]?.query).toMatchObject({ 'aggregation.alignmentPeriod': '360s' });
    expect(await source.total({ service: 'ocr', objectives }, clock.now() - 1000, clock.now())).toEqual({});
  });
});
