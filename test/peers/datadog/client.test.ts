import { spawn, spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startDatadog } from '../../../sandbox/monitors/datadog.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { type CountQuery, parseCount } from '../../../src/sli/datadog/query.ts';
import { createDatadog } from '../../../src/sli/datadog/source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** Datadog's own client for Python, against the stand-in and against what the source sends. */

const python = join(homedir(), '.cache/backstay-peers/bin/python');
const installed = spawnSync(python, ['-c', 'import datadog_api_client']).status === 0;
if (!installed) console.warn("Skipped: Datadog's client for Python is missing. `.ci/run` installs it.");
const withClient = installed ? test : test.skip;
jest.setTimeout(300_000);

const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const login = { apiKey: 'a'.repeat(32), appKey: 'b'.repeat(40) };
const count = (text: string) => parseCount(text) as CountQuery;

let clock: VirtualClock;
let datadog: Awaited<ReturnType<typeof startDatadog>>;
beforeEach(async () => {
  clock = new VirtualClock(start);
  datadog = await startDatadog({ now: () => clock.now(), limit: { calls: 1000, seconds: 2 } });
  datadog.apiKeys.add(login.apiKey);
  datadog.appKeys.set(login.appKey, { scopes: ['timeseries_query'] });
  for (let n = 0; n < 5; n++) {
    const tags = ['service:ocr', `version:ocr-${1 + (n % 2)}`];
    datadog.put('ocr.requests', tags, start + n * minute, 10 + n);
    if (n === 1) datadog.put('ocr.errors', tags, start + n * minute, 1);
  }
  await clock.sleep(10 * minute);
});
afterEach(async () => {
  closeConnections();
  await datadog.close();
});

/** The body that the source sends at its first look. */
async function sentBody(): Promise<Record<string, unknown>> {
  const source = createDatadog({
    settings: {
      site: 'us1',
      credentials: login,
      pairs: new Map([
        [
          'availability',
          {
            total: count('sum:ocr.requests{service:ocr,version:$revision}'),
            bad: count('sum:ocr.errors{service:ocr,version:$revision}'),
          },
        ],
      ]),
      badOptional: true,
      delayMs: minute,
    },
    world: {
      clock,
      env: { DATADOG_HOST: datadog.url },
      sandbox: true,
      userAgent: 'test',
      mask: () => {},
      identityToken: async () => '',
    },
  });
  const objectives = [{ id: 'availability', kind: 'availability' }] as const;
  await source
    .open({ service: 'ocr', revisions: ['ocr-2', 'ocr-1'], objectives, since: start - minute })
    .poll([start - minute]);
  const body = datadog.calls[0]?.body;
  if (body === undefined) throw new Error('The source sent nothing.');
  return body;
}

function ask(body: unknown, keys = login): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, [join(import.meta.dirname, 'client.py')]);
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (err += String(text)));
    child.on('close', (code) =>
      code === 0 ? resolve(JSON.parse(out)) : reject(new Error(err.slice(-2000))),
    );
    child.stdin.end(JSON.stringify({ host: datadog.url, ...keys, body }));
  });
}

withClient('the client knows every field that the source sends, and understands the answer', async () => {
  const body = await sentBody();
  const answer = await ask(body);
  expect(answer.sent).toEqual(body);
  expect(answer.unknown).toEqual([]);
  expect(answer.type).toBe('timeseries_response');
  const times = answer.times as number[];
  const values = answer.values as (number | null)[][];
  expect(values.every((own) => own.length === times.length)).toBe(true);
  const series = answer.series as { query: number }[];
  // The queries are total and bad of one revision, then of the other.
  const sums = [0, 1, 2, 3].map((query) =>
    series
      .flatMap((one, n) => (one.query === query ? (values[n] ?? []) : []))
      .reduce<number>((a, b) => a + (b ?? 0), 0),
  );
  expect(sums).toEqual([11 + 13, 1, 10 + 12 + 14, 0]);
});

withClient('the client waits as long as the headers of the stand-in say', async () => {
  const body = await sentBody();
  datadog.troubles.push('throttle');
  expect(await ask(body)).toMatchObject({ type: 'timeseries_response' });
});

withClient('the client reads a refusal', async () => {
  const body = await sentBody();
  expect(await ask(body, { ...login, appKey: 'c'.repeat(40) })).toMatchObject({ status: 403 });
});
