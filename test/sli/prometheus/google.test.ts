import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startGooglePrometheus } from '../../../sandbox/monitors/google-prometheus.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest } from '../../../src/http/rest.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { createPrometheus } from '../../../src/sli/prometheus/source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Google Cloud Managed Service for Prometheus by the real client, over HTTP, in each form that Google documents. */

const start = Date.UTC(2026, 10, 22, 12);
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;

let upstream: Server;
let url: string;
let close: (() => Promise<void>) | undefined;
beforeEach(async () => {
  // A counter that grows by one a second, and a tenth of it is bad.
  upstream = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://x');
    const query = searchParams.get('query') ?? '';
    const time = Number(searchParams.get('time'));
    const range = Number(/\[(\d+)s\]/.exec(query)?.[1]);
    const bad = query.includes('500');
    const values = Array.from({ length: Math.floor(range / 15) }, (_, n) => time - range + (n + 1) * 15).map(
      (at) => [at, String(Math.floor((at - start / 1000 + 1000) / (bad ? 10 : 1)))],
    );
    const metric = { __name__: 'reqs', revision: 'ocr-2', code: bad ? '500' : '200', instance: 'a' };
    response.end(
      JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric, values }] } }),
    );
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
afterEach(async () => {
  closeConnections();
  await close?.();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

async function world(
  more: Partial<Parameters<typeof startGooglePrometheus>[0]> = {},
  { token = 'right', total = 'reqs{revision="$revision"}' } = {},
) {
  const google = await startGooglePrometheus({ upstream: url, project: 'p', token: 'right', ...more });
  close = google.close;
  const clock = new VirtualClock(start);
  const silent = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  const rest = createRest({
    endpoints: endpoints({
      GHA_ENDPOINT_OVERRIDE_run: google.url,
      GHA_ENDPOINT_OVERRIDE_monitoring: google.url,
    }),
    ...{ clock, log: silent, userAgent: 'test' },
    accessToken: async () => token,
    redact: (text) => text,
  });
  const source = createPrometheus({
    settings: {
      ...{ url: undefined, token: undefined, managed: true, delayMs: undefined },
      counters: { total, bad: 'reqs{revision="$revision",code="500"}' },
    },
    ...{ rest, clock, projectId: 'p', objectives },
  });
  const reader = source.open({ service: 'ocr', revisions: ['ocr-2'], objectives, since: start });
  const read = async (): Promise<[total: number, bad: number]> => {
    await clock.sleep(65_000);
    const sum: [number, number] = [0, 0];
    for (const { total: all, bad } of (await reader.poll([start])).counts) {
      sum[0] += all;
      sum[1] += bad;
    }
    return sum;
  };
  return { read, google };
}

test('GET and POST count the same', async () => {
  const seen: [number, number][] = [];
  for (const forms of [['GET'], ['POST'], ['GET', 'POST']] as const) {
    const { read, google } = await world({ forms });
    seen.push(await read());
    const methods = new Set(
      google.requests.filter(({ target }) => target.includes('/query')).map((one) => one.method),
    );
    expect(methods.has('POST')).toBe(forms[0] === 'POST');
    await close?.();
  }
  expect(seen[0]?.[0]).toBeGreaterThan(30);
  expect(new Set(seen.map(String)).size).toBe(1);
});

test('a long query is sent in the body', async () => {
  const long = Array.from({ length: 200 }, (_, n) => `path!="/a/very/long/path/${n}"`).join(',');
  const { read, google } = await world({}, { total: `reqs{revision="$revision",${long}}` });
  expect((await read())[0]).toBeGreaterThan(30);
  const sent = google.requests.find(({ method }) => method === 'POST');
  expect(JSON.parse(sent?.body ?? '{}').query).toContain('/a/very/long/path/199');
  expect(Math.max(...google.requests.map(({ target }) => target.length))).toBeLessThan(4000);
});

test('a login that Google refuses is not counted as silence, and the quota is named', async () => {
  const { read } = await world({}, { token: 'wrong' });
  await expect(read()).rejects.toThrow(/401|credentials/);
  await close?.();
  const full = await world({ queriesPerMinute: 0 });
  // A quota that others use is waited for, and counts nothing meanwhile.
  expect(await full.read()).toEqual([0, 0]);
  const later = async () => {
    for (let n = 0; n < 30; n++) await full.read();
  };
  await expect(later()).rejects.toThrow('metric reads of project p');
});
