import { describe, expect, test } from '@jest/globals';
import { createFallback } from '../../../src/sli/auto/source.ts';
import { createLogging } from '../../../src/sli/logs/source.ts';
import { createMonitoring } from '../../../src/sli/metrics/source.ts';
import { createPrometheus } from '../../../src/sli/prometheus/source.ts';
import type { Log } from '../../../src/steps/ports/log.ts';
import type { SliSource } from '../../../src/steps/ports/sli.ts';
import { watch } from '../../../src/steps/watch/watch.ts';
import { fakeRest, type Reply } from '../../support/fake-rest.ts';
import { seeded } from '../../support/fake-source.ts';
import { quotaRefusal, SharedQuota } from '../../support/shared-quota.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Several releases of one project read the metrics. Their quota of time series queries is made as scarce as it can be. */
const start = Date.UTC(2026, 10, 22, 12);
const iso = (at: number) => new Date(at).toISOString();
const refused = quotaRefusal('Time series queries', 'monitoring.googleapis.com');
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;

/** Each revision answers 60 requests in every whole minute; the metric arrives two minutes later. */
function seriesOf(query: Record<string, unknown>): Reply {
  const from = Date.parse(String(query['interval.startTime']));
  const to = Date.parse(String(query['interval.endTime']));
  const points: object[] = [];
  for (let end = to; end - 60_000 >= from; end -= 60_000)
    points.push({
      interval: { startTime: iso(end - 60_000), endTime: iso(end) },
      value: { int64Value: '60' },
    });
  const series = ['new', 'old'].map((revision) => ({
    resource: { labels: { revision_name: revision } },
    metric: { labels: { response_code: '200' } },
    points,
  }));
  return { body: { timeSeries: series } };
}

/** A counter that grows by one a second, scraped every 15 s. */
function samplesOf(query: Record<string, unknown>): Reply {
  const text = String(query.query);
  if (text.startsWith('vector'))
    return { body: { status: 'success', data: { resultType: 'vector', result: [] } } };
  const at = Number(query.time);
  const range = Number(/\[(\d+)s\]/.exec(text)?.[1]);
  const [, name = '', revision = ''] = /^(\w+)\{revision="(\w+)"\}/.exec(text) ?? [];
  const begin = revision === 'new' ? 1000 : 70_000;
  const values: [number, string][] = [];
  for (let t = Math.ceil((at - range) / 15) * 15; t <= at; t += 15)
    values.push([t, name === 'bad' ? '0' : String(Math.round(t - start / 1000) + begin)]);
  const result = [{ metric: { __name__: name, revision }, values }];
  return { body: { status: 'success', data: { resultType: 'matrix', result } } };
}

interface Together {
  releases: number;
  perMinute: number;
  source: 'metrics' | 'prometheus' | 'auto';
}

/** Starts so many watches at once and lets all of them end. */
async function together({ releases, perMinute, source: name }: Together) {
  const clock = new VirtualClock(start);
  const quota = new SharedQuota(clock, perMinute);
  const random = seeded(5);
  const lines: string[] = [];
  const log: Log = {
    line: (text) => void lines.push(text),
    warning: (text) => void lines.push(text),
    detail: () => {},
    debug: () => {},
  };
  const open = (): SliSource => {
    const { rest } = fakeRest((call): Reply => {
      if (call.api === 'logging') return quotaRefusal('Read requests', 'logging.googleapis.com');
      if (call.path.includes('metricDescriptors'))
        return { body: { metadata: { ingestDelay: '60s', samplePeriod: '60s' } } };
      if (!quota.take()) return refused;
      return call.path.includes('prometheus') ? samplesOf(call.query ?? {}) : seriesOf(call.query ?? {});
    });
    const world = { rest, clock, log, random, projectId: 'p', region: 'r' };
    if (name === 'prometheus') {
      const settings = {
        ...{ url: undefined, token: undefined, managed: true, delayMs: 20_000 },
        counters: { total: 'all{revision="$revision"}', bad: 'bad{revision="$revision"}' },
      };
      return createPrometheus({ ...world, settings, objectives });
    }
    const metrics = createMonitoring(world);
    return name === 'metrics'
      ? metrics
      : createFallback({ first: createLogging(world), second: metrics, clock, log });
  };
  const ended = await Promise.all(
    Array.from({ length: releases }, async () => {
      const source = open();
      await source.ready?.({ service: 'ocr' });
      const told = lines.length;
      const result = await watch(
        { clock, log, source },
        {
          service: 'projects/p/locations/r/services/ocr',
          ...{ candidate: 'new', baseline: 'old', share: 0.5, phase: 'split' },
          objectives: [...objectives],
          durationSeconds: 900,
          until: 'duration',
        },
      );
      return { result, told };
    }),
  );
  return { ended, lines, refused: quota.refused };
}

describe('releases that share a quota of metrics', () => {
  test.each([
    { source: 'metrics', releases: 10, perMinute: 10 },
    { source: 'metrics', releases: 10, perMinute: 12 },
    { source: 'metrics', releases: 20, perMinute: 20 },
    { source: 'prometheus', releases: 10, perMinute: 180 },
    { source: 'prometheus', releases: 20, perMinute: 180 },
  ] as const)('$releases at once by $source on $perMinute reads a minute: none is held', async (given) => {
    const { ended, refused: spent } = await together(given);
    for (const { result } of ended) expect([result.verdict, result.next]).toEqual(['pass', 'go_on']);
    const notes = ended.flatMap(({ result }) => result.evidence.notes).join();
    if (spent > releasesOf(given)) expect(notes).toContain('more rarely');
    process.stdout.write(
      `${given.releases} by ${given.source}, ${given.perMinute} reads a minute: ${spent} refused\n`,
    );
  });

  test('a log quota that is used up for good: metrics from the start, said before anybody is shifted', async () => {
    const { ended, lines } = await together({ source: 'auto', releases: 3, perMinute: 180 });
    for (const { result } of ended) {
      expect([result.verdict, result.evidence.source]).toEqual(['pass', 'metrics']);
      expect(result.evidence.notes.join()).toContain('quota of log reads of project p is used up');
    }
    const said = lines.findIndex((line) => line.includes('The watch counts by metrics'));
    const watched = lines.findIndex((line) => line.includes('Watch 50 %'));
    expect(said).toBeGreaterThanOrEqual(0);
    expect(said).toBeLessThan(watched);
  });

  test('if neither quota leaves anything, nobody is shifted', async () => {
    await expect(together({ source: 'auto', releases: 1, perMinute: 0 })).rejects.toMatchObject({
      code: 'quota-spent',
      what: expect.stringContaining('metric reads of project p'),
    });
    await expect(together({ source: 'prometheus', releases: 1, perMinute: 0 })).rejects.toMatchObject({
      code: 'quota-spent',
    });
  });
});

/** Waiting once before the watch begins leaves no note. */
const releasesOf = ({ releases }: { releases: number }) => 2 * releases;
