import { afterEach, describe, expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../sandbox/index.ts';
import { type Client, inline, type Json, openSandbox } from './support/client.ts';

const PINNED = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
const LATEST = 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST';
const pin = (revision: string, percent: number, tag?: string) => ({
  type: PINNED,
  revision,
  percent,
  ...(tag ? { tag } : {}),
});

let client: Client;
afterEach(() => client.sandbox.stop());

async function open(options: SandboxOptions = {}): Promise<{ first: string; uri: string }> {
  client = await openSandbox(options);
  await client.deploy('ocr', inline(200));
  const { body } = await client.function('ocr');
  return { first: body.serviceConfig.revision, uri: body.serviceConfig.uri };
}
const newest = async () => (await client.function('ocr')).body.serviceConfig.revision as string;
const grantPublic = (role: string, member: string) =>
  client.sandbox.world.policies.set(`//run.googleapis.com/${client.parent}/services/ocr`, [
    { role, members: [member] },
  ]);

describe('the split', () => {
  test('follows the percentages', async () => {
    const { first, uri } = await open();
    await client.deploy('ocr', inline(201));
    await client.traffic('ocr', [pin(first, 80), pin(await newest(), 20)]);
    const token = await client.idToken(uri);
    const counts: Record<number, number> = {};
    for (let i = 0; i < 400; i++) {
      const { status } = await client.call(uri, token);
      counts[status] = (counts[status] ?? 0) + 1;
    }
    expect(Object.keys(counts)).toEqual(['200', '201']);
    // The mean is 80 and the standard deviation 8. The draws are seeded, so the count is always the same.
    expect(counts[201]).toBeGreaterThan(50);
    expect(counts[201]).toBeLessThan(110);
  });

  test('the URL of a tag leads to its revision even at 0 %, and to 404 once the tag is gone', async () => {
    const { first, uri } = await open();
    await client.traffic('ocr', [pin(first, 100)]);
    await client.deploy('ocr', inline(201), { service: { allTrafficOnLatestRevision: false } });
    const service = await client.traffic('ocr', [pin(first, 100), pin(await newest(), 0, 'bs-c')]);
    const tag = service.trafficStatuses[1].uri as string;
    const token = await client.idToken(uri);
    expect((await client.call(tag, token)).status).toBe(201);
    expect((await client.call(uri, token)).status).toBe(200);
    expect((await client.call(tag, undefined)).status).toBe(403);
    await client.traffic('ocr', [pin(first, 100)]);
    expect((await client.call(tag, token)).status).toBe(404);
    const again = await client.traffic('ocr', [pin(first, 100, 'bs-c')]);
    expect(again.trafficStatuses[0].uri).toBe(tag);
    expect((await client.call(tag, token)).status).toBe(200);
  });
});

describe('a function PATCH and the traffic', () => {
  test.each([
    ['true throws a pin away', true, {}, 100],
    ['false keeps a pin', false, {}, 0],
    ['an absent flag keeps a pin', undefined, {}, 0],
    ['false loses the pin if the quirk says so', false, { functionPatchKeepsPin: false }, 100],
  ])('%s', async (_, value, quirks, share) => {
    const { first, uri } = await open({ quirks });
    await client.traffic('ocr', [pin(first, 100)]);
    const operation = await client.deploy('ocr', inline(201), {
      service: value === undefined ? {} : { allTrafficOnLatestRevision: value },
    });
    expect((await client.call(uri, await client.idToken(uri))).status).toBe(share === 100 ? 201 : 200);
    const { traffic } = await client.service('ocr');
    expect(traffic).toEqual(share === 100 ? [{ type: LATEST, percent: 100 }] : [pin(first, 100)]);
    const message = operation.metadata.stages.at(-1).stateMessages[0];
    expect(message.type).toBe('CloudRunServiceNewRevisionTrafficInfo');
    expect(message.message).toContain(`${share}%`);
  });

  test('false with traffic on LATEST lets the new code serve, so the pin must come first', async () => {
    const { uri } = await open();
    await client.deploy('ocr', inline(201), { service: { allTrafficOnLatestRevision: false } });
    expect((await client.call(uri, await client.idToken(uri))).status).toBe(201);
  });

  test.each([true, false])('annotations survive an update: %s', async (functionPatchKeepsAnnotations) => {
    await open({ quirks: { functionPatchKeepsAnnotations } });
    await client.patchService('ocr', 'annotations', { annotations: { a: 'b' } });
    await client.deploy('ocr', inline(201));
    expect((await client.service('ocr')).annotations).toEqual(
      functionPatchKeepsAnnotations ? { a: 'b' } : undefined,
    );
  });

  test.each([true, false])(
    'an update resets invokerIamDisabled: %s',
    async (functionPatchResetsInvokerIam) => {
      await open({ quirks: { functionPatchResetsInvokerIam } });
      await client.patchService('ocr', 'invokerIamDisabled', { invokerIamDisabled: true });
      await client.deploy('ocr', inline(201));
      expect((await client.service('ocr')).invokerIamDisabled).toBe(
        functionPatchResetsInvokerIam ? undefined : true,
      );
    },
  );

  test.each([true, false])(
    'its operation ends before the service has settled: %s',
    async (operationEndsBeforeSettled) => {
      await open({ quirks: { operationEndsBeforeSettled } });
      await client.deploy('ocr', inline(201));
      expect((await client.service('ocr')).reconciling).toBe(operationEndsBeforeSettled ? true : undefined);
    },
  );

  test.each([true, false])(
    'a revision that does not start makes its service not ready: %s',
    async (failedRevisionFailsService) => {
      const { first } = await open({ quirks: { failedRevisionFailsService } });
      const broken = { 'sandbox.json': JSON.stringify({ startFails: 'no such file' }) };
      await client.deploy('ocr', broken).catch(() => undefined);
      const { body } = await client.patchService('ocr', 'traffic', { traffic: [pin(first, 100)] });
      await client.wait('run', body.name);
      const service = await client.service('ocr');
      expect(service.terminalCondition.state).toBe(
        failedRevisionFailsService ? 'CONDITION_FAILED' : 'CONDITION_SUCCEEDED',
      );
      expect([service.reconciling, service.trafficStatuses]).toEqual([
        undefined,
        [expect.objectContaining({ revision: first, percent: 100 })],
      ]);
    },
  );

  test.each([true, false])('a traffic PATCH needs actAs: %s', async (trafficPatchNeedsActAs) => {
    const { first } = await open({ quirks: { trafficPatchNeedsActAs } });
    const account = `${client.sandbox.world.projectNumber}-compute@developer.gserviceaccount.com`;
    client.sandbox.world.policies.set(
      `//iam.googleapis.com/projects/${client.sandbox.project}/serviceAccounts/${account}`,
      [],
    );
    const answer = await client.patchService('ocr', 'traffic', { traffic: [pin(first, 100)] });
    expect(answer.status).toBe(trafficPatchNeedsActAs ? 403 : 200);
  });
});

describe('access', () => {
  test("a private function accepts only an invoker's ID token for this service", async () => {
    const { uri } = await open();
    const { env } = client.sandbox;
    const good = await client.idToken(uri);
    const tampered = `${good.slice(0, -4)}AAAA`;
    const status = async (token: string | undefined, url = uri) => (await client.call(url, token)).status;
    expect(await status(good)).toBe(200);
    expect(await status(undefined)).toBe(403);
    expect(await status(tampered)).toBe(401);
    expect(await status('not-a-token')).toBe(401);
    expect(await status(await client.idToken('https://elsewhere.example'))).toBe(401);
    expect(await status(await client.accessToken())).toBe(401);
    expect(await status(await client.idToken(uri, env.READER_SERVICE_ACCOUNT))).toBe(403);
    const { url } = (await client.function('ocr')).body;
    expect(await status(await client.idToken(url), url)).toBe(200);
    await client.control('PATCH', '/settings', { clockOffsetMs: 3_700_000 });
    expect(await status(good)).toBe(401);
  });

  test("refusals look like Google's, also for a CORS preflight", async () => {
    const { uri } = await open();
    const refused = await client.send(`${uri}/a<b`, 'OPTIONS', undefined, {
      origin: 'https://x',
      'access-control-request-method': 'POST',
    });
    expect([refused.status, refused.headers.get('content-type')]).toEqual([403, 'text/html; charset=UTF-8']);
    expect(refused.text).toContain('<h1>Error: Forbidden</h1>');
    expect(refused.text).toContain('Your client does not have permission to get URL <code>/a');
    expect(refused.text).not.toContain('a<b');
    const bad = await client.call(uri, 'x.y.z');
    expect(bad.headers.get('www-authenticate')).toContain('invalid_token');
  });

  test.each([
    ['roles/run.invoker', 'allUsers', 200],
    ['roles/run.admin', 'allUsers', 200],
    ['roles/run.viewer', 'allUsers', 403],
    ['roles/run.invoker', 'allAuthenticatedUsers', 403],
  ])('%s for %s answers an anonymous call with %i', async (role, member, status) => {
    const { uri } = await open();
    grantPublic(role, member);
    expect((await client.call(uri, undefined)).status).toBe(status);
  });

  test('a binding on the folder or the organisation opens it too, and a deny policy closes it', async () => {
    const { uri } = await open();
    const { world } = client.sandbox;
    const folder = `//cloudresourcemanager.googleapis.com/folders/${world.folderId}`;
    world.policies.set(folder, [{ role: 'roles/run.invoker', members: ['allUsers'] }]);
    expect((await client.call(uri, undefined)).status).toBe(200);
    world.denyPolicies.set(folder, [
      {
        name: 'd',
        etag: 'e',
        rules: [
          {
            denyRule: {
              deniedPrincipals: ['principalSet://goog/public:all'],
              deniedPermissions: ['run.googleapis.com/routes.invoke'],
            },
          },
        ],
      },
    ]);
    expect((await client.call(uri, undefined)).status).toBe(403);
  });

  test('invokerIamDisabled opens it even with a clean policy', async () => {
    const { uri } = await open();
    const { body } = await client.patchService('ocr', 'invokerIamDisabled', { invokerIamDisabled: true });
    await client.wait('run', body.name);
    expect((await client.call(uri, undefined)).status).toBe(200);
    expect((await client.call(uri, 'rubbish')).status).toBe(200);
  });

  test('an IAM change takes effect after the propagation delay', async () => {
    const { uri } = await open({ iamPropagationMs: 60_000 });
    grantPublic('roles/run.invoker', 'allUsers');
    expect((await client.call(uri, undefined)).status).toBe(403);
    await client.control('PATCH', '/settings', { clockOffsetMs: 61_000 });
    expect((await client.call(uri, undefined)).status).toBe(200);
  });

  test('internal ingress answers 404 to all callers', async () => {
    const { uri } = await open();
    await client.deploy('ocr', inline(200), { service: { ingressSettings: 'ALLOW_INTERNAL_ONLY' } });
    expect((await client.call(uri, await client.idToken(uri))).status).toBe(404);
    expect((await client.service('ocr')).ingress).toBe('INGRESS_TRAFFIC_INTERNAL_ONLY');
  });

  test('IAP sends an anonymous browser to sign in', async () => {
    const { uri } = await open();
    await client.wait(
      'run',
      (await client.patchService('ocr', 'iapEnabled', { iapEnabled: true })).body.name,
    );
    const answer = await client.send(uri, 'GET', undefined, { accept: 'text/html,*/*' });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toContain('https://accounts.google.com/');
  });

  test.each([true, false])("the tag's host is an audience: %s", async (tagHostIsAudience) => {
    const { first } = await open({ quirks: { tagHostIsAudience } });
    const service = await client.traffic('ocr', [pin(first, 100, 'bs-c')]);
    const tag = service.trafficStatuses[0].uri as string;
    expect((await client.call(tag, await client.idToken(tag))).status).toBe(tagHostIsAudience ? 200 : 401);
    expect((await client.call(tag, await client.idToken(service.uri))).status).toBe(200);
  });
});

describe('the record of reachability', () => {
  const reachability = async (): Promise<Json> => (await client.control('GET', '/reachability')).body;

  test('is empty for a private function', async () => {
    const { first } = await open({ sampleReachability: true });
    await client.traffic('ocr', [pin(first, 100, 'bs-c')]);
    expect(await reachability()).toMatchObject({ sampling: true, everReachable: false, sightings: [] });
  });

  test('has a function that was open only for a moment', async () => {
    await open({ sampleReachability: true });
    const path = `/v2/${client.parent}/services/ocr:setIamPolicy`;
    await client.api('run', 'POST', path, {
      policy: { bindings: [{ role: 'roles/run.invoker', members: ['allUsers'] }] },
    });
    await client.api('run', 'POST', path, { policy: { bindings: [] } });
    const seen = await reachability();
    expect(seen).toMatchObject({ everReachable: true, reachableNow: false });
    expect(seen.sightings).toHaveLength(3);
    expect(seen.sightings[0].until).toBeDefined();
  });
});

describe('what a test can do to a function', () => {
  test('faults of the API `invoke` hit its calls: a status, a delay, a reset', async () => {
    const { uri } = await open();
    const token = await client.idToken(uri);
    await client.control('POST', '/faults', {
      api: 'invoke',
      method: 'POST',
      path: '/x',
      nth: 2,
      fault: { status: 502, body: 'bad gateway' },
    });
    await client.control('POST', '/faults', { api: 'invoke', path: '/gone', fault: { reset: true } });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await client.call(`${uri}/x`, token)).status);
    expect(statuses).toEqual([200, 502, 200]);
    await expect(client.call(`${uri}/gone`, token)).rejects.toThrow();
    expect((await client.call(`${uri}/gone`, token)).status).toBe(200);
  });

  test('a broken revision is no longer ready and cannot be given traffic', async () => {
    const { first } = await open();
    await client.deploy('ocr', inline(201));
    const broken = await client.control('POST', '/break', { service: 'ocr', revision: first });
    expect(broken.body.conditions[0]).toMatchObject({ type: 'Ready', state: 'CONDITION_FAILED' });
    const answer = await client.patchService('ocr', 'traffic', { traffic: [pin(first, 100)] });
    expect((await client.wait('run', answer.body.name)).error.message).toContain('not ready');
    const { uri } = await client.service('ocr');
    const token = await client.idToken(uri);
    expect((await client.call(uri, token)).status).toBe(201);
    await client.control('POST', '/break', { service: 'ocr', revision: await newest() });
    expect((await client.call(uri, token)).status).toBe(503);
  });
});
