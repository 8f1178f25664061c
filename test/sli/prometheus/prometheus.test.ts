import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { closeConnections } from '../../../src/http/send.ts';
import { createPrometheus } from '../../../src/sli/prometheus/source.ts';
import { fakeRest } from '../../support/fake-rest.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 12);
const seconds = start / 1000;
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;

let server: Server | undefined;
afterEach(() => {
  server?.close();
  closeConnections();
});

interface Answer {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
}
interface Asked {
  query: string;
  time: number;
  authorization: string | undefined;
  path: string;
}

async function serve(answer: (asked: Asked, n: number) => Answer) {
  const asked: Asked[] = [];
  server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const one = {
      query: url.searchParams.get('query') ?? '',
      time: Number(url.searchParams.get('time')),
      authorization: request.headers.authorization,
      path: url.pathname,
    };
    asked.push(one);
    const { status = 200, body = {}, headers = {} } = answer(one, asked.length - 1);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const matrix = (...series: [Record<string, string>, [number, string][]][]) => ({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: series.map(([metric, values]) => ({
      metric,
      values: values.map(([at, value]) => [seconds + at, value]),
    })),
  },
});

function open(url: string, settings: object = {}, query: object = {}) {
  const clock = new VirtualClock(start);
  const source = createPrometheus({
    settings: {
      url,
      token: undefined,
      managed: false,
      counters: { total: 'reqs{revision="$revision"}', bad: 'reqs{revision="$revision",code="500"}' },
      delayMs: undefined,
      ...settings,
    },
    rest: fakeRest(() => ({})).rest,
    clock,
    projectId: 'p',
    objectives,
  });
  return {
    clock,
    source,
    reader: source.open({ service: 'ocr', revisions: ['new'], objectives, since: start, ...query }),
  };
}

describe('the source', () => {
  const both = (total: [number, string][], bad: [number, string][]) => (asked: Asked) => ({
    body: matrix([{ code: 'x' }, asked.query.includes('code="500"') ? bad : total]),
  });

  test('counts increments up to a pinned time, with the revision filled in', async () => {
    const { url, asked } = await serve(
      both(
        [
          [-10, '100'],
          [5, '103'],
          [20, '110'],
        ],
        [
          [-10, '1'],
          [20, '3'],
        ],
      ),
    );
    const { clock, reader } = open(url);
    await clock.sleep(45_000);
    const { counts, horizon, lagMs } = await reader.poll([start]);
    expect(counts).toEqual([{ revision: 'new', objective: 'availability', span: 0, total: 10, bad: 2 }]);
    expect(lagMs).toBe(20_000);
    expect(horizon).toBe(start + 25_000);
    expect(asked[0]).toMatchObject({ path: '/api/v1/query', time: seconds + 25 });
    expect(asked[0]?.query).toBe('reqs{revision="new"}[925s]');
    await clock.sleep(10_000);
    expect((await reader.poll([start])).counts).toEqual([]);
    expect(asked[2]?.query).toBe('reqs{revision="new"}[310s]');
  });

  test('a counter of good requests can replace the one of bad requests', async () => {
    const { url } = await serve((asked) => ({
      body: matrix([
        {},
        asked.query.startsWith('good')
          ? [
              [-5, '90'],
              [15, '97'],
            ]
          : [
              [-5, '100'],
              [15, '110'],
            ],
      ]),
    }));
    const { clock, reader } = open(url, {
      counters: { total: 'reqs{r="$revision"}', good: 'good{r="$revision"}' },
    });
    await clock.sleep(45_000);
    expect((await reader.poll([start])).counts).toMatchObject([{ total: 10, bad: 3 }]);
  });

  test('if one of two queries fails, nothing is counted, and the next poll counts everything', async () => {
    let broken = true;
    const good = both(
      [
        [-5, '0'],
        [15, '10'],
      ],
      [
        [-5, '0'],
        [15, '4'],
      ],
    );
    const { url } = await serve((asked) =>
      broken && asked.query.includes('500')
        ? { status: 400, body: { status: 'error', error: 'too many samples' } }
        : good(asked),
    );
    const { clock, reader } = open(url);
    await clock.sleep(45_000);
    await expect(reader.poll([start])).rejects.toThrow('too many samples');
    broken = false;
    await clock.sleep(10_000);
    expect((await reader.poll([start])).counts).toMatchObject([{ total: 10, bad: 4 }]);
  });

  test('5xx and 429 are tried again', async () => {
    const good = both(
      [
        [-5, '0'],
        [15, '10'],
      ],
      [],
    );
    const { url, asked } = await serve((one, n) => (n < 2 ? { status: 503 } : good(one)));
    const { clock, reader } = open(url);
    await clock.sleep(45_000);
    expect((await reader.poll([start])).counts).toMatchObject([{ total: 10, bad: 0 }]);
    expect(asked.length).toBe(4);
  });

  test('a server that asks for a pause gets it: nothing is sent before it ends', async () => {
    let isBusy = true;
    const { url, asked } = await serve((one) =>
      isBusy
        ? { status: 429, headers: { 'retry-after': '120' } }
        : both(
            [
              [-5, '0'],
              [15, '10'],
            ],
            [],
          )(one),
    );
    const { clock, reader } = open(url);
    await clock.sleep(45_000);
    await reader.poll([start]);
    await clock.sleep(90_000);
    await reader.poll([start]).catch(() => {});
    // The two questions of the first look went out together.
    expect(asked.length).toBeLessThanOrEqual(2);
    isBusy = false;
    await clock.sleep(180_000);
    expect((await reader.poll([start])).counts).toMatchObject([{ total: 10, bad: 0 }]);
  });

  test.each([
    ['a page of a proxy', { status: 200, body: '<html>login</html>' }, /without its JSON/],
    ['a refusal', { status: 401, body: '' }, /answered 401/],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, /redirect/],
    ['an outage', { status: 502, body: '' }, /answered 502/],
  ])('%s is an error, not silence', async (_, answer, message) => {
    const { url } = await serve(() => answer);
    const { clock, reader } = open(url);
    await clock.sleep(45_000);
    await expect(reader.poll([start])).rejects.toThrow(message);
  });

  test('a token goes out as a bearer, and never over plain http to another host', async () => {
    const { url, asked } = await serve(both([], []));
    const { clock, reader } = open(`${url}/api/datasources/proxy/uid/abc/`, { token: 'grafana-secret' });
    await clock.sleep(45_000);
    await reader.poll([start]);
    expect(asked[0]).toMatchObject({
      path: '/api/datasources/proxy/uid/abc/api/v1/query',
      authorization: 'Bearer grafana-secret',
    });
    const plain = open('http://prometheus.example.com', { token: 'grafana-secret' });
    await plain.clock.sleep(45_000);
    await expect(plain.reader.poll([start])).rejects.toThrow('not https');
  });

  test('a partial answer is not read', async () => {
    const { url } = await serve(() => ({ body: { ...matrix(), warnings: ['a shard is missing'] } }));
    const { clock, reader } = open(url);
    await clock.sleep(45_000);
    await expect(reader.poll([start])).rejects.toThrow('a shard is missing');
  });

  test('a second runner begins where the first stopped', async () => {
    const { url } = await serve(
      both(
        [
          [-5, '0'],
          [15, '10'],
          [35, '12'],
        ],
        [],
      ),
    );
    const { clock, reader } = open(url, {}, { cursor: String(start + 20_000) });
    await clock.sleep(60_000);
    expect((await reader.poll([start])).counts).toMatchObject([{ total: 2 }]);
  });

  test('totals cover all revisions', async () => {
    const { url, asked } = await serve((one) => ({
      body: {
        status: 'success',
        data: { resultType: 'vector', result: one.query.includes('500') ? [] : [{ value: [1, '1000.4'] }] },
      },
    }));
    // A counter of bad requests that was never seen does not count as zero, unless the user says that it may be absent.
    expect(await open(url).source.total({ service: 'ocr', objectives }, start - 86_400_000, start)).toEqual(
      {},
    );
    const { source } = open(url, { badOptional: true });
    expect(await source.total({ service: 'ocr', objectives }, start - 86_400_000, start)).toEqual({
      availability: { total: 1000, bad: 0 },
    });
    expect(asked[0]?.query).toBe(
      'sum(increase(reqs{revision=~"ocr-[a-z0-9-]+",revision!~"ocr-.+-[0-9]{5}-[a-z]{3}"}[86400s]))',
    );
  });

  test.each([
    ['all', '200'],
    ['bad', '500'],
  ])('a sum of %s requests that is no number is no total', async (_, code) => {
    const { url } = await serve(({ query }) => ({
      body: {
        status: 'success',
        data: {
          resultType: 'vector',
          result: [{ value: [1, query.includes('500') === (code === '500') ? 'NaN' : '1000'] }],
        },
      },
    }));
    const { source } = open(url, { badOptional: true });
    expect(await source.total({ service: 'ocr', objectives }, start - 86_400_000, start)).toEqual({});
  });

  test('an objective without counters is refused before the watch begins', () => {
    expect(() => open('http://127.0.0.1:1', { counters: undefined })).toThrow('prometheus_total');
  });

  test('if an answer lacks the total, the bad requests wait for it and no revision is blamed', async () => {
    let partial = true;
    const { url } = await serve((asked) => {
      const bad = asked.query.includes('code="500"');
      return {
        body: matrix([
          { __name__: 'reqs', code: bad ? '500' : '200' },
          [
            [-5, '0'],
            [15, bad ? '4' : partial ? '0' : '100'],
          ],
        ]),
      };
    });
    const { clock, reader } = open(url);
    await clock.sleep(45_000);
    await expect(reader.poll([start])).rejects.toThrow('4 bad requests of 0 on new');
    partial = false;
    await clock.sleep(10_000);
    expect((await reader.poll([start])).counts).toMatchObject([{ total: 100, bad: 4 }]);
  });

  test('a counter that never had a series does not count as zero', async () => {
    const { url } = await serve(() => ({ body: matrix() }));
    const { clock, reader } = open(url);
    await clock.sleep(45_000);
    await expect(reader.poll([start])).rejects.toThrow('matches no series');
  });

  test('Google’s managed service is asked at its own address, with this login', async () => {
    const clock = new VirtualClock(start);
    const { rest, calls } = fakeRest(() => ({ body: matrix() }));
    const settings = {
      url: undefined,
      token: undefined,
      managed: true,
      counters: { total: 'reqs{r="$revision"}', bad: 'bad{r="$revision"}' },
      delayMs: undefined,
    };
    const source = createPrometheus({ settings, rest, clock, projectId: 'p', objectives });
    const reader = source.open({ service: 'ocr', revisions: ['new'], objectives, since: start });
    await clock.sleep(45_000);
    await expect(reader.poll([start])).rejects.toThrow('matches no series');
    expect(calls[0]).toMatchObject({
      api: 'monitoring',
      method: 'GET',
      path: 'v1/projects/p/location/global/prometheus/api/v1/query',
      query: { query: 'reqs{r="new"}[925s]' },
    });
  });
});
