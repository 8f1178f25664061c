import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeConnections } from '../../../src/http/send.ts';
import { createPrometheus } from '../../../src/sli/prometheus/source.ts';
import type { Clock } from '../../../src/steps/ports/clock.ts';
import { fakeRest } from '../../support/fake-rest.ts';
import { foreignTool } from '../../support/find-program.ts';
import { until } from '../../support/hold-call.ts';
import { type RealServer, servers, startServer } from './support/real-server.ts';

const clock: Clock = {
  now: () => Date.now(),
  steady: () => Date.now(),
  sleep: async (ms, signal) => void (await delay(ms, undefined, signal ? { signal } : {})),
};
const objectives = [
  { id: 'availability', kind: 'availability', target: 0.99 },
  {
    id: 'fast',
    kind: 'availability',
    target: 0.9,
    prometheus: {
      total: 'took_seconds_count{revision="$revision"}',
      good: 'took_seconds_bucket{revision="$revision",le="2"}',
    },
  },
] as const;

/** How each server refuses `reqs{{`. */
const refusals = { prometheus: /parse error/, 'victoria-metrics': /unexpected token "\{"/ };

describe.each(servers)('a real $program', ({ program, install }) => {
  const found = foreignTool(program) !== undefined;
  if (!found) console.warn(`SKIPPED: no ${program} (${install}), so nothing was tried against it.`);
  const real = found ? test : test.skip;
  const counters = new Map<string, number>();
  const count = (name: string, by: number) => counters.set(name, (counters.get(name) ?? 0) + by);
  let exporter: Server;
  let server: RealServer | undefined;
  let url = '';

  beforeAll(async () => {
    exporter = createServer((_, response) => {
      const lines = [...counters].map(([name, value]) => `${name} ${value}`);
      response.end(`${['# TYPE reqs counter', ...lines].join('\n')}\n`);
    });
    await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
    const target = `127.0.0.1:${(exporter.address() as AddressInfo).port}`;
    if (!found) return;
    server = await startServer(program, target, '500ms');
    url = server.url;
  }, 300_000);

  afterAll(async () => {
    await server?.stop();
    exporter?.closeAllConnections();
    exporter?.close();
    closeConnections();
  }, 300_000);

  /** Waits until the server has scraped this value. */
  async function scraped(series: string, value: number): Promise<void> {
    await until(async () => {
      const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(series)}`);
      const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
      return Number(data.result[0]?.value[1]) === value;
    });
  }
  /** The source's delay of 1.5 s and a scrape: after this, a poll sees everything that was scraped before. */
  const settledMs = 2500;

  const open = (since: number, settings: object = {}) => {
    const source = createPrometheus({
      settings: {
        url,
        token: undefined,
        managed: false,
        counters: { total: 'reqs{revision="$revision"}', bad: 'reqs{revision="$revision",code=~"5.."}' },
        delayMs: 1500,
        ...settings,
      },
      rest: fakeRest(() => ({})).rest,
      clock,
      projectId: 'p',
      objectives,
    });
    return {
      source,
      reader: source.open({ service: 'ocr', revisions: ['ocr-2-new', 'ocr-1-old'], objectives, since }),
    };
  };

  real(
    'counts exactly what the server counted, across new series and a restart',
    async () => {
      count('reqs{revision="ocr-1-old",code="200"}', 1000);
      // Prometheus finds its targets some seconds after it has started.
      await scraped('reqs{revision="ocr-1-old",code="200"}', 1000);
      await delay(1000);
      const since = Date.now();
      const { reader, source } = open(since);
      const totals = new Map<string, { total: number; bad: number }>();
      const poll = async () => {
        for (const { revision, objective, total, bad } of (await reader.poll([since])).counts) {
          const sum = totals.get(`${revision} ${objective}`) ?? { total: 0, bad: 0 };
          totals.set(`${revision} ${objective}`, { total: sum.total + total, bad: sum.bad + bad });
        }
      };
      await delay(1000);
      count('reqs{revision="ocr-1-old",code="200"}', 90);
      count('reqs{revision="ocr-2-new",code="200"}', 7);
      count('took_seconds_count{revision="ocr-2-new"}', 20);
      count('took_seconds_bucket{revision="ocr-2-new",le="2"}', 15);
      await scraped('took_seconds_bucket{revision="ocr-2-new",le="2"}', 15);
      await delay(settledMs);
      await poll();
      count('reqs{revision="ocr-2-new",code="503"}', 3);
      await scraped('reqs{revision="ocr-2-new",code="503"}', 3);
      // The instance restarts, and its counters begin at zero again.
      counters.set('reqs{revision="ocr-2-new",code="200"}', 2);
      await scraped('reqs{revision="ocr-2-new",code="200"}', 2);
      await delay(settledMs);
      await poll();
      expect(Object.fromEntries(totals)).toEqual({
        'ocr-1-old availability': { total: 90, bad: 0 },
        'ocr-2-new availability': { total: 12, bad: 3 },
        'ocr-2-new fast': { total: 20, bad: 5 },
      });
      const before = await source.total(
        { service: 'ocr', objectives: [objectives[0]] },
        since - 60_000,
        Date.now(),
      );
      expect(before.availability?.total).toBeGreaterThan(50);
    },
    300_000,
  );

  real(
    'a selector that matches nothing does not count as zero, and a wrong selector is refused in the words of the server',
    async () => {
      const unmatched = open(Date.now() - 10_000, {
        counters: { total: 'unmatched{r="$revision"}', bad: 'unmatched{r="$revision"}' },
      });
      await expect(unmatched.reader.poll([0])).rejects.toThrow('There is no metric unmatched');
      const wrong = open(Date.now() - 10_000, { counters: { total: 'reqs{{', bad: 'reqs{{' } });
      await expect(wrong.reader.poll([0])).rejects.toMatchObject({
        code: 'counts-unusable',
        what: expect.stringMatching(refusals[program]),
      });
      const sum = open(Date.now() - 10_000, { counters: { total: 'sum(reqs)', bad: 'sum(reqs)' } });
      await expect(sum.reader.poll([0])).rejects.toMatchObject({ code: 'counts-unusable' });
    },
  );
});
