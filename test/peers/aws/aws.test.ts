import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { closeConnections } from '../../../src/http/send.ts';
import { countersOf, type FamilyName } from '../../../src/sli/cloudwatch/counters.ts';
import { createCloudWatch } from '../../../src/sli/cloudwatch/source.ts';
import { awsLogin } from '../../../src/sli/prometheus/login/aws.ts';
import { createApi } from '../../../src/sli/prometheus/query-api.ts';
import { fakeRest } from '../../support/fake-rest.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/**
 * What AWS' own library says about our requests, and moto's CloudWatch about our questions. moto knows the shapes and counts, but takes any
 * signature and any token, so botocore checks the signatures.
 */
const needed = 'import botocore, boto3, moto.server';
const python = [join(homedir(), '.cache/backstay-peers/bin/python'), 'python3'].find(
  (one) => spawnSync(one, ['-c', needed]).status === 0,
);
if (!python)
  console.warn(
    'Skipped: botocore and moto are missing, so nobody else looks at our requests to AWS. `.ci/run` installs them.',
  );
const withPython = python ? describe : describe.skip;

const region = 'eu-central-1';
const keys = {
  id: 'AKIDEXAMPLE',
  secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  token: 'Fwo+token/with=signs',
};
const env = {
  AWS_ACCESS_KEY_ID: keys.id,
  AWS_SECRET_ACCESS_KEY: keys.secret,
  AWS_SESSION_TOKEN: keys.token,
  AWS_REGION: region,
};
const worldOf = (clock: VirtualClock, more: Record<string, string> = {}) => ({
  clock,
  env: { ...env, ...more },
  sandbox: true,
  userAgent: 'test',
  mask: () => {},
  identityToken: async () => 'token',
});
const objectives = [{ id: 'availability', kind: 'availability' }] as const;

interface Captured {
  method: string;
  target: string;
  headers: Record<string, string>;
  body: string;
}

withPython('botocore', () => {
  const captured: Captured[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    captured.push({
      method: request.method ?? '',
      target: request.url ?? '',
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(chunks).toString('utf8'),
    });
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        status: 'success',
        data: { resultType: 'vector', result: [] },
        MetricDataResults: [{ Id: 'm0', Timestamps: [], Values: [], StatusCode: 'Complete' }],
      }),
    );
  });
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    closeConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** What botocore signs for the same request, with the headers that we have signed. */
  function signed(requests: readonly Captured[], service: string): string[] {
    const list = requests.map(({ method, target, headers, body }) => {
      const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
      const own = Object.entries(headers).filter(([name]) => names.includes(name) && name !== 'x-amz-date');
      return {
        ...{ method, url: `http://${headers.host}${target}`, body, region, service },
        headers: Object.fromEntries(own),
        date: headers['x-amz-date'],
        ...keys,
      };
    });
    const done = spawnSync(python as string, [join(import.meta.dirname, 'verify.py')], {
      input: JSON.stringify(list),
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(done.stderr);
    return JSON.parse(done.stdout) as string[];
  }

  test('signs our questions to Amazon Managed Service for Prometheus in the same way', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 10, 22, 12, 34, 56));
    const base = `${url}/workspaces/ws-1`;
    const api = createApi({
      ...{ url: base, clock, projectId: 'p', rest: fakeRest(() => ({})).rest },
      login: awsLogin(worldOf(clock), base, { tenant: 'team' }),
    });
    const queries = [
      'vector(1)',
      'reqs{revision="ocr-2",code=~"5..|429"}[925s]',
      `sum(increase(a_total{x!="ü ~ %2F + * ' ( ) ! & = ?"}[86400s]))`,
      'a{b="\u{1f600}",c="a\\\\b"}',
      '',
    ];
    captured.length = 0;
    for (const query of queries) await api('query', { query, time: '1795000000.000' });
    await api('series', { 'match[]': queries[1] as string, start: '1', end: '2' });
    await api('label/__name__/values', {});
    expect(captured).toHaveLength(7);
    expect(captured.map(({ headers }) => headers.authorization)).toEqual(signed(captured, 'aps'));
  });

  test('signs our questions to CloudWatch in the same way', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 10, 22, 12, 34, 56));
    const source = createCloudWatch({
      settings: {
        selection: { family: 'rest-api', dimensions: { ApiName: 'ocr – ü', Stage: 'prod' } },
        region,
        role: undefined,
        delayMs: 180_000,
      },
      world: worldOf(clock, { AWS_ENDPOINT_URL: url }),
    });
    captured.length = 0;
    await source.ready?.({ service: 'ocr' });
    expect(captured).toHaveLength(1);
    expect(captured.map(({ headers }) => headers.authorization)).toEqual(signed(captured, 'monitoring'));
  });
});

withPython("moto's CloudWatch", () => {
  const minute = 60_000;
  const from = Math.floor((Date.now() - 20 * minute) / minute) * minute;
  const random = (n: number, most: number) => ((n * 7919) % 104_729) % most;
  const selections: [FamilyName, Record<string, string>][] = [
    ['rest-api', { ApiName: 'ocr', Stage: 'prod' }],
    ['http-api', { ApiId: 'a1b2', Stage: '$default' }],
    ['alb', { LoadBalancer: 'app/ocr/50dc6c495c0c9188', TargetGroup: 'targetgroup/new/943f017f100becff' }],
    ['alb', { LoadBalancer: 'app/ocr/50dc6c495c0c9188' }],
    ['lambda', { FunctionName: 'ocr', Resource: 'ocr:live' }],
  ];
  const metrics = selections.map(([family, dimensions]) =>
    countersOf({ family, dimensions }, family !== 'lambda'),
  );
  /** Ten minutes of each metric, put in several pieces a minute, as AWS' services do. */
  const data = metrics.flatMap(({ total, bad }, s) =>
    [total, ...bad].map(({ namespace, name, dimensions }, m) => ({
      Namespace: namespace,
      MetricData: Array.from({ length: 30 }, (_, n) => ({
        MetricName: name,
        Dimensions: dimensions,
        Timestamp: Math.floor((from + n * 20_000) / 1000),
        Value: m === 0 ? 60 + random(1 + n + 401 * s, 900) : random(1 + n + 31 * m + 401 * s, 9),
      })),
    })),
  );
  let url = '';
  let stop = () => {};
  beforeAll(async () => {
    const child = spawn(python as string, [join(import.meta.dirname, 'cloudwatch.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    stop = () => child.stdin.end();
    child.stdin.write(`${JSON.stringify({ region, data })}\n`);
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', resolve);
      child.once('exit', (code) => reject(new Error(`moto ended with ${code}`)));
    });
    url = (JSON.parse(line) as { url: string }).url;
  }, 300_000);
  afterAll(() => {
    closeConnections();
    stop();
  });

  test.each(selections.map(([family, dimensions], index) => ({ family, dimensions, index })))(
    'counts $family $dimensions as we do',
    async ({ family, dimensions, index }) => {
      const clock = new VirtualClock(from + 14 * minute);
      const source = createCloudWatch({
        settings: { selection: { family, dimensions }, region, role: undefined, delayMs: 3 * minute },
        world: worldOf(clock, { AWS_ENDPOINT_URL: url }),
      });
      const clientErrors = family === 'lambda' ? {} : ({ clientErrors: true } as const);
      const asked = [{ ...objectives[0], ...clientErrors }];
      const { counts } = await source
        .open({ service: 'ocr', revisions: [], objectives: asked, since: from })
        .poll([from]);
      const own = metrics[index] as (typeof metrics)[number];
      const sumOf = (name: string) =>
        data
          .filter(
            ({ MetricData: [first] }) =>
              first?.MetricName === name && JSON.stringify(first.Dimensions) === JSON.stringify(dimensions),
          )
          .flatMap(({ MetricData }) => MetricData)
          .reduce((sum, { Value }) => sum + Value, 0);
      expect(counts).toEqual([
        {
          ...{ revision: '', objective: 'availability', span: 0 },
          total: sumOf(own.total.name),
          bad: own.bad.reduce((sum, { name }) => sum + sumOf(name), 0),
        },
      ]);
    },
  );
});
