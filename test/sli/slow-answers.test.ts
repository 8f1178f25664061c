import { expect, test } from '@jest/globals';
import { TransportError } from '../../src/http/send.ts';
import { createLogging } from '../../src/sli/logs/source.ts';
import { createMonitoring } from '../../src/sli/metrics/source.ts';
import { createPrometheus } from '../../src/sli/prometheus/source.ts';
import { fakeRest, type Reply } from '../support/fake-rest.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 12);
const iso = (at: number) => new Date(at).toISOString();
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;

const entries = [
  {
    insertId: 'a',
    timestamp: iso(start + 5000),
    receiveTimestamp: iso(start + 6000),
    resource: { labels: { revision_name: 'new' } },
    httpRequest: { status: 200, latency: '0.1s' },
  },
];
const points = [
  { interval: { startTime: iso(start), endTime: iso(start + 60_000) }, value: { int64Value: '1' } },
];
const timeSeries = [
  { resource: { labels: { revision_name: 'new' } }, metric: { labels: { response_code: '200' } }, points },
];
const values = [
  [start / 1000 - 5, '0'],
  [start / 1000 + 5, '1'],
];
/** A counter that exists and stays at zero: one that does not exist would be refused. */
const noBad = values.map(([at]) => [at, '0']);
const answers: Record<string, (path: string, query: string) => Reply> = {
  logs: () => ({ body: { entries } }),
  metrics: (path) => ({
    body: path.includes('metricDescriptors')
      ? { metadata: { ingestDelay: '180s', samplePeriod: '60s' } }
      : { timeSeries },
  }),
  prometheus: (_, query) => ({
    body: {
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [{ metric: {}, values: query.startsWith('bad') ? noBad : values }],
      },
    },
  }),
};

/** A missing answer is an error and not silence. It ends at a deadline, and no request is lost or counted twice. */
test.each(['logs', 'metrics', 'prometheus'])('%s: an answer that is too slow', async (kind) => {
  const clock = new VirtualClock(start);
  let slow = true;
  const { rest, calls } = fakeRest((call) =>
    slow
      ? { error: new TransportError('timeout', true, 'No answer in time.', undefined) }
      : (answers[kind]?.(call.path, String(call.query?.query ?? '')) ?? {}),
  );
  const options = { rest, clock, projectId: 'p', region: 'r' };
  const counters = { total: 'all{r="$revision"}', bad: 'bad{r="$revision"}' };
  const settings = { url: undefined, token: undefined, managed: true, counters, delayMs: undefined };
  const source =
    kind === 'logs'
      ? createLogging(options)
      : kind === 'metrics'
        ? createMonitoring(options)
        : createPrometheus({ ...options, settings, objectives });
  const reader = source.open({ service: 'ocr', revisions: ['new'], objectives, since: start });
  await clock.sleep(6 * 60_000);
  await expect(reader.poll([start])).rejects.toThrow('No answer in time');
  for (const { deadlineMs = 60_000 } of calls) expect(deadlineMs).toBeLessThanOrEqual(30_000);
  slow = false;
  await clock.sleep(60_000);
  expect((await reader.poll([start])).counts).toMatchObject([{ total: 1, bad: 0 }]);
  await clock.sleep(60_000);
  expect((await reader.poll([start])).counts).toEqual([]);
});
