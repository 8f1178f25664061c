import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { startNewRelic } from '../../../sandbox/monitors/newrelic.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { type CountQuery, parseCount } from '../../../src/sli/newrelic/query.ts';
import { createNewRelic } from '../../../src/sli/newrelic/source.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** New Relic's own client for Go, against the stand-in and against what the source counts. */

const program = join(homedir(), '.cache/backstay-peers/bin/newrelic-client');
const built = existsSync(program);
if (!built) console.warn("Skipped: New Relic's client for Go is missing. `.ci/run` builds it.");
const withClient = built ? test : test.skip;
jest.setTimeout(120_000);

const start = Date.UTC(2026, 10, 22, 12);
const minute = 60_000;
const key = 'NRAK-0123456789ABCDEF';
const account = 1234567;
const objectives = [{ id: 'availability', kind: 'availability' }] as const;
const count = (text: string) => parseCount(text) as CountQuery;

let clock: VirtualClock;
let newRelic: Awaited<ReturnType<typeof startNewRelic>>;
beforeEach(async () => {
  clock = new VirtualClock(start);
  newRelic = await startNewRelic({ now: () => clock.now() });
  newRelic.keys.set(key, [account]);
  for (let n = 0; n < 5; n++)
    for (const appName of ['ocr-1', 'ocr-2']) {
      const at = start + n * minute + 20_000;
      newRelic.put('Metric', at, { appName, 'apm.service.transaction.duration': 10 + n });
      if (n === 1) newRelic.put('Metric', at, { appName, 'apm.service.error.count': 3 });
    }
  await clock.sleep(10 * minute);
});
afterEach(async () => {
  closeConnections();
  await newRelic.close();
});

interface Line {
  rows: { n: number }[] | null;
  messages: string[] | null;
  error: string;
}

function ask(queries: readonly string[], more: object = {}): Promise<Line[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(program);
    let [out, err] = ['', ''];
    child.stdout.on('data', (text) => (out += String(text)));
    child.stderr.on('data', (text) => (err += String(text)));
    child.on('close', (code) =>
      code === 0
        ? resolve(
            out
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line) as Line),
          )
        : reject(new Error(err.slice(-2000))),
    );
    child.stdin.end(JSON.stringify({ url: `${newRelic.url}/graphql`, key, account, queries, ...more }));
  });
}

withClient('the client counts what the source counts, by the queries of the source', async () => {
  const source = createNewRelic({
    settings: {
      ...{ region: 'eu', account, key, badOptional: false, reservoir: 10_000, delayMs: 3 * minute },
      pairs: new Map([
        [
          'availability',
          {
            total: count(
              "SELECT count(apm.service.transaction.duration) FROM Metric WHERE appName = '$revision'",
            ),
            bad: count("SELECT count(apm.service.error.count) FROM Metric WHERE appName = '$revision'"),
          },
        ],
      ]),
    },
    world: {
      ...{ clock, sandbox: true, userAgent: 'test', mask: () => {} },
      env: { NEW_RELIC_NERDGRAPH: newRelic.url },
      identityToken: async () => '',
    },
  });
  const reader = source.open({ service: 'ocr', revisions: ['ocr-2', 'ocr-1'], objectives, since: start });
  const { counts } = await reader.poll([start]);
  const queries = newRelic.queries.filter((text) => text.includes('TIMESERIES'));
  const lines = await ask(queries);
  for (const revision of ['ocr-2', 'ocr-1']) {
    const sums = ['duration', 'error'].map((what) =>
      lines
        .filter((_, at) => queries[at]?.includes(revision) && queries[at]?.includes(what))
        .flatMap(({ rows }) => rows ?? [])
        .reduce((sum, { n }) => sum + n, 0),
    );
    const own = counts.filter((one) => one.revision === revision);
    expect(sums).toEqual([60, 3]);
    expect(sums).toEqual([
      own.reduce((sum, { total }) => sum + total, 0),
      own.reduce((sum, { bad }) => sum + bad, 0),
    ]);
  }
});

withClient('the client reads a message, and every kind of refusal', async () => {
  const query = `SELECT count(*) AS n FROM Metric SINCE ${start} UNTIL ${start + minute}`;
  newRelic.troubles.push('message');
  const [warned, wrong] = await ask([query, 'SELECT nonsense(']);
  expect(warned?.messages).toEqual(['Some data could not be read']);
  expect(wrong?.error).toMatch(/NRQL Syntax Error/);
  expect((await ask([query], { account: 7 }))[0]?.error).toMatch(/Access denied/);
  expect((await ask([query], { key: 'NRAK-OTHER' }))[0]?.error).toMatch(/API key|nvalid|401/);
});
