import { afterEach, describe, expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../sandbox/index.ts';
import { requestObservers } from '../../sandbox/run/request-log.ts';
import { holdCall } from '../support/hold-call.ts';
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
const raw = (body: Json, query = '') =>
  client.api('logging', 'POST', `/v2/entries:list${query}`, {
    resourceNames: [`projects/${client.sandbox.project}`],
    ...body,
  });

describe('request log entries', () => {
  test('have the shape that Cloud Run writes', async () => {
    const { uri, token, revision } = await open();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await client.send(`${uri}/read?lang=ko`, 'POST', '{"a":1}', {
      authorization: `Bearer ${token}`,
      'user-agent': 'tester/1',
      traceparent: `00-${trace}-b7ad6b7169203331-01`,
    });
    const [entry] = await client.logs(requests);
    expect(entry).toEqual({
      insertId: expect.stringMatching(/^[0-9a-f]{24}$/),
      httpRequest: {
        requestMethod: 'POST',
        requestUrl: `${uri}/read?lang=ko`,
        requestSize: '7',
        status: 200,
        responseSize: '11',
        userAgent: 'tester/1',
        remoteIp: '127.0.0.1',
        serverIp: '127.0.0.1',
        latency: expect.stringMatching(/^0\.\d{9}s$/),
        protocol: 'HTTP/1.1',
      },
      resource: {
        type: 'cloud_run_revision',
        labels: {
          configuration_name: 'ocr',
          location: 'us-central1',
          project_id: client.sandbox.project,
          revision_name: revision,
          service_name: 'ocr',
        },
      },
      timestamp: expect.stringMatching(/^2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      receiveTimestamp: expect.stringMatching(/Z$/),
      severity: 'INFO',
      labels: { 'goog-managed-by': 'cloudfunctions', instanceId: expect.any(String) },
      logName: `projects/${client.sandbox.project}/logs/run.googleapis.com%2Frequests`,
      trace: `projects/${client.sandbox.project}/traces/${trace}`,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      traceSampled: true,
    });
  });

  test.each([true, false])(
    'exist for refused requests too, as warnings with the reason and without an instance; revision: %s',
    async (refusedHasRevision) => {
      const { uri, revision } = await open({ quirks: { refusedHasRevision } });
      await client.call(uri, undefined);
      await client.call(uri, 'x.y.z');
      const entries = await client.logs(`${requests} severity=WARNING`);
      expect(entries.map(({ httpRequest }) => httpRequest.status)).toEqual([403, 401]);
      for (const entry of entries) {
        expect(entry.textPayload).toMatch(/^The request was not auth/);
        expect(entry.labels.instanceId).toBeUndefined();
        expect(entry.resource.labels.revision_name).toBe(refusedHasRevision ? revision : '');
      }
    },
  );

  test.each([true, false])('exist for refusals by ingress: %s', async (ingressRefusalIsLogged) => {
    const { uri, token } = await open({ quirks: { ingressRefusalIsLogged } });
    await client.patchService('ocr', 'ingress', { ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY' });
    expect((await client.call(uri, token)).status).toBe(404);
    const entries = await client.logs(`${requests} httpRequest.status=404`);
    expect(entries.map(({ textPayload, labels }) => [typeof textPayload, labels.instanceId])).toEqual(
      ingressRefusalIsLogged ? [['string', undefined]] : [],
    );
  });

  test.each([true, false])(
    '429 for lack of an instance has the revision: %s',
    async (exhausted429HasRevision) => {
      const slow = {
        'sandbox.json': JSON.stringify({ maxConcurrency: 1, responses: [{ status: 200, latencyMs: 1000 }] }),
      };
      const { uri, token, revision } = await open({ quirks: { exhausted429HasRevision } }, slow);
      const statuses = await Promise.all([1, 2, 3].map(async () => (await client.call(uri, token)).status));
      expect(statuses.toSorted()).toEqual([200, 429, 429]);
      const [entry] = await client.logs(`${requests} httpRequest.status=429`);
      expect(entry?.resource.labels.revision_name).toBe(exhausted429HasRevision ? revision : '');
      expect(entry?.textPayload).toContain('no available instance');
    },
  );

  test('requests beyond the capacity of the instances wait, as on Cloud Run', async () => {
    const slow = { 'sandbox.json': JSON.stringify({ responses: [{ status: 200, latencyMs: 60 }] }) };
    const { uri, token } = await open({}, slow);
    await client.deploy('ocr', slow, { service: { maxInstanceCount: 1, maxInstanceRequestConcurrency: 1 } });
    const statuses = await Promise.all([1, 2, 3].map(async () => (await client.call(uri, token)).status));
    expect(statuses).toEqual([200, 200, 200]);
    const latencies = (await client.logs(requests)).map(({ httpRequest }) =>
      Number.parseFloat(httpRequest.latency),
    );
    expect(Math.max(...latencies)).toBeGreaterThan(0.17);
  });

  test.each([true, false])('the timestamp is the start of the request: %s', async (logTimestampIsStart) => {
    const slow = { 'sandbox.json': JSON.stringify({ responses: [{ status: 200, latencyMs: 120 }] }) };
    const { uri, token } = await open({ quirks: { logTimestampIsStart } }, slow);
    const before = Date.now();
    await client.call(uri, token);
    const answered = Date.now();
    const [entry] = await client.logs(requests);
    const at = Date.parse(entry?.timestamp);
    const latency = Number.parseFloat(entry?.httpRequest.latency) * 1000;
    expect(latency).toBeGreaterThan(100);
    // A start lies at least the latency before the answer, an end at least the latency after the call.
    if (logTimestampIsStart) expect(at).toBeLessThanOrEqual(answered - latency + 2);
    else expect(at).toBeGreaterThanOrEqual(before + latency - 2);
  });

  test('a caller that hangs up is logged as 499', async () => {
    const slow = { 'sandbox.json': JSON.stringify({ responses: [{ status: 200, latencyMs: 1500 }] }) };
    const { uri, token } = await open({}, slow);
    const { world } = client.sandbox;
    const hungUp = new AbortController();
    const ended = new Promise<void>((resolve) => requestObservers(world).add(() => resolve()));
    // The caller hangs up as soon as the request has arrived, long before the answer.
    holdCall(world, { api: 'invoke' }, async () => hungUp.abort());
    await fetch(uri, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: hungUp.signal,
    }).catch(() => undefined);
    await ended;
    const entries = await client.logs(requests);
    expect(entries[0]?.httpRequest.status).toBe(499);
  });
});

describe('entries.list', () => {
  test('shows an entry only after the ingest lag', async () => {
    const { uri, token } = await open({ logLagMs: 60_000 });
    await client.call(uri, token);
    expect(await client.logs(requests)).toEqual([]);
    await client.control('PATCH', '/settings', { clockOffsetMs: 60_100 });
    const [entry] = await client.logs(requests);
    expect(Date.parse(entry?.receiveTimestamp) - Date.parse(entry?.timestamp)).toBeGreaterThanOrEqual(59_990);
  });

  test('pages in both directions, without losing or repeating an entry', async () => {
    const { uri, token } = await open();
    for (let i = 0; i < 7; i++) await client.call(`${uri}/${i}`, token);
    for (const orderBy of ['timestamp asc', 'timestamp desc']) {
      const paths: string[] = [];
      for (let pageToken = ''; ; ) {
        const { body } = await raw({
          filter: requests,
          orderBy,
          pageSize: 3,
          ...(pageToken ? { pageToken } : {}),
        });
        paths.push(...body.entries.map(({ httpRequest }: Json) => httpRequest.requestUrl.slice(-1)));
        if (!body.nextPageToken) break;
        pageToken = body.nextPageToken;
      }
      const expected = ['0', '1', '2', '3', '4', '5', '6'];
      expect(paths).toEqual(orderBy.endsWith('asc') ? expected : expected.toReversed());
    }
  });

  test('answers with only the requested fields', async () => {
    const { uri, token } = await open();
    await client.call(uri, token);
    const { body } = await raw(
      { filter: requests },
      '?fields=entries(insertId,httpRequest(status,latency),resource/labels/revision_name),nextPageToken',
    );
    expect(Object.keys(body.entries[0]).toSorted()).toEqual(['httpRequest', 'insertId', 'resource']);
    expect(Object.keys(body.entries[0].httpRequest).toSorted()).toEqual(['latency', 'status']);
    expect(body.entries[0].resource).toEqual({ labels: { revision_name: expect.stringMatching(/^ocr-/) } });
  });

  test.each([
    ['a bad filter', { filter: 'nope=1' }, 400],
    ['a bad order', { orderBy: 'severity' }, 400],
    ['a page token of another query', { pageToken: 'eyJhIjoxfQ' }, 400],
    ['an unknown field', { filters: '' }, 400],
    ['no resource', { resourceNames: [] }, 400],
    ['another project', { resourceNames: ['projects/other'] }, 403],
  ])('%s is refused', async (_, body, status) => {
    await open();
    expect((await raw(body)).status).toBe(status);
  });

  test('answers 60 calls a minute, then 429, unless the quota is switched off', async () => {
    await open();
    const statuses: number[] = [];
    for (let i = 0; i < 61; i++) statuses.push((await raw({ filter: requests, pageSize: 1 })).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(60);
    const last = await raw({});
    expect([last.status, last.body.error.status, last.body.error.details[0].reason]).toEqual([
      429,
      'RESOURCE_EXHAUSTED',
      'RATE_LIMIT_EXCEEDED',
    ]);
    await client.control('PATCH', '/settings', { enforceLoggingQuota: false });
    expect((await raw({})).status).toBe(200);
    await client.control('PATCH', '/settings', { enforceLoggingQuota: true, clockOffsetMs: 61_000 });
    expect((await raw({})).status).toBe(200);
  });
});
