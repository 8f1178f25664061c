import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { closeConnections } from '../../src/http/send.ts';
import { createReadSums } from '../../src/sli/cloudwatch/metric-data.ts';
import { createReadCounts } from '../../src/sli/datadog/timeseries.ts';
import { createNrql } from '../../src/sli/newrelic/nerdgraph.ts';
import { readSteps } from '../../src/sli/newrelic/rows.ts';
import { readMatrix } from '../../src/sli/prometheus/answer.ts';
import { firstWarning } from '../../src/sli/warnings.ts';

/** A warning means that a part of the counts is missing, whatever its shape. */

const from = Date.UTC(2026, 10, 22, 12);
const window = { from, to: from + 60_000, periodSeconds: 60 };

const shapes: [what: string, warning: unknown, said: RegExp][] = [
  ['a list of texts', ['a store is away'], /a store is away/],
  ['a text', 'a store is away', /a store is away/],
  ['a list of objects', [{ title: 'Partial', detail: 'a store is away' }], /a store is away/],
  ['an object', { message: 'a store is away' }, /a store is away/],
  ['an object that says nothing', [{ code: 7 }], /\{"code":7\}/],
];

test.each(shapes)('%s is a warning', (_, warning, said) => {
  expect(firstWarning(warning)).toMatch(said);
});
test.each([[undefined], [null], [''], [[]], [false]])('%j warns of nothing', (value) => {
  expect(firstWarning(value)).toBeUndefined();
});

describe.each(shapes)('%s in an answer that looks whole', (_, warning) => {
  test('Prometheus', () => {
    const whole = { status: 'success', data: { resultType: 'matrix', result: [] } };
    expect(readMatrix({ ...whole, warnings: [] })).toEqual([]);
    expect(() => readMatrix({ ...whole, warnings: warning })).toThrow('only in part');
    expect(() => readMatrix({ ...whole, infos: warning })).toThrow('only in part');
  });

  test('Datadog', async () => {
    const data = { type: 'timeseries_response', attributes: { series: [], times: [], values: [] } };
    const ask = (errors: unknown) => createReadCounts(async () => ({ data, errors }) as never)(['q'], window);
    expect(await ask([])).toEqual([[]]);
    await expect(ask(warning)).rejects.toMatchObject({ code: 'counts-partial' });
  });

  test('CloudWatch', async () => {
    const metric = { namespace: 'N', name: 'Count', dimensions: {} };
    const ask = (more: object, own: object = {}) =>
      createReadSums(
        async () => ({
          MetricDataResults: [{ Id: 'm0', StatusCode: 'Complete', Timestamps: [], Values: [], ...own }],
          ...more,
        }),
        undefined,
      )([metric], window);
    expect(await ask({ Messages: [] })).toEqual([[]]);
    await expect(ask({ Messages: warning })).rejects.toMatchObject({ code: 'counts-partial' });
    await expect(ask({}, { Messages: warning })).rejects.toMatchObject({ code: 'counts-partial' });
  });
});

describe('New Relic', () => {
  let close = () => {};
  afterEach(() => {
    closeConnections();
    close();
  });
  async function ask(results: unknown, { messages, errors }: { messages?: unknown; errors?: unknown }) {
    const nrql = { results, metadata: { messages } };
    const body = JSON.stringify({ data: { actor: { account: { nrql } } }, errors });
    const server = createServer((_, response) => response.end(body));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    close = () => server.close();
    const clock = { now: Date.now, steady: () => performance.now(), sleep: async () => {} };
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = { base, region: 'us' as const, account: 1, key: 'NRAK-1', clock, userAgent: 'test' };
    return readSteps(createNrql(client), 'SELECT count(*) AS n FROM Metric', window);
  }
  const times = { beginTimeSeconds: from / 1000, endTimeSeconds: from / 1000 + 60 };
  const rows = [{ ...times, n: 3 }];

  test.each(shapes)('%s', async (_, warning) => {
    expect(await ask(rows, { messages: [], errors: [] })).toEqual([{ start: from, sum: 3 }]);
    close();
    await expect(ask(rows, { messages: warning })).rejects.toMatchObject({ code: 'counts-partial' });
    close();
    await expect(ask(rows, { errors: warning })).rejects.toMatchObject({ code: 'counts-partial' });
  });

  test('a row without its number is no zero; the sum of nothing is', async () => {
    expect(await ask([{ ...times, n: null }], {})).toEqual([{ start: from, sum: 0 }]);
    close();
    await expect(ask([{ ...times, count: 3 }], {})).rejects.toMatchObject({ code: 'response-malformed' });
  });
});
