import { expect, test } from '@jest/globals';
import type { LoginRequest } from '../../../src/domain/login/request.ts';
import { readIdentity } from '../../../src/gcp/login/identity-reader.ts';
import type { RestCall } from '../../../src/http/rest.ts';

/** What the doctor reads, and the answers that count as not read. */

const pool = 'projects/1/locations/global/workloadIdentityPools/github';
const request: LoginRequest = {
  source: 'inputs',
  provider: { name: `${pool}/providers/gh`, projectNumber: '1', pool: 'github', provider: 'gh' },
  serviceAccount: 'deployer@p.iam.gserviceaccount.com',
  projectId: 'p',
  delegates: [],
  scopes: [],
  lifetimeSeconds: 3600,
  includeEmail: false,
  universe: 'googleapis.com',
  propagationSeconds: 0,
  run: {},
};

const read = (answer: (path: string) => unknown) =>
  readIdentity({
    rest: { call: async <T>({ path }: RestCall) => ({ status: 200, headers: {}, body: answer(path) as T }) },
    request,
    bearers: ['token'],
  });

const resource = (path: string) => ({ name: path.replace('v1/', ''), oidc: { issuerUri: 'https://x' } });

/** Good answers to everything. */
function good(path: string): unknown {
  if (path.endsWith(':getIamPolicy')) return { etag: 'ACAB' };
  if (path.endsWith('/keys')) return {};
  if (path.endsWith('/providers'))
    return { workloadIdentityPoolProviders: [resource(`${pool}/providers/gh`)] };
  return resource(path);
}

test('good answers, empty lists and empty policies are read', async () => {
  const facts = await read(good);
  expect(facts.unread).toEqual([]);
  expect(facts.projectPolicy).toEqual([]);
  expect(facts.accounts).toEqual([{ email: request.serviceAccount, policy: [], keys: [] }]);
});

test.each([
  ['null', null],
  ['a list', []],
  ['a text', 'x'],
  ['another object', { error: { code: 403 } }],
  ['a policy whose bindings are no list', { etag: 'x', bindings: {} }],
  ['lists that are none', { keys: 'none', workloadIdentityPoolProviders: {} }],
  ['a list with more pages', { keys: [], workloadIdentityPoolProviders: [], nextPageToken: 'more' }],
])('%s is not read, wherever it comes from', async (_, answer) => {
  const facts = await read(() => answer);
  expect(facts.unread).toHaveLength(6);
  expect(facts).toMatchObject({ pool: undefined, provider: undefined, projectPolicy: undefined });
  expect(facts.accounts).toEqual([{ email: request.serviceAccount, policy: undefined, keys: undefined }]);
});

test('an empty object is an empty list and nothing else', async () => {
  const facts = await read(() => ({}));
  expect(facts.unread.map(({ what }) => what).sort()).toEqual(
    [
      'the pool',
      'the provider',
      "the project's policy",
      'the policy of deployer@p.iam.gserviceaccount.com',
    ].sort(),
  );
});
