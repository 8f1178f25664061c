import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readPolicy } from '../../../src/domain/exposure/policy/policy.ts';
import { createExposureSources } from '../../../src/gcp/exposure/exposure-sources.ts';
import { createServices } from '../../../src/gcp/run/services.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { createRest } from '../../../src/http/rest.ts';
import type { PolicyPlace } from '../../../src/steps/ports/exposure.ts';

/** Tests every read on which a verdict relies with every kind of answer that must not count. */

let server: Server;
let body = '';
let at = '';

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function rest() {
  const apis = ['run', 'iam', 'cloudfunctions', 'cloudresourcemanager', 'orgpolicy', 'apigateway', 'storage'];
  let now = 0;
  return createRest({
    endpoints: endpoints({
      ...Object.fromEntries(apis.map((api) => [`GHA_ENDPOINT_OVERRIDE_${api}`, at])),
      GHA_ENDPOINT_OVERRIDE_artifactregistry: at,
      GHA_ENDPOINT_OVERRIDE_iap: at,
    }),
    clock: {
      now: () => now,
      steady: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    },
    log: { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} },
    accessToken: async () => 'token',
    redact: (text) => text,
    userAgent: 'test',
    random: () => 0,
  });
}

const pool = 'projects/1/locations/global/workloadIdentityPools/gh';
const sources = () => createExposureSources(rest());
async function policyAt(place: PolicyPlace): Promise<boolean> {
  const answer = await sources().policy(place);
  return answer.ok && readPolicy(answer.value).problems.length === 0;
}
const ok = async (reading: Promise<{ ok: boolean }>) => (await reading).ok;

/** True if the reader accepts the answer. */
const readers: Record<string, () => Promise<boolean>> = {
  'the function': () => ok(sources().describe('p', 'r', 'ocr')),
  'the service': () =>
    createServices(rest())
      .get('projects/p/locations/r/services/ocr')
      .then(
        () => true,
        () => false,
      ),
  'the policy of the service': () =>
    policyAt({ level: 'service', resource: 'projects/p/locations/r/services/ocr' }),
  'the policy of the function': () =>
    policyAt({ level: 'function', resource: 'projects/p/locations/r/functions/ocr' }),
  'the policy of the project': () => policyAt({ level: 'project', resource: 'projects/p' }),
  'the policy of a folder': () => policyAt({ level: 'folder', resource: 'folders/1' }),
  'the policy of the organisation': () => policyAt({ level: 'organization', resource: 'organizations/1' }),
  'the policy of a service account': () =>
    policyAt({ level: 'account', resource: 'projects/-/serviceAccounts/a@b.iam.gserviceaccount.com' }),
  'the policy of Identity-Aware Proxy': () => policyAt({ level: 'iap', resource: 'projects/1/iap_web/x' }),
  'the policy of the bucket': () => policyAt({ level: 'source', resource: 'bucket' }),
  'a role': () => ok(sources().role('roles/run.invoker')),
  'the ancestry': () => ok(sources().ancestry('p')),
  'the project number': () => ok(sources().projectNumber('p')),
  'an organisation policy': () => ok(sources().orgPolicy('p', 'run.managed.requireInvokerIam')),
};

const lists: Record<string, () => Promise<boolean>> = {
  'the deny policies': () => ok(sources().denyRules({ type: 'project', id: 'p' })),
  'the providers of a pool': () => ok(sources().poolProviders(pool)),
  'the gateways': () => ok(sources().gateways('p', ['https://ocr.a.run.app'])),
};

const nonsense: [string, string][] = [
  ['no body', ''],
  ['white space', '  \n'],
  ['null', 'null'],
  ['a list', '[]'],
  ['a text', '"private"'],
  ['a number', '7'],
  ['HTML', '<html>sign in</html>'],
];

describe.each(Object.entries(readers))('%s', (_, knows) => {
  test.each([...nonsense, ['an empty object', '{}'], ['another resource', '{"kind":"x","bindings":[]}']])(
    'answered with %s is not read',
    async (_what, answer) => {
      body = answer;
      expect(await knows()).toBe(false);
    },
  );
});

describe.each(Object.entries(lists))('%s', (_, knows) => {
  test.each(nonsense)('answered with %s are not read', async (_what, answer) => {
    body = answer;
    expect(await knows()).toBe(false);
  });

  test('answered with another object are not read', async () => {
    body = '{"error":{"code":403}}';
    expect(await knows()).toBe(false);
  });

  test('an empty object is an empty list, as the APIs send it', async () => {
    body = '{}';
    expect(await knows()).toBe(true);
  });
});

const wrongTypes: [string, Record<string, unknown>][] = [
  ['the function', { name: 'x/ocr', serviceConfig: [] }],
  ['the function', { name: 'x/ocr', serviceConfig: { service: 7 } }],
  ['the function', { name: 'x/other' }],
  ['the service', { name: 'x/ocr', etag: 'e', invokerIamDisabled: 'true' }],
  ['the service', { name: 'x/ocr', etag: 'e', iapEnabled: 1 }],
  ['the service', { name: 'x/ocr', invokerIamDisabled: false }],
  ['the policy of the service', { etag: 7, bindings: [] }],
  ['the policy of the project', { etag: 'BwX=', bindings: {} }],
  ['the policy of the project', { version: 1, bindings: [] }],
  ['a role', { name: 'roles/run.invoker', includedPermissions: { a: 'run.routes.invoke' } }],
  ['a role', { name: 'roles/run.invoker', includedPermissions: [7] }],
  ['a role', { name: 'roles/run.viewer', includedPermissions: [] }],
  ['the ancestry', { ancestor: [] }],
  ['the ancestry', { ancestor: { resourceId: { type: 'project', id: 'p' } } }],
  ['the ancestry', { ancestor: [{ resourceId: { type: 'organization', id: '1' } }] }],
  ['the ancestry', { ancestor: [{ resourceId: { type: 'project', id: 'p' } }, null] }],
  [
    'the ancestry',
    {
      ancestor: [{ resourceId: { type: 'project', id: 'p' } }, { resourceId: { type: 'folder', id: '1' } }],
    },
  ],
  ['an organisation policy', { name: 'x', spec: { rules: 'enforce' } }],
  ['the deny policies', { policies: 'none' }],
  ['the deny policies', { policies: [{}] }],
  ['the providers of a pool', { workloadIdentityPoolProviders: {} }],
  ['the providers of a pool', { workloadIdentityPoolProviders: [{ name: 'p', attributeCondition: [] }] }],
  ['the providers of a pool', { nextPageToken: 7 }],
  ['the gateways', { gateways: [7] }],
];

test.each(wrongTypes)('%s: %j is not read', async (reader, answer) => {
  body = JSON.stringify(answer);
  expect(await { ...readers, ...lists }[reader]?.()).toBe(false);
});

test.each(['the providers of a pool', 'the gateways'])(
  '%s: a list that never ends is not read',
  async (list) => {
    body = JSON.stringify({ nextPageToken: 'more' });
    expect(await lists[list]?.()).toBe(false);
  },
);

test.each([
  ['the policy of the project', { etag: 'ACAB' }],
  ['the policy of the service', { version: 1, etag: 'BwX=', bindings: [] }],
  ['a role', { name: 'roles/run.invoker', includedPermissions: ['run.routes.invoke'] }],
  ['a role', { name: 'roles/run.invoker', etag: 'AA==' }],
  ['the ancestry', { ancestor: [{ resourceId: { type: 'project', id: 'p' } }] }],
  ['the function', { name: 'projects/p/locations/r/functions/ocr' }],
  ['an organisation policy', { name: 'x', spec: {} }],
])('%s: %j is read', async (reader, answer) => {
  body = JSON.stringify(answer);
  expect(await readers[reader]?.()).toBe(true);
});
