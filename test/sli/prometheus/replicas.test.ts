import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeConnections } from '../../../src/http/send.ts';
import { createPrometheus } from '../../../src/sli/prometheus/source.ts';
import type { Clock } from '../../../src/steps/ports/clock.ts';
import { fakeRest } from '../../support/fake-rest.ts';
import { seeded } from '../../support/fake-source.ts';
import { foreignTool } from '../../support/find-program.ts';
import { until } from '../../support/hold-call.ts';
import { type RealServer, startServer } from './support/real-server.ts';

/** Two real servers scrape the same program, each at its own moments, and a front answers from either one, as a load balancer does. */
const found = foreignTool('prometheus') !== undefined;
if (!found) console.warn('SKIPPED: no `prometheus` on PATH, so no replicas were asked in turn.');

const clock: Clock = {
  now: () => Date.now(),
  steady: () => Date.now(),
  sleep: async (ms, signal) => void (await delay(ms, undefined, signal ? { signal } : {})),
};
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;

const listening = async (server: Server) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

(found ? describe : describe.skip)('two replicas', () => {
  const counters = { good: 0, bad: 0 };
  const started: RealServer[] = [];
  const replicas: string[] = [];
  let exporter: Server;
  let front: Server;
  let url = '';
  const answered = [0, 0];

  beforeAll(async () => {
    exporter = createServer((_, response) => {
      response.end(
        `# TYPE reqs counter\nreqs{revision="ocr-2",code="200"} ${counters.good}\nreqs{revision="ocr-2",code="500"} ${counters.bad}\n`,
      );
    });
    const target = `127.0.0.1:${await listening(exporter)}`;
    for (const interval of ['500ms', '700ms']) {
      const replica = await startServer('prometheus', target, interval);
      started.push(replica);
      replicas.push(replica.url);
    }
    const random = seeded(3);
    front = createServer(async (request, response) => {
      const choice = random() < 0.5 ? 0 : 1;
      answered[choice] = (answered[choice] ?? 0) + 1;
      const answer = await fetch(`${replicas[choice]}${request.url}`);
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    });
    url = `http://127.0.0.1:${await listening(front)}`;
    // Both know the counters before the watch begins.
    for (const replica of replicas)
      for (let tries = 0; ; tries++) {
        const body = (await fetch(`${replica}/api/v1/query?query=reqs`)
          .then((answer) => answer.json())
          .catch(() => undefined)) as { data?: { result?: unknown[] } } | undefined;
        if (body?.data?.result?.length === 2) break;
        if (tries > 600) throw new Error('A replica does not scrape.');
        await delay(100);
      }
    await delay(1500);
  }, 300_000);

  afterAll(async () => {
    closeConnections();
    for (const replica of started) await replica.stop();
    for (const server of [front, exporter]) {
      server?.closeAllConnections();
      server?.close();
    }
  });

  test('that answer in turn count every request once', async () => {
    const since = Date.now();
    const source = createPrometheus({
      settings: {
        url,
        managed: false,
        counters: { total: 'reqs{revision="$revision"}', bad: 'reqs{revision="$revision",code="500"}' },
        delayMs: 2000,
      },
      rest: fakeRest(() => ({})).rest,
      clock,
      projectId: 'p',
      objectives,
    });
    const reader = source.open({ service: 'ocr', revisions: ['ocr-2'], objectives, since });
    const sum = { total: 0, bad: 0 };
    const poll = async () => {
      for (const { total, bad } of (await reader.poll([since])).counts) {
        sum.total += total;
        sum.bad += bad;
      }
    };
    for (let n = 0; n < 40; n++) {
      counters.good += (n * 7) % 23;
      counters.bad += n % 4 === 0 ? 1 : 0;
      await delay(250);
      // A look whose answers come from different moments may find more bad requests than requests. It counts nothing then.
      if (n % 4 === 3) await poll().catch(() => undefined);
      expect(sum.total).toBeLessThanOrEqual(counters.good + counters.bad);
    }
    // Everything was scraped by both, and lies before the moment that is asked for.
    for (const replica of replicas)
      await until(async () => {
        const answer = await fetch(`${replica}/api/v1/query?query=reqs`);
        const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
        const values = data.result.map(({ value }) => Number(value[1])).sort((a, b) => a - b);
        return values.join() === `${counters.bad},${counters.good}`;
      });
    await delay(3500);
    await poll();
    expect(sum).toEqual({ total: counters.good + counters.bad, bad: counters.bad });
    expect(Math.min(...answered)).toBeGreaterThan(3);
  }, 300_000);
});
