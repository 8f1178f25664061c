import { describe, expect, test } from '@jest/globals';
import { userAgent } from '../../../src/domain/product.ts';
import type { RestCall } from '../../../src/http/rest.ts';
import { TransportError } from '../../../src/http/send.ts';
import { createFallback } from '../../../src/sli/auto/source.ts';
import { createLogging } from '../../../src/sli/logs/source.ts';
import { createMonitoring } from '../../../src/sli/metrics/source.ts';
import type { Log } from '../../../src/steps/ports/log.ts';
import { fakeRest, type Reply } from '../../support/fake-rest.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** The watch changes from logs to metrics, across runners and steps. No request is counted twice, and none is missed. */

const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const iso = (at: number) => new Date(at).toISOString();
const objectives = [{ id: 'availability', kind: 'availability' }] as const;
const silent: Log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };

/** Metrics of a service with one request a second, for half an hour. */
const steady = (path: string): Reply =>
  path.includes('metricDescriptors')
    ? { body: { metadata: { ingestDelay: '180s', samplePeriod: '60s' } } }
    : {
        body: {
          timeSeries: [
            {
              resource: { labels: { revision_name: 'new' } },
              metric: { labels: { response_code: '200' } },
              points: Array.from({ length: 30 }, (_, i) => ({
                interval: { startTime: iso(start + i * minute), endTime: iso(start + (i + 1) * minute) },
                value: { int64Value: '60' },
              })),
            },
          ],
        },
      };
const denied = { status: 403, body: {} };

const entry = (second: number, lag = 0.5) => ({
  insertId: `e${second}`,
  timestamp: iso(start + second * 1000),
  receiveTimestamp: iso(start + (second + lag) * 1000),
  resource: { labels: { revision_name: 'new' } },
  httpRequest: { status: 200, latency: '0.1s' },
});

function both(
  logs: (call: RestCall) => Reply,
  cursor?: string,
  metrics: (path: string) => Reply = steady,
  since = start,
) {
  const clock = new VirtualClock(since);
  const { rest } = fakeRest((call) => (call.api === 'logging' ? logs(call) : metrics(call.path)));
  const options = { rest, clock, projectId: 'p', region: 'r' };
  const source = createFallback({
    first: createLogging(options),
    second: createMonitoring(options),
    clock,
    log: silent,
  });
  return {
    clock,
    open: source.open({ service: 'ocr', revisions: ['new'], objectives, since, cursor }),
  };
}

describe('no request is counted by both sources', () => {
  test('a second runner that may not read logs counts from where the first runner stopped', async () => {
    const { clock, open } = both(() => denied, `logs ${iso(start + 4 * minute)}`);
    await clock.sleep(10 * minute);
    expect(await open.poll([start])).toMatchObject({ source: 'metrics', counts: [{ total: 120 }] });
  });

  test('entries that were read beyond the horizon are not counted again', async () => {
    let broken = false;
    const slow = Array.from({ length: 20 }, (_, i) => entry(20 + i, 30));
    const ahead = [entry(118), entry(119), entry(121), entry(123)];
    const { clock, open } = both(() => (broken ? denied : { body: { entries: [...slow, ...ahead] } }));
    await clock.sleep(124_000);
    const { horizon } = await open.poll([start]);
    expect(horizon).toBeLessThan(start + 2 * minute);
    broken = true;
    await clock.sleep(8 * minute);
    // Two of the entries lie in the third minute, so the metrics take over with the fourth.
    expect(await open.poll([start])).toMatchObject({
      source: 'metrics',
      counts: [{ total: 180 }],
      cursor: `metrics ${iso(start + 6 * minute)}`,
    });
  });
});

test('if the logs showed no request in one step, the next step still checks them against the metrics', async () => {
  const { cursor } = await both(() => ({ body: {} })).open.poll([start]);
  const { clock, open } = both(() => ({ body: {} }), cursor);
  await clock.sleep(8 * minute);
  expect(await open.poll([start])).toMatchObject({ source: 'metrics', counts: [{ total: 240 }] });
});

describe('our own requests are no users', () => {
  /** Metrics with these counts, minute by minute. */
  const metricsOf =
    (counts: readonly number[]) =>
    (path: string): Reply =>
      path.includes('metricDescriptors')
        ? steady(path)
        : {
            body: {
              timeSeries: [
                {
                  resource: { labels: { revision_name: 'new' } },
                  metric: { labels: { response_code: '200' } },
                  points: counts.map((count, i) => ({
                    interval: { startTime: iso(start + i * minute), endTime: iso(start + (i + 1) * minute) },
                    value: { int64Value: String(count) },
                  })),
                },
              ],
            },
          };
  /** The log of a smoke test of six requests that ended as the watch began. */
  const smoke = Array.from({ length: 6 }, (_, i) => ({
    ...entry(i - 8),
    httpRequest: { status: 200, latency: '0.1s', userAgent: userAgent('9') },
  }));
  /** The log as it is, without what ended before the watch. */
  const logOf = (entries: readonly { timestamp: string }[]) => (call: RestCall) => {
    const from = /timestamp>="([^"]+)"/.exec(String((call.body as { filter?: string }).filter))?.[1] ?? '';
    return { body: { entries: entries.filter(({ timestamp }) => timestamp >= from) } };
  };

  test.each([
    ['in the minute in which the watch begins', 20_000, [6, 0, 0, 0, 0]],
    ['partly in the next minute', 20_000, [4, 2, 0, 0, 0]],
    ['if the watch begins with a minute', 0, [6, 0, 0, 0, 0]],
  ])('a smoke test %s does not lead away from the logs', async (_, after, counts) => {
    const at = start + after;
    const own = smoke.map((one) => ({ ...one, timestamp: iso(Date.parse(one.timestamp) + after) }));
    const { clock, open } = both(logOf(own), undefined, metricsOf(counts), at);
    for (let i = 0; i < 60; i++) {
      await clock.sleep(10_000);
      expect(await open.poll([at])).toMatchObject({ source: 'logs', counts: [], notes: [] });
    }
  });

  test('users that only metrics show are found beside a smoke test in the log', async () => {
    const { clock, open } = both(logOf(smoke), undefined, metricsOf([6, 30, 30, 30, 30, 30]));
    await clock.sleep(8 * minute);
    expect(await open.poll([start])).toMatchObject({ source: 'metrics', counts: [{ total: 96 }] });
  });

  test('few users are found once they are more than our own requests, and none of them is lost', async () => {
    const { clock, open } = both(logOf(smoke), undefined, metricsOf([0, 2, 2, 2, 2, 2, 2, 2, 2, 2]));
    let total = 0;
    let source = '';
    for (let i = 0; i < 13; i++) {
      await clock.sleep(minute);
      const reading = await open.poll([start]);
      source = reading.source;
      for (const count of reading.counts) total += count.total;
    }
    expect({ source, total }).toEqual({ source: 'metrics', total: 16 });
  });
});

describe('when the watch leaves logs for metrics', () => {
  const slow = (what: string) => ({ error: new TransportError('timeout', true, what, undefined) });

  test.each(['logging.googleapis.com sent no answer within 14031 ms.', 'The permission check took 9 s.'])(
    'a slow answer does not count as a refusal, even if its message looks like one: %s',
    async (what) => {
      let broken = true;
      const { clock, open } = both(() => (broken ? slow(what) : { body: { entries: [entry(30)] } }));
      await clock.sleep(40_000);
      await expect(open.poll([start])).rejects.toMatchObject({ code: 'deadline-exceeded' });
      broken = false;
      await clock.sleep(10_000);
      expect(await open.poll([start])).toMatchObject({ source: 'logs', counts: [{ total: 1 }] });
    },
  );

  test('the status alone makes an answer a refusal, not its message', async () => {
    const { clock, open } = both(() => ({ status: 403, body: { error: { message: 'no' } } }));
    await clock.sleep(10 * minute);
    expect(await open.poll([start])).toMatchObject({ source: 'metrics', counts: [{ total: 360 }] });
  });

  test('if metrics are refused as well, the error names the role for logs', async () => {
    const { open } = both(
      () => denied,
      undefined,
      () => denied,
    );
    await expect(open.poll([start])).rejects.toMatchObject({
      code: 'permission-denied',
      role: 'roles/logging.viewer',
    });
  });
});
