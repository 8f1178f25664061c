import { afterEach, describe, expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../sandbox/index.ts';
import { until } from '../support/hold-call.ts';
import { type Client, inline, type Json, openSandbox } from './support/client.ts';

let client: Client;
afterEach(() => client.sandbox.stop());

async function open(
  options: SandboxOptions = {},
  files = inline(200),
): Promise<{ uri: string; token: string; revision: string }> {
  client = await openSandbox(options);
  await client.deploy('ocr', files);
  const { body } = await client.function('ocr');
  return {
    uri: body.serviceConfig.uri,
    token: await client.idToken(body.serviceConfig.uri),
    revision: body.serviceConfig.revision,
  };
}
const requests = 'logName:"requests"';
describe('load', () => {
  test('counts answers by status and revision, and gives the time of the first bad one', async () => {
    const mixed = {
      'sandbox.json': JSON.stringify({
        responses: [
          { status: 200, share: 0.7 },
          { status: 500, share: 0.3 },
        ],
      }),
    };
    const { revision } = await open({}, mixed);
    const started = await client.control('POST', '/load', {
      function: 'ocr',
      rps: 200,
      seconds: 0.4,
      path: '/read',
    });
    let shown: Json = started.body;
    while (shown.running) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      shown = (await client.control('GET', `/load/${started.body.id}`)).body;
    }
    expect(shown.requests).toBe(80);
    expect(shown.byStatus[200] + shown.byStatus[500]).toBe(80);
    expect(shown.bad).toBe(shown.byStatus[500]);
    expect(Object.keys(shown.byRevision)).toEqual([revision]);
    expect(Date.parse(shown.firstBad)).toBeLessThanOrEqual(Date.parse(shown.lastBad));
    expect(await client.logs(`${requests} httpRequest.status=500`)).toHaveLength(shown.bad);
  });

  test('sends files in turn until it is stopped', async () => {
    await open();
    const file = `${client.sandbox.world.folder}/image.png`;
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, 'not really an image');
    await client.control('POST', '/load', { function: 'ocr', rps: 50, files: [file] });
    await until(async () => (await client.control('GET', '/load')).body.loads[0].requests > 2);
    await client.control('DELETE', '/load');
    const { body } = await client.control('GET', '/load');
    expect(body.loads[0].requests).toBeGreaterThan(2);
    const [entry] = await client.logs(requests);
    expect(entry?.httpRequest).toMatchObject({ requestSize: '19', userAgent: 'sandbox-load', status: 200 });
  });

  test.each([
    [{ rps: 1 }, 400],
    [{ function: 'ocr', rps: 0 }, 400],
    [{ function: 'ocr', rps: 1, second: 1 }, 400],
    [{ function: 'ocr', rps: 1, files: ['/nowhere/x.png'] }, 400],
    [{ function: 'other', rps: 1 }, 404],
  ])('%j is refused', async (body, status) => {
    await open();
    expect((await client.control('POST', '/load', body)).status).toBe(status);
  });
});

describe('Cloud Monitoring', () => {
  const series = async (extra: string, metric = 'request_count'): Promise<Json> => {
    const now = client.sandbox.world.now();
    const end = Math.floor(now / 60_000) * 60_000;
    const filter = encodeURIComponent(
      `metric.type="run.googleapis.com/${metric}" AND resource.type="cloud_run_revision" AND resource.labels.service_name="ocr"${extra.startsWith(' ') ? (extra.split('&')[0] as string) : ''}`,
    );
    const rest = extra.startsWith(' ') ? extra.split('&').slice(1).join('&') : extra;
    const path = `/v3/projects/${client.sandbox.project}/timeSeries?filter=${filter}&interval.startTime=${new Date(end - 3_600_000).toISOString()}&interval.endTime=${new Date(end).toISOString()}&${rest}`;
    const answer = await client.api('monitoring', 'GET', path);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body;
  };
  const aligned = 'aggregation.alignmentPeriod=60s&aggregation.perSeriesAligner=ALIGN_DELTA';
  const grouped = `${aligned}&aggregation.crossSeriesReducer=REDUCE_SUM&aggregation.groupByFields=resource.labels.revision_name&aggregation.groupByFields=metric.labels.response_code_class`;
  const sum = (points: Json[]) => points.reduce((total, { value }) => total + Number(value.int64Value), 0);

  test('counts the requests that reached a container, by revision and class, after the lag', async () => {
    const mixed = {
      'sandbox.json': JSON.stringify({
        responses: [
          { path: '/', status: 200 },
          { path: '/bad', status: 503 },
        ],
      }),
    };
    const { uri, token, revision } = await open({}, mixed);
    for (const path of ['/', '/', '/bad']) await client.call(`${uri}${path}`, token);
    await client.call(uri, undefined);
    await client.control('PATCH', '/settings', { clockOffsetMs: 120_000 });
    expect((await series(grouped)).timeSeries).toBeUndefined();
    await client.control('PATCH', '/settings', { clockOffsetMs: 300_000 });
    const { timeSeries } = await series(grouped);
    const counts = Object.fromEntries(
      timeSeries.map((one: Json) => [one.metric.labels.response_code_class, sum(one.points)]),
    );
    expect(counts).toEqual({ '2xx': 2, '5xx': 1 });
    expect(timeSeries[0]).toMatchObject({
      metricKind: 'DELTA',
      valueType: 'INT64',
      resource: { labels: { revision_name: revision } },
    });
    const bad = await series(` AND metric.labels.response_code_class=one_of("5xx","4xx")&${aligned}`);
    expect(bad.timeSeries).toHaveLength(1);
    expect(bad.timeSeries[0].metric.labels.response_code).toBe('503');
  });

  test('latencies are a distribution or a percentile', async () => {
    const slow = { 'sandbox.json': JSON.stringify({ responses: [{ status: 200, latencyMs: 30 }] }) };
    const { uri, token } = await open({}, slow);
    for (let i = 0; i < 4; i++) await client.call(uri, token);
    await client.control('PATCH', '/settings', { clockOffsetMs: 400_000 });
    const whole = await series(grouped, 'request_latencies');
    const value = whole.timeSeries[0].points[0].value.distributionValue;
    expect(whole.timeSeries[0].valueType).toBe('DISTRIBUTION');
    expect(Number(value.count)).toBeGreaterThanOrEqual(1);
    expect(value.mean).toBeGreaterThanOrEqual(29);
    expect(value.bucketCounts.reduce((total: number, count: string) => total + Number(count), 0)).toBe(
      Number(value.count),
    );
    const high = await series(
      'aggregation.alignmentPeriod=3600s&aggregation.perSeriesAligner=ALIGN_PERCENTILE_99',
      'request_latencies',
    );
    expect(high.timeSeries[0].points[0].value.doubleValue).toBeGreaterThanOrEqual(29);
  });

  test('the descriptor names its delays', async () => {
    await open();
    const path = `/v3/projects/${client.sandbox.project}/metricDescriptors/run.googleapis.com`;
    const { body } = await client.api('monitoring', 'GET', `${path}/request_count`);
    expect(body).toMatchObject({
      metricKind: 'DELTA',
      valueType: 'INT64',
      metadata: { samplePeriod: '60s', ingestDelay: '180s' },
    });
    expect((await client.api('monitoring', 'GET', `${path}/nothing`)).status).toBe(404);
  });

  test.each([
    ['aggregation.alignmentPeriod=10s', /at least 60/],
    ['aggregation.perSeriesAligner=ALIGN_DELTA', /alignmentPeriod/],
    [`${aligned}&aggregation.crossSeriesReducer=REDUCE_MEAN`, /no reducer/],
  ])('%s is refused', async (query, message) => {
    await open();
    await expect(series(query)).rejects.toThrow(message);
  });
});
