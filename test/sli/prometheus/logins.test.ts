import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startCloudWatch } from '../../../sandbox/monitors/cloudwatch.ts';
import { startEntra } from '../../../sandbox/monitors/entra.ts';
import {
  amazonGuard,
  type Guard,
  secretGuard,
  startPrometheusFront,
  tenantGuard,
} from '../../../sandbox/monitors/prometheus-front.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { prometheus } from '../../../src/sli/prometheus/definition.ts';
import type { OutsideLogin } from '../../../src/steps/ports/outside-login.ts';
import { fakeRest } from '../../support/fake-rest.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 12);
const region = 'eu-central-1';
const role = 'arn:aws:iam::123456789012:role/counts';
const client = '11111111-2222-3333-4444-555555555555';
const tenant = '66666666-7777-8888-9999-000000000000';
const github = 'https://token.actions.githubusercontent.com';
const subject = 'repo:acme/ocr:environment:production';
const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;

/** A server behind the front: a counter of all requests that grows by one a second, and a tenth of it is bad. */
let upstream: Server;
let upstreamUrl: string;
let clock: VirtualClock;
let masked: string[];
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  clock = new VirtualClock(start);
  masked = [];
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
  upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
afterEach(async () => {
  closeConnections();
  for (const close of closers.splice(0)) await close();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});

async function front(guard: Guard, prefix?: string) {
  const made = await startPrometheusFront({ upstream: upstreamUrl, guard, ...(prefix ? { prefix } : {}) });
  closers.push(made.close);
  return made;
}

/** The source as an action opens it, from its inputs. Returns the problems of the inputs, if there are any. */
function chosen(
  inputs: Record<string, unknown>,
  env: Record<string, string> = {},
  more: Partial<OutsideLogin> = {},
) {
  const problems: string[] = [];
  const settings = prometheus.settings(
    {
      prometheus_total: 'reqs{revision="$revision"}',
      prometheus_bad: 'reqs{revision="$revision",code="500"}',
      prometheus_delay: 20,
      prometheus_google: false,
      prometheus_bad_optional: false,
      ...inputs,
    } as never,
    (_, problem) => void problems.push(problem),
  );
  const outside: OutsideLogin = {
    env,
    sandbox: true,
    userAgent: 'test',
    mask: (value) => void masked.push(value),
    identityToken: async (audience) => jwt({ iss: github, sub: subject, aud: audience }),
    ...more,
  };
  const open = async () => {
    const source = await prometheus.open(
      {
        ...{ clock, projectId: 'p', region: 'r', objectives, outside },
        log: { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} },
        rest: fakeRest(() => ({})).rest,
        runProgram: () => Promise.reject(new Error('no program')),
      },
      settings,
    );
    const reader = source.open({ service: 'ocr', revisions: ['ocr-2'], objectives, since: clock.now() });
    await clock.sleep(60_000);
    return (await reader.poll([clock.now() - 60_000])).counts.map(({ total, bad }) => ({ total, bad }));
  };
  return { settings, problems, open };
}
const jwt = (claims: object) =>
  `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
const counted = [{ total: 30, bad: 3 }];

describe('what the user gives', () => {
  test('a bearer token', async () => {
    const { url } = await front(secretGuard('Bearer t0ken'));
    expect(await chosen({ prometheus_url: url, prometheus_token: 't0ken' }).open()).toEqual(counted);
  });

  test('a user and a password', async () => {
    const guard = secretGuard(`Basic ${Buffer.from('123456:glc_x').toString('base64')}`, 'Basic');
    const { url } = await front(guard);
    const inputs = { prometheus_url: url, prometheus_user: '123456', prometheus_token: 'glc_x' };
    expect(await chosen(inputs).open()).toEqual(counted);
  });

  test('a password is masked as it is sent, because a server may repeat what it got', async () => {
    const sent = Buffer.from('123456:glc_secret_of_grafana').toString('base64');
    const { url } = await front(secretGuard('Basic x', 'Basic'));
    const inputs = {
      prometheus_url: url,
      prometheus_user: '123456',
      prometheus_token: 'glc_secret_of_grafana',
    };
    await expect(chosen(inputs).open()).rejects.toMatchObject({ code: 'permission-denied' });
    expect(masked).toEqual([sent]);
  });

  test('headers, which are masked, and a tenant', async () => {
    const { url, requests } = await front(tenantGuard('team-ocr'));
    const inputs = {
      prometheus_url: url,
      prometheus_headers: ['CF-Access-Client-Id: an-id.access', 'cf-access-client-secret:  the:secret '],
      prometheus_tenant: 'team-ocr',
    };
    expect(await chosen(inputs).open()).toEqual(counted);
    expect(requests[0]?.headers).toMatchObject({
      'cf-access-client-id': 'an-id.access',
      'cf-access-client-secret': 'the:secret',
      'x-scope-orgid': 'team-ocr',
    });
    expect(masked).toEqual(['an-id.access', 'the:secret']);
  });

  test('Thanos is told to answer with an error in place of a part', async () => {
    const { url, requests } = await front(() => undefined);
    await chosen({ prometheus_url: url }).open();
    expect(requests[0]?.target).toMatch(/[?&]partial_response=false/);
  });

  test.each<[string, Guard, Record<string, unknown>, RegExp, RegExp]>([
    [
      'nothing, where a login is wanted',
      secretGuard('Bearer x'),
      {},
      /wants a login/,
      /prometheus_token, or/,
    ],
    [
      'nothing, where a user is wanted',
      secretGuard('Basic x', 'Basic'),
      {},
      /wants a login/,
      /prometheus_user and/,
    ],
    [
      'a bearer where a user is wanted',
      secretGuard('Basic x', 'Basic'),
      { prometheus_token: 'x' },
      /wants a user and a password/,
      /prometheus_user/,
    ],
    [
      'a wrong token',
      secretGuard('Bearer x'),
      { prometheus_token: 'y' },
      /does not accept this login/,
      /prometheus_token/,
    ],
    ['no tenant', tenantGuard('a'), {}, /several tenants/, /Set prometheus_tenant/],
    [
      'another tenant',
      tenantGuard('a'),
      { prometheus_tenant: 'b' },
      /may not read these counts/,
      /the tenant b/,
    ],
  ])('%s is explained', async (_, guard, inputs, why, fix) => {
    const { url } = await front(guard);
    await expect(chosen({ prometheus_url: url, ...inputs }).open()).rejects.toMatchObject({
      code: 'permission-denied',
      why: expect.stringMatching(why),
      fix: expect.stringMatching(fix),
    });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a password over plain http',
      { prometheus_url: 'http://p.example.com', prometheus_token: 'x' },
      /expected https/,
    ],
    [
      'headers over plain http',
      { prometheus_url: 'http://p.example.com', prometheus_headers: ['a: bcdefg'] },
      /https/,
    ],
    [
      'a login over plain http',
      { prometheus_url: 'http://p.example.com', prometheus_login: 'azure' },
      /https/,
    ],
    ['a URL that is none', { prometheus_url: 'https://[', prometheus_login: 'aws' }, /expected a URL/],
    [
      'a user without a password',
      { prometheus_url: 'https://p.example.com', prometheus_user: 'u' },
      /password/,
    ],
    [
      'a token for Amazon',
      {
        prometheus_url: 'https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1',
        prometheus_token: 'x',
      },
      /login to AWS needs none/,
    ],
  ])('%s is refused', (_, inputs, problem) => {
    expect(chosen(inputs).problems).toEqual([expect.stringMatching(problem)]);
  });

  test.each([
    ['https://aps-workspaces.eu-central-1.amazonaws.com/workspaces/ws-1', 'aws'],
    ['https://aps-workspaces-fips.us-gov-west-1.amazonaws.com/workspaces/ws-1', 'aws'],
    ['https://ocr-a1b2.westeurope.prometheus.monitor.azure.com', 'azure'],
    ['https://aps-workspaces.evil.example.com', 'token'],
    ['https://prometheus.monitor.azure.com.evil.example.com', 'token'],
    ['https://prometheus-prod-01-eu-west-0.grafana.net/api/prom', 'token'],
  ])('%s logs in by %s', (url, login) => {
    expect(chosen({ prometheus_url: url }).settings.login).toBe(login);
  });
});

describe('Amazon Managed Service for Prometheus', () => {
  let aws: Awaited<ReturnType<typeof startCloudWatch>>;
  beforeEach(async () => {
    aws = await startCloudWatch({ region, now: () => clock.now() });
    closers.push(aws.close);
    aws.identity.providers.set(github, ['sts.amazonaws.com']);
    aws.identity.addRole(role.slice(role.lastIndexOf('/') + 1), subject, [], github);
  });
  const guardOf = (more: object = {}) =>
    amazonGuard({ region, now: () => clock.now(), keysOf: (id) => aws.keys.get(id), ...more });
  const env = () => ({ AWS_ENDPOINT_URL_STS: aws.url, AWS_REGION: region });

  test('every question is signed, with a session that may only query', async () => {
    const { url, requests } = await front(guardOf(), '/workspaces/ws-1');
    const inputs = { prometheus_url: url, prometheus_login: 'aws', prometheus_role: role };
    expect(await chosen(inputs, env()).open()).toEqual(counted);
    expect(requests[0]?.target).toMatch(
      /^\/workspaces\/ws-1\/api\/v1\/query\?query=reqs%7Brevision%3D%22ocr-2%22%7D/,
    );
    expect(requests[0]?.target).not.toContain('partial_response');
    expect(JSON.parse(String(aws.calls[0]?.body.Policy))).toEqual({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['aps:QueryMetrics', 'aps:GetSeries', 'aps:GetLabels'], Resource: '*' },
      ],
    });
  });

  test('a clock that is off is corrected', async () => {
    const guard = guardOf({ now: () => clock.now() + 3_600_000 });
    const { url } = await front(guard, '/workspaces/ws-1');
    const keys = aws.addKeys(undefined);
    const earlier = { AWS_ACCESS_KEY_ID: keys.id, AWS_SECRET_ACCESS_KEY: keys.secret, AWS_REGION: region };
    expect(await chosen({ prometheus_url: url, prometheus_login: 'aws' }, earlier).open()).toEqual(counted);
  });

  test('a session that was withdrawn is renewed', async () => {
    const signed = guardOf();
    let first = true;
    const guard: Guard = (request) => {
      for (const one of first ? aws.keys.values() : []) one.expires = 0;
      first = false;
      return signed(request);
    };
    const { url } = await front(guard, '/workspaces/ws-1');
    const inputs = { prometheus_url: url, prometheus_login: 'aws', prometheus_role: role };
    expect(await chosen(inputs, env()).open()).toEqual(counted);
  });

  test.each<[string, () => void, object, RegExp]>([
    [
      'a role that may not query',
      () => {},
      { allowed: () => false },
      /may not read Amazon Managed Service for Prometheus/,
    ],
    [
      'a trust policy that does not fit',
      () => aws.identity.addRole(role.slice(role.lastIndexOf('/') + 1), 'repo:acme/other:*', [], github),
      {},
      /trust policy of the role/,
    ],
    ['no identity provider', () => aws.identity.providers.clear(), {}, /no identity provider for GitHub/],
    ['another region', () => {}, { region: 'us-east-1' }, /signature does not fit/],
  ])('%s is explained', async (_, spoil, guard, why) => {
    spoil();
    const { url } = await front(guardOf(guard), '/workspaces/ws-1');
    const inputs = { prometheus_url: url, prometheus_login: 'aws', prometheus_role: role };
    await expect(chosen(inputs, env()).open()).rejects.toMatchObject({
      code: 'permission-denied',
      why: expect.stringMatching(why),
    });
  });

  test('without a login or a region it says what to set', async () => {
    const { url } = await front(guardOf());
    const inputs = { prometheus_url: url, prometheus_login: 'aws' };
    await expect(chosen(inputs, env()).open()).rejects.toMatchObject({
      code: 'login-missing',
      why: expect.stringContaining('prometheus_role'),
    });
    await expect(chosen(inputs).open()).rejects.toMatchObject({ code: 'input-invalid' });
  });
});

describe('Azure Monitor', () => {
  let entra: Awaited<ReturnType<typeof startEntra>>;
  beforeEach(async () => {
    entra = await startEntra({ now: () => clock.now(), tenant });
    closers.push(entra.close);
    entra.apps.set(client, [{ issuer: github, subject, audience: 'api://AzureADTokenExchange' }]);
  });
  /** A workspace that takes tokens of Entra for its own audience. */
  const workspace =
    (reader = true): Guard =>
    ({ headers }) => {
      const token = entra.issued.get(String(headers.authorization).replace('Bearer ', ''));
      const good =
        token &&
        token.expires > clock.now() &&
        token.scope === 'https://prometheus.monitor.azure.com/.default';
      if (!good) return { status: 401, body: '' };
      return reader ? undefined : { status: 403, body: '' };
    };
  const inputs = (url: string) => ({
    prometheus_url: url,
    prometheus_login: 'azure',
    prometheus_client_id: client,
    prometheus_tenant_id: tenant,
  });
  const env = () => ({ AZURE_AUTHORITY_HOST: entra.url });

  test("GitHub's token is exchanged for one of Entra, once, and both are masked", async () => {
    const { url } = await front(workspace());
    expect(await chosen(inputs(url), env()).open()).toEqual(counted);
    expect(entra.calls).toEqual([
      {
        path: `/${tenant}/oauth2/v2.0/token`,
        grant_type: 'client_credentials',
        client_id: client,
        scope: 'https://prometheus.monitor.azure.com/.default',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: expect.any(String),
      },
    ]);
    expect(masked).toEqual([entra.calls[0]?.client_assertion, [...entra.issued.keys()][0]]);
  });

  test('the ids of an earlier step are taken, and an outage of Entra is tried again', async () => {
    entra.troubles.push('outage', 'throttle');
    const { url } = await front(workspace());
    const ids = { ...env(), AZURE_CLIENT_ID: client, AZURE_TENANT_ID: tenant };
    expect(await chosen({ prometheus_url: url, prometheus_login: 'azure' }, ids).open()).toEqual(counted);
  });

  test('a token that ends in the middle of a watch is renewed before', async () => {
    entra.lifetime.seconds = 301;
    const { url } = await front(workspace());
    expect(await chosen(inputs(url), env()).open()).toEqual(counted);
    expect(entra.calls.length).toBeGreaterThan(0);
  });

  const credential = `'{"name":"repo-acme-ocr-environment-production","issuer":"${github}","subject":"${subject}","audiences":["api://AzureADTokenExchange"]}'`;
  test.each<[string, () => void, RegExp, string | undefined]>([
    [
      'no federated credential for this run',
      () =>
        entra.apps.set(client, [
          { issuer: github, subject: 'repo:acme/ocr:ref:refs/heads/main', audience: 'x' },
        ]),
      /no federated credential for this run \(repo:acme\/ocr:environment:production\)/,
      `az ad app federated-credential create --id ${client} --parameters ${credential}`,
    ],
    [
      'no such app',
      () => entra.apps.clear(),
      /has no app/,
      `az ad app show --id ${client} --query '{app:appId,name:displayName}'`,
    ],
    ['an answer without a token', () => entra.troubles.push('no token'), /^$/, undefined],
  ])('%s is explained', async (name, spoil, why, command) => {
    spoil();
    const { url } = await front(workspace());
    const failure = chosen(inputs(url), env()).open();
    if (name.includes('without'))
      return expect(failure).rejects.toMatchObject({ code: 'response-malformed' });
    await expect(failure).rejects.toMatchObject({
      code: 'permission-denied',
      why: expect.stringMatching(why),
      commands: [command],
    });
  });

  test('another tenant and a missing role are explained', async () => {
    const { url } = await front(workspace(false));
    await expect(chosen(inputs(url), env()).open()).rejects.toMatchObject({
      why: expect.stringContaining('may not read this Azure Monitor workspace'),
      commands: [expect.stringContaining("'Monitoring Data Reader'")],
    });
    const other = { ...inputs(url), prometheus_tenant_id: 'other.onmicrosoft.com' };
    await expect(chosen(other, env()).open()).rejects.toMatchObject({
      why: 'There is no tenant other.onmicrosoft.com.',
    });
  });

  test.each([
    ['a stranger', 'https://login.example.com', true],
    ['this machine, outside of the sandbox', 'http://127.0.0.1:1', false],
  ])('the token does not go to %s', async (_, host, sandbox) => {
    const { url } = await front(workspace());
    const failure = chosen(inputs(url), { AZURE_AUTHORITY_HOST: host }, { sandbox }).open();
    await expect(failure).rejects.toMatchObject({ code: 'endpoint-refused' });
  });

  test('ids that could be something else are refused', async () => {
    const { url } = await front(workspace());
    const ids = { ...env(), AZURE_CLIENT_ID: `${client}'; id #`, AZURE_TENANT_ID: tenant };
    await expect(
      chosen({ prometheus_url: url, prometheus_login: 'azure' }, ids).open(),
    ).rejects.toMatchObject({ code: 'login-missing' });
  });
});
