import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildBalancer } from './support/balancer.ts';
import { type Client, openSandbox } from './support/client.ts';

let client: Client;
let owner: string;
const clientId = '123-web.apps.googleusercontent.com';

/** Answers with the headers and the size of the body that the container saw. */
const echo = {
  'package.json': JSON.stringify({ name: 'f', main: 'index.js' }),
  'index.js': `exports.ocr = (request, response) => {
    response.json({ headers: request.headers, bytes: request.rawBody ? request.rawBody.length : 0 });
  };`,
};

beforeEach(async () => {
  client = await openSandbox();
  owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body.accessToken;
  await client.deploy('ocr', echo);
});
afterEach(() => client.sandbox.stop());

const invoker = () => `serviceAccount:${client.sandbox.env.INVOKER_SERVICE_ACCOUNT}`;
const compute = (method: string, path: string, body?: unknown) =>
  client.api('compute', method, `/compute/v1/projects/${client.sandbox.project}/${path}`, body, owner);
const grantIap = (name: string, members: string[]) =>
  client.api(
    'iap',
    'POST',
    `/v1/projects/${client.sandbox.project}/iap_web/${name}:setIamPolicy`,
    { policy: { bindings: [{ role: 'roles/iap.httpsResourceAccessor', members }] } },
    owner,
  );
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a balancer in front of a service', () => {
  test('passes the token on, whose audience is still that of the service', async () => {
    const url = await buildBalancer(client, { service: 'ocr' });
    const { uri } = await client.service('ocr');
    expect((await client.send(url)).status).toBe(403);
    expect((await client.send(url, 'GET', undefined, bearer(await client.idToken(url)))).status).toBe(401);
    const served = await client.send(url, 'POST', { a: 1 }, bearer(await client.idToken(uri)));
    expect(served.status).toBe(200);
    expect(served.headers.get('via')).toBe('1.1 google');
  });

  test('reaches a service that lets nothing else in', async () => {
    const url = await buildBalancer(client, { service: 'ocr' });
    const { uri } = await client.service('ocr');
    const ingress = { ingress: 'INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER' };
    await client.wait('run', (await client.patchService('ocr', 'ingress', ingress)).body.name);
    const token = await client.idToken(uri);
    expect((await client.call(uri, token, 'GET')).status).toBe(404);
    expect((await client.send(url, 'GET', undefined, bearer(token))).status).toBe(200);
  });

  test('answers 404 for a host and a path that the map does not know, and redirects', async () => {
    const url = await buildBalancer(client, { service: 'ocr' });
    const made = await compute('PATCH', 'global/urlMaps/ocr-map', {
      defaultService: null,
      defaultUrlRedirect: { httpsRedirect: true, hostRedirect: 'www.example.com' },
    });
    expect(made.status).toBe(200);
    const answer = await client.send(`${url}/a`);
    expect([answer.status, answer.headers.get('location')]).toEqual([301, 'https://www.example.com/a']);
  });
});

describe('a security policy', () => {
  const waf = (preview: boolean) => ({
    ...{ priority: 1000, action: 'deny(403)', preview },
    match: { expr: { expression: "evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 1})" } },
  });
  const attack = `q=1' or 1=1 --`;
  const invoke = async (url: string, body: string) => {
    const { uri } = await client.service('ocr');
    return client.send(url, 'POST', body, {
      ...bearer(await client.idToken(uri)),
      'content-type': 'text/plain',
    });
  };

  test('refuses an attack; a rule in preview only notes it', async () => {
    const url = await buildBalancer(client, { service: 'ocr', policy: { rules: [waf(true)] } });
    expect((await invoke(url, attack)).status).toBe(200);
    const noted = (await client.control('GET', '/state')).body.armor[0];
    expect(noted).toMatchObject({ preview: true, action: 'deny(403)' });
    await compute('POST', 'global/securityPolicies/ocr-policy/patchRule?priority=1000', { preview: false });
    expect((await invoke(url, attack)).status).toBe(403);
  });

  test.each([
    ['8KB', 200],
    ['64KB', 403],
  ])('sees the first %s of a body only', async (requestBodyInspectionSize, status) => {
    const advancedOptionsConfig = { requestBodyInspectionSize };
    const url = await buildBalancer(client, {
      service: 'ocr',
      policy: { rules: [waf(false)], advancedOptionsConfig },
    });
    const body = `${'x'.repeat(20_000)}${attack}`;
    const answer = await invoke(url, body);
    expect(answer.status).toBe(status);
    // What was read for inspection goes to the service with the rest.
    if (status === 200) expect(answer.body.bytes).toBe(body.length);
  });

  test('limits a rate for each address', async () => {
    const rule = {
      ...{ priority: 1, action: 'throttle' },
      match: { versionedExpr: 'SRC_IPS_V1', config: { srcIpRanges: ['*'] } },
      rateLimitOptions: {
        ...{ conformAction: 'allow', exceedAction: 'deny(429)', enforceOnKey: 'IP' },
        rateLimitThreshold: { count: 2, intervalSec: 60 },
      },
    };
    const url = await buildBalancer(client, { service: 'ocr', policy: { rules: [rule] } });
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await invoke(url, 'a')).status);
    expect(statuses).toEqual([200, 200, 429, 429]);
  });

  test.each([
    [{ rules: [{ ...waf(false), action: 'deny(418)' }] }, /resource.rules\[0\].action/],
    [{ rules: [waf(false), waf(true)] }, /Two rules have this priority/],
    [
      { rules: [{ ...waf(false), match: { expr: { expression: 'request.path ==' } } }] },
      /expression is not valid/,
    ],
    [{ advancedOptionsConfig: { requestBodyInspectionSize: '128KB' } }, /requestBodyInspectionSize/],
    [{ rulez: [] }, /Unknown name "rulez"/],
  ])('is refused if it is wrong: %j', async (policy, message) => {
    client.sandbox.world.disabledServices.delete('compute.googleapis.com');
    const answer = await compute('POST', 'global/securityPolicies', { name: 'p', ...policy });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toMatch(message);
    expect(answer.body.error.errors[0].reason).toBe('invalid');
  });
});

/** What IAP does is the same in front of a backend service and on a Cloud Run service. */
describe.each(['balancer', 'service'] as const)('Identity-Aware Proxy on a %s', (where) => {
  let url: string;
  beforeEach(async () => {
    const agent = `serviceAccount:service-${client.sandbox.world.projectNumber}@gcp-sa-iap.iam.gserviceaccount.com`;
    await client.api(
      'run',
      'POST',
      `/v2/${client.parent}/services/ocr:setIamPolicy`,
      { policy: { bindings: [{ role: 'roles/run.invoker', members: [agent] }] } },
      owner,
    );
    const resource =
      where === 'balancer'
        ? 'compute/services/ocr-backend'
        : `cloud_run-${client.sandbox.region}/services/ocr`;
    if (where === 'balancer')
      url = await buildBalancer(client, {
        service: 'ocr',
        backend: { iap: { enabled: true, oauth2ClientId: clientId, oauth2ClientSecret: 'secret' } },
      });
    else {
      await client.wait(
        'run',
        (await client.patchService('ocr', 'iapEnabled', { iapEnabled: true })).body.name,
      );
      url = (await client.service('ocr')).uri;
      const settings = { accessSettings: { oauthSettings: { programmaticClients: [clientId] } } };
      const name = `/v1/projects/${client.sandbox.project}/iap_web/${resource}:iapSettings`;
      expect((await client.api('iap', 'PATCH', name, settings, owner)).body).toMatchObject(settings);
      expect((await client.api('iap', 'GET', name, undefined, owner)).body).toMatchObject(settings);
    }
    await grantIap(resource, [invoker()]);
  });

  test.each([
    ['GET', 'text/html,*/*', 302],
    ['GET', 'application/json', 401],
    ['POST', 'text/html,*/*', 401],
  ])('without a credential, %s with Accept %s gets %i', async (method, accept, status) => {
    const answer = await client.send(url, method, method === 'POST' ? 'a' : undefined, { accept });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-goog-iap-generated-response')).toBe('true');
    expect(answer.headers.get('location')?.startsWith('https://accounts.google.com/') ?? false).toBe(
      status === 302,
    );
  });

  test('checks audience, signature and grant', async () => {
    const ask = async (token: string) => client.send(url, 'GET', undefined, bearer(token));
    const wrong = await ask(await client.idToken(url));
    expect([wrong.status, wrong.text]).toEqual([401, expect.stringContaining("JWT audience doesn't match")]);
    expect((await ask('nonsense')).text).toContain('Unable to parse JWT');
    const stranger = await client.idToken(clientId, client.sandbox.env.READER_SERVICE_ACCOUNT);
    expect((await ask(stranger)).status).toBe(403);
    const served = await ask(await client.idToken(clientId));
    expect(served.status).toBe(200);
    expect(served.body.headers).toMatchObject({
      'x-goog-authenticated-user-email': `accounts.google.com:${client.sandbox.env.INVOKER_SERVICE_ACCOUNT}`,
      'x-serverless-authorization': expect.stringMatching(/\.SIGNATURE_REMOVED_BY_GOOGLE$/),
    });
    expect(served.body.headers.authorization).toBeUndefined();
  });

  test('takes Proxy-Authorization first, and then leaves Authorization alone', async () => {
    const token = await client.idToken(clientId);
    const headers = { 'proxy-authorization': `Bearer ${token}`, authorization: 'Basic abc' };
    const served = await client.send(url, 'GET', undefined, headers);
    expect(served.status).toBe(200);
    expect(served.body.headers.authorization).toBe('Basic abc');
    expect(served.body.headers['proxy-authorization']).toBeUndefined();
  });

  test('refuses if its own account may not invoke the service', async () => {
    await client.api(
      'run',
      'POST',
      `/v2/${client.parent}/services/ocr:setIamPolicy`,
      { policy: { bindings: [] } },
      owner,
    );
    const answer = await client.send(url, 'GET', undefined, bearer(await client.idToken(clientId)));
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-goog-iap-generated-response')).toBeNull();
  });
});

test('a backend service shows the hash of the secret only, and what is in use cannot be deleted', async () => {
  await buildBalancer(client, {
    service: 'ocr',
    backend: { iap: { enabled: true, oauth2ClientSecret: 'hush' } },
  });
  const { text } = await compute('GET', 'global/backendServices/ocr-backend');
  expect(text).not.toContain('hush');
  const answer = await compute('DELETE', 'global/urlMaps/ocr-map');
  expect([answer.status, answer.body.error.message]).toEqual([
    400,
    expect.stringContaining('already being used by'),
  ]);
  const stale = await compute('PATCH', 'global/backendServices/ocr-backend', { fingerprint: 'AAAA' });
  expect(stale.status).toBe(412);
  expect(
    (await client.api('compute', 'GET', `/compute/v1/projects/${client.sandbox.project}/global/urlMaps`))
      .status,
  ).toBe(403);
});
