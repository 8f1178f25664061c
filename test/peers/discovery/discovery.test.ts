import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { apisOf } from '../../../sandbox/index.ts';
import { buildBalancer } from '../../sandbox/support/balancer.ts';
import { type Client, inline, openSandbox } from '../../sandbox/support/client.ts';
import { type Checked, checkAnswer } from './answers.ts';
import { documented, exceptions, facts, routesOf } from './facts.ts';

const known = facts();
let client: Client;
let owner: string;
beforeAll(async () => {
  client = await openSandbox();
  owner = (await client.control('POST', '/tokens', { member: 'user:owner@example.com' })).body.accessToken;
  await client.deploy('ocr', inline(200));
});
afterAll(() => client.sandbox.stop());

test("every route of the sandbox is in Google's discovery documents, or is excused with a reason", () => {
  const routes = routesOf(apisOf(client.sandbox.world));
  const isDocumented = (route: (typeof routes)[number]) =>
    documented(known, route.api, route.method, route.pattern) !== undefined;
  const nameOf = ({ api, method, pattern }: (typeof routes)[number]) => `${api} ${method} ${pattern}`;
  const missing = routes.filter((route) => !isDocumented(route)).map(nameOf);
  console.log(`${routes.length} routes, ${routes.length - missing.length} of them documented`);
  expect(missing.sort()).toEqual(Object.keys(exceptions).sort());
  expect(routes.length).toBeGreaterThan(100);
  expect(
    documented(known, 'run', 'GET', '/v2/projects/:project/locations/:location/service'),
  ).toBeUndefined();
});

const allAddresses = { versionedExpr: 'SRC_IPS_V1', config: { srcIpRanges: ['*'] } };

test('every field of an answer is in the documented schema', async () => {
  const project = `projects/${client.sandbox.project}`;
  const { parent } = client;
  const provider = client.sandbox.env.WORKLOAD_IDENTITY_PROVIDER ?? '';
  const account = `/v1/${project}/serviceAccounts/${client.sandbox.env.SERVICE_ACCOUNT}`;
  const { latestReadyRevision } = await client.service('ocr');
  const knative = `/apis/serving.knative.dev/v1/namespaces/${client.sandbox.project}`;
  const gatewayApis = `/v1/${project}/locations/global/apis`;
  client.sandbox.world.disabledServices.delete('apigateway.googleapis.com');
  const contents = Buffer.from("swagger: '2.0'\npaths: {}\n").toString('base64');
  const document = { openapiDocuments: [{ document: { path: 'openapi.yaml', contents } }] };
  const now = new Date().toISOString();
  const interval = `interval.startTime=2026-01-01T00:00:00Z&interval.endTime=${now}`;
  const filter = encodeURIComponent(
    'metric.type="run.googleapis.com/request_count" AND resource.type="cloud_run_revision"',
  );
  await client.api('storage', 'POST', '/storage/v1/b', { name: 'kept', location: 'EUR4' }, owner);
  await client.api('storage', 'POST', '/upload/storage/v1/b/kept/o?uploadType=media&name=a', 'bytes', owner);
  const calls: [api: string, method: string, path: string, body?: unknown][] = [
    ['cloudfunctions', 'GET', `/v2/${parent}/functions`],
    ['cloudfunctions', 'GET', `/v2/${parent}/functions/ocr`],
    ['cloudfunctions', 'GET', `/v2/${parent}/functions/ocr:getIamPolicy`],
    ['cloudfunctions', 'GET', `/v2/${parent}/operations`],
    ['cloudfunctions', 'GET', `/v2/${parent}/runtimes`],
    ['cloudfunctions', 'GET', `/v2/${project}/locations`],
    ['cloudfunctions', 'GET', `/v1/${project}/locations`],
    ['cloudfunctions', 'POST', `/v2/${parent}/functions:generateUploadUrl`, {}],
    ['cloudfunctions', 'POST', `/v2/${parent}/functions/ocr:generateDownloadUrl`, {}],
    ['run', 'GET', `/v2/${parent}/services`],
    ['run', 'GET', `/v2/${parent}/services/ocr`],
    ['run', 'GET', `/v2/${parent}/services/ocr/revisions`],
    ['run', 'GET', `/v2/${latestReadyRevision}`],
    ['run', 'GET', `/v2/${parent}/services/ocr:getIamPolicy`],
    ['run', 'PATCH', `/v2/${parent}/services/ocr?updateMask=traffic`, { traffic: [] }],
    ['run', 'GET', `/v2/${parent}/operations`],
    ['run', 'GET', `/v1/${project}/locations`],
    ['run', 'GET', `/v1/${parent}/services`],
    ['run', 'GET', `${knative}/services`],
    ['run', 'GET', `${knative}/services/ocr`],
    ['run', 'GET', `${knative}/revisions`],
    ['run', 'GET', `${knative}/revisions/${String(latestReadyRevision).split('/').at(-1)}`],
    ['iam', 'GET', `/v1/${project}/serviceAccounts`],
    ['iam', 'GET', account],
    ['iam', 'POST', `${account}/keys`, {}],
    ['iam', 'GET', `${account}/keys`],
    ['iam', 'POST', `${account}:getIamPolicy`, {}],
    ['iam', 'GET', `/v1/${provider}`],
    ['iam', 'GET', `/v1/${provider.replace(/\/[^/]+$/, '')}`],
    ['iam', 'GET', `/v1/${provider.replace(/\/providers\/.*/, '')}`],
    ['iam', 'GET', `/v1/${provider.replace(/\/github\/.*/, '')}`],
    ['iam', 'GET', '/v1/roles?view=FULL'],
    ['iam', 'GET', '/v1/roles/run.invoker'],
    ['cloudresourcemanager', 'GET', `/v1/${project}`],
    ['cloudresourcemanager', 'GET', `/v3/${project}`],
    ['cloudresourcemanager', 'POST', `/v1/${project}:getAncestry`, {}],
    ['cloudresourcemanager', 'POST', `/v3/${project}:getIamPolicy`, {}],
    ['serviceusage', 'GET', `/v1/${project}/services`],
    ['serviceusage', 'GET', `/v1/${project}/services/run.googleapis.com`],
    ['serviceusage', 'POST', `/v1/${project}/services:batchEnable`, { serviceIds: ['run.googleapis.com'] }],
    ['cloudbuild', 'GET', `/v1/${parent}/builds`],
    ['cloudbuild', 'GET', `/v1/${parent}/defaultServiceAccount`],
    ['logging', 'POST', '/v2/entries:list', { resourceNames: [project] }],
    ['logging', 'GET', `/v2/${project}/logs`],
    ['logging', 'GET', `/v2/${project}/sinks`],
    ['logging', 'GET', `/v2/${project}/locations/-/buckets`],
    ['monitoring', 'GET', `/v3/${project}/alerts`],
    ['monitoring', 'GET', `/v3/${project}/metricDescriptors`],
    ['monitoring', 'GET', `/v3/${project}/monitoredResourceDescriptors`],
    [
      'monitoring',
      'POST',
      `/v3/${project}/services?serviceId=ocr`,
      { displayName: 'ocr', custom: {}, userLabels: { team: 'ocr' } },
    ],
    ['monitoring', 'GET', `/v3/${project}/services`],
    [
      'monitoring',
      'POST',
      `/v3/${project}/services/ocr/serviceLevelObjectives`,
      {
        ...{ displayName: 'fast', goal: 0.95, rollingPeriod: '86400s' },
        serviceLevelIndicator: {
          requestBased: {
            distributionCut: {
              distributionFilter:
                'metric.type="run.googleapis.com/request_latencies" AND resource.type="cloud_run_revision"',
              range: { max: 5000 },
            },
          },
        },
      },
    ],
    ['monitoring', 'GET', `/v3/${project}/services/ocr/serviceLevelObjectives`],
    [
      'monitoring',
      'POST',
      `/v3/${project}/alertPolicies`,
      {
        ...{ displayName: 'burn', combiner: 'AND' },
        conditions: [
          {
            displayName: 'fast',
            conditionThreshold: {
              filter: 'select_slo_burn_rate("projects/p/services/s/serviceLevelObjectives/o", "3600s")',
              ...{ comparison: 'COMPARISON_GT', thresholdValue: 14.4, duration: '0s' },
            },
          },
        ],
      },
    ],
    ['monitoring', 'GET', `/v3/${project}/alertPolicies`],
    ['monitoring', 'GET', `/v3/${project}/snoozes`],
    ['monitoring', 'POST', `/v1/${project}/dashboards`, { displayName: 'board', gridLayout: {} }],
    ['monitoring', 'GET', `/v1/${project}/dashboards`],
    ['monitoring', 'GET', `/v3/${project}/timeSeries?filter=${filter}&${interval}`],
    ['orgpolicy', 'GET', `/v2/${project}/policies/run.managed.requireInvokerIam:getEffectivePolicy`],
    ['secretmanager', 'GET', `/v1/${project}/secrets`],
    ['artifactregistry', 'GET', `/v1/${parent}/repositories`],
    [
      'storage',
      'POST',
      `/storage/v1/b?project=${client.sandbox.project}`,
      { name: 'more', location: 'EUR4' },
    ],
    ['storage', 'PATCH', '/storage/v1/b/kept', { retentionPolicy: { retentionPeriod: '1' } }],
    ['storage', 'GET', '/storage/v1/b/kept'],
    ['storage', 'GET', '/storage/v1/b/kept/iam/testPermissions?permissions=storage.objects.get'],
    ['storage', 'POST', '/storage/v1/b/kept/o/a/rewriteTo/b/kept/o/b', {}],
    ['storage', 'PATCH', '/storage/v1/b/kept/o/a', { temporaryHold: true, metadata: { one: 'two' } }],
    ['storage', 'GET', '/storage/v1/b/kept/o?versions=true'],
    ['apigateway', 'POST', `${gatewayApis}?apiId=front`, {}],
    ['apigateway', 'GET', gatewayApis],
    ['apigateway', 'GET', `${gatewayApis}/front`],
    ['apigateway', 'POST', `${gatewayApis}/front/configs?apiConfigId=a`, document],
    ['apigateway', 'GET', `${gatewayApis}/front/configs`],
    ['apigateway', 'GET', `${gatewayApis}/front/configs/a?view=FULL`],
    ['apigateway', 'GET', `/v1/${parent}/gateways`],
  ];
  const { uri } = await client.service('ocr');
  await client.call(uri, undefined);
  await buildBalancer(client, {
    service: 'ocr',
    backend: { iap: { enabled: true, oauth2ClientId: 'id', oauth2ClientSecret: 'secret' } },
    policy: { rules: [{ priority: 1, action: 'deny(403)', preview: true, match: allAddresses }] },
  });
  const balancers = `/compute/v1/${project}`;
  for (const [path, name] of [
    ['global/forwardingRules', 'ocr-rule'],
    ['global/targetHttpsProxies', 'ocr-proxy'],
    ['global/urlMaps', 'ocr-map'],
    ['global/backendServices', 'ocr-backend'],
    ['global/securityPolicies', 'ocr-policy'],
    [`regions/${client.sandbox.region}/networkEndpointGroups`, 'ocr-neg'],
  ]) {
    calls.push(
      ['compute', 'GET', `${balancers}/${path}`],
      ['compute', 'GET', `${balancers}/${path}/${name}`],
    );
    calls.push(['compute', 'GET', `${balancers}/aggregated/${path?.split('/').at(-1)}`]);
  }
  calls.push(['compute', 'PATCH', `${balancers}/global/urlMaps/ocr-map`, { description: 'front' }]);
  const protectedName = `/v1/${project}/iap_web/cloud_run-${client.sandbox.region}/services/ocr`;
  const oauthSettings = { programmaticClients: ['id'] };
  calls.push(
    ['iap', 'PATCH', `${protectedName}:iapSettings`, { accessSettings: { oauthSettings } }],
    ['iap', 'GET', `${protectedName}:iapSettings`],
    ['iap', 'POST', `${protectedName}:getIamPolicy`, {}],
  );
  const checked: Checked = { seen: new Set(), strange: new Set() };
  const refused: string[] = [];
  for (const [api, method, path, body] of calls) {
    const answer = await client.api(api, method, path, body, owner);
    if (answer.status !== 200) refused.push(`${answer.status} ${api} ${path} ${answer.text.slice(0, 200)}`);
    const key = methodFor(api, method, segmentsOf(path));
    if (key === undefined) refused.push(`no documented method for ${api} ${method} ${path}`);
    else checkAnswer(known, known.methods[key] ?? '*', answer.body, checked);
  }
  console.log(`${calls.length} answers, ${checked.seen.size} fields, ${checked.strange.size} not documented`);
  expect(refused).toEqual([]);
  expect([...checked.strange]).toEqual([]);
  expect(checked.seen.size).toBeGreaterThan(200);
});

test('a field that Google does not have is found, also below a list', () => {
  const checked: Checked = { seen: new Set(), strange: new Set() };
  const type = known.methods['cloudfunctions GET /v2/projects/{}/locations/{}/functions'] ?? '';
  checkAnswer(known, type, { functions: [{ name: 'a', serviceConfig: { port: 1 } }] }, checked);
  expect([...checked.strange]).toEqual(['cloudfunctions v2 ServiceConfig.port']);
});

/** IAP takes a name of any form, with slashes, before its verb. */
const segmentsOf = (path: string): string[] =>
  (path.split('?', 1)[0] as string).replace(/^\/v1\/.*\/iap_web\/.*(?=:)/, '/v1/NAME').split('/');

/** The documented method of a request, found by its segments. The most literal one wins. */
function methodFor(api: string, method: string, segments: readonly string[]): string | undefined {
  const fits = (part: string, given: string) =>
    part === given ||
    (part === '{}' && !/:[a-z]\w*$/i.test(given)) ||
    (part.startsWith('{}:') && given.endsWith(part.slice(2)));
  return Object.keys(known.methods)
    .filter((key) => {
      const [name, verb, path = ''] = key.split(' ');
      const parts = path.split('/');
      return (
        name === api &&
        verb === method &&
        parts.length === segments.length &&
        parts.every((part, i) => fits(part, segments[i] ?? ''))
      );
    })
    .sort((a, b) => a.split('{}').length - b.split('{}').length)[0];
}
