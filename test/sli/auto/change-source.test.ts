import { describe, expect, test } from '@jest/globals';
import { createFallback } from '../../../src/sli/auto/source.ts';
import { createLogging } from '../../../src/sli/logs/source.ts';
import { createMonitoring } from '../../../src/sli/metrics/source.ts';
import type { Log } from '../../../src/steps/ports/log.ts';
import { fakeRest, type Reply } from '../../support/fake-rest.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const iso = (at: number) => new Date(at).toISOString();
const objectives = [{ id: 'availability', kind: 'availability' }] as const;
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

const answering = (body: unknown, metadata?: unknown) => (path: string) =>
  path.includes('metricDescriptors') ? descriptor(metadata) : { body };

describe('logs first, and metrics if logs cannot be read', () => {
  const silent: Log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  function both(logs: () => Reply, metrics: (path: string) => Reply, query: object = {}) {
    const clock = new VirtualClock(start);
    const { rest, calls } = fakeRest((call) => (call.api === 'logging' ? logs() : metrics(call.path)));
    const options = { rest, clock, projectId: 'p', region: 'r' };
    const source = createFallback({
      first: createLogging(options),
      second: createMonitoring(options),
      clock,
      log: silent,
    });
    return {
      clock,
      calls,
      open: source.open({ service: 'ocr', revisions: ['new'], objectives, since: start, ...query }),
    };
  }
  const metrics = answering({
    timeSeries: [
      series('new', '500', [point(0, int(1)), point(1, int(2)), point(2, int(4)), point(3, int(8))]),
    ],
  });
  const logged = (id: string, at: number) => ({
    insertId: id,
    timestamp: iso(start + at * 1000),
    receiveTimestamp: iso(start + at * 1000 + 500),
    resource: { labels: { revision_name: 'new' } },
    httpRequest: { status: 200, latency: '0.1s' },
  });

  test('if logs are refused, metrics count at once and from the beginning', async () => {
    const { clock, open } = both(
      () => ({ status: 403, body: { error: { status: 'PERMISSION_DENIED', message: 'no' } } }),
      metrics,
    );
    await clock.sleep(8 * minute);
    const { counts, source, notes, cursor } = await open.poll([start]);
    expect(counts).toMatchObject([{ total: 15, bad: 15 }]);
    expect(source).toBe('metrics');
    expect(notes[0]).toContain('Counted by metrics, because logs cannot be read');
    expect(cursor).toMatch(/^metrics 2026/);
  });

  test('if logs break later, metrics take over where the logs were complete, and no request is counted twice', async () => {
    let broken = false;
    const { clock, open } = both(
      () => (broken ? { status: 500, body: {} } : { body: { entries: [logged('a', 30), logged('b', 80)] } }),
      metrics,
    );
    await clock.sleep(90_000);
    expect((await open.poll([start])).counts).toMatchObject([{ total: 2 }]);
    broken = true;
    await clock.sleep(10_000);
    await expect(open.poll([start])).rejects.toThrow('500');
    await clock.sleep(7 * minute);
    const { counts, source } = await open.poll([start]);
    // The logs were complete until second 89, so the metrics take over with the third minute.
    expect(source).toBe('metrics');
    expect(counts).toMatchObject([{ total: 12, bad: 12 }]);
  });

  test('if logs show no request while metrics do, metrics count', async () => {
    const { clock, open } = both(() => ({ body: {} }), metrics);
    await open.poll([start]);
    await clock.sleep(8 * minute);
    const { counts, source, notes } = await open.poll([start]);
    expect(source).toBe('metrics');
    expect(counts).toMatchObject([{ total: 15 }]);
    expect(notes[0]).toContain('an exclusion or a sink');
  });

  test('if neither shows a request, logs stay the source', async () => {
    const { clock, open } = both(() => ({ body: {} }), answering({}));
    await clock.sleep(8 * minute);
    expect(await open.poll([start])).toMatchObject({ counts: [], source: 'logs' });
  });

  test('a second runner stays with the source of the first', async () => {
    const { clock, open } = both(() => ({ body: { entries: [logged('a', 30)] } }), metrics, {
      cursor: `metrics ${iso(start + 2 * minute)}`,
    });
    await clock.sleep(8 * minute);
    expect(await open.poll([start])).toMatchObject({ source: 'metrics', counts: [{ total: 12 }] });
  });

  test('if neither can be read, that is an error', async () => {
    const { clock, open } = both(
      () => ({ status: 403, body: {} }),
      () => ({ status: 403, body: {} }),
    );
    await clock.sleep(8 * minute);
    await expect(open.poll([start])).rejects.toThrow('403');
  });
});
