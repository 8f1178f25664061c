import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createRouter } from '../../sandbox/core/router.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { ask, env, settings } from './identity-support.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());
afterEach(() => ask(`${sandbox.control}/faults`, { method: 'DELETE' }));

const run = (id = '7') => `${env(sandbox, 'GITHUB_API_URL')}/repos/acme/ocr/actions/runs/${id}`;
const fault = (body: unknown) => ask(`${sandbox.control}/faults`, { body });

test('a fault hits the calls that it names, as often as it says, and no others', async () => {
  await fault({
    api: 'github',
    path: '/runs/7',
    nth: 2,
    times: 2,
    fault: { status: 503, headers: { 'retry-after': '1' } },
  });
  const seen: number[] = [];
  for (let i = 0; i < 4; i++) seen.push((await ask(run())).status);
  expect(seen).toEqual([200, 503, 503, 200]);
  expect((await ask(run('8'))).status).toBe(200);
});

test("an injected status has Google's body, or the given one", async () => {
  await fault({ api: 'github', fault: { status: 429 } });
  const first = await ask(run());
  expect(first.body).toMatchObject({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } });
  await fault({
    api: 'github',
    fault: { status: 502, body: '<html>Bad gateway</html>', headers: { 'x-a': 'b' } },
  });
  const second = await ask(run());
  expect([second.status, second.body, second.headers.get('x-a')]).toEqual([
    502,
    { text: '<html>Bad gateway</html>' },
    'b',
  ]);
});

test('connections break before or after the call takes effect, and bodies are truncated', async () => {
  const subject = `${env(sandbox, 'GITHUB_API_URL')}/repos/acme/ocr/actions/oidc/customization/sub`;
  const put = () =>
    ask(subject, { method: 'PUT', body: { use_default: false, include_claim_keys: ['repo'] } });
  await fault({ api: 'github', method: 'PUT', fault: { reset: 'before' } });
  await expect(put()).rejects.toThrow();
  expect((await ask(subject)).body.use_default).toBe(true);
  await fault({ api: 'github', method: 'PUT', nth: 1, fault: { reset: 'after' } });
  await expect(put()).rejects.toThrow();
  expect((await ask(subject)).body.use_default).toBe(false);
  await fault({ api: 'github', path: '/^.*runs.*$/', fault: { malformed: true } });
  expect((await ask(run())).body.text).toMatch(/^\{"truncated/);
});

test('a hanging call lasts until the client gives up, and does not delay the end of the sandbox', async () => {
  await fault({ api: 'github', fault: { hang: true } });
  await expect(fetch(run(), { signal: AbortSignal.timeout(100) })).rejects.toThrow();
  const requests = (await ask(`${sandbox.control}/requests?api=github`)).body as unknown as {
    status: number;
  }[];
  expect(requests.at(-1)?.status).toBe(0);
});

test('a fault with a duration ends when the time is over', async () => {
  await fault({ api: 'github', fault: { status: 503, forMs: 60_000 } });
  expect([(await ask(run())).status, (await ask(run())).status]).toEqual([503, 503]);
  await settings(sandbox, { clockOffsetMs: 61_000 });
  expect((await ask(run())).status).toBe(200);
  await settings(sandbox, { clockOffsetMs: 0 });
});

test.each([
  [{}, /"api" is missing/],
  [{ api: 'run' }, /"fault" must say/],
  [{ api: 'run', fault: { explode: true } }, /unknown "explode"/],
  [{ api: 'run', nth: 0, fault: { hang: true } }, /"nth" must be/],
  [{ api: 'run', fault: { status: '503' } }, /"status" must be a number/],
])('a wrong fault is refused: %j', async (body, text) => {
  const answer = await fault(body);
  expect(answer.status).toBe(400);
  expect((answer.body.error as { message: string }).message).toMatch(text);
});

test('every request is recorded with its caller and status', async () => {
  const before = Number((await ask(`${sandbox.control}/requests`)).headers.get('x-total'));
  await ask(run('9'));
  await ask(`${env(sandbox, 'GHA_ENDPOINT_OVERRIDE_iam')}/roles/run.invoker?x=1`);
  const requests = (await ask(`${sandbox.control}/requests?since=${before}`)).body as unknown as Record<
    string,
    unknown
  >[];
  expect(
    requests.map(({ api, method, path, status, principal }) => [api, method, path, status, principal]),
  ).toEqual([
    ['github', 'GET', '/repos/acme/ocr/actions/runs/9', 200, undefined],
    ['iam', 'GET', '/v1/roles/run.invoker?x=1', 401, undefined],
  ]);
  expect(Date.parse(String(requests[0]?.time))).not.toBeNaN();
});

test.each([
  [{ nope: 1 }, /unknown setting "nope"; known are/],
  [{ logLagMs: 'x' }, /"logLagMs" must be a number/],
  [{ quirks: { nope: true } }, /unknown quirk/],
  [{ quirks: { functionPatchKeepsPin: 1 } }, /true or false/],
  [{ policies: { 'projects/x': [] } }, /full resource name/],
])('a wrong setting changes nothing: %j', async (patch, text) => {
  const answer = await settings(sandbox, { ...patch });
  expect(answer.status).toBe(400);
  expect((answer.body.error as { message: string }).message).toMatch(text);
});

test('settings and quirks can change while the sandbox runs', async () => {
  const answer = await settings(sandbox, { logLagMs: 5, quirks: { functionPatchKeepsPin: false } });
  expect(answer.body).toMatchObject({ logLagMs: 5, quirks: { functionPatchKeepsPin: false } });
  expect((await ask(`${sandbox.control}/state`)).body).toMatchObject({
    settings: { logLagMs: 5 },
    quirks: { functionPatchKeepsPin: false },
  });
});

test('a body that is too large, not JSON, or not an object is refused', async () => {
  expect(
    (await ask(`${sandbox.control}/settings`, { method: 'PATCH', body: `"${'x'.repeat(1_100_000)}"` }))
      .status,
  ).toBe(413);
  expect((await ask(`${sandbox.control}/settings`, { method: 'PATCH', body: '{' })).status).toBe(400);
  expect((await ask(`${sandbox.control}/settings`, { method: 'PATCH', body: '[]' })).status).toBe(400);
});

test('runs of GitHub: ended by default, running if set so, earlier attempts ended, missing if null', async () => {
  expect((await ask(run('1'))).body).toMatchObject({ status: 'completed', conclusion: 'success' });
  await settings(sandbox, { github: { runs: { 2: { status: 'in_progress', run_attempt: 3 }, 3: null } } });
  expect((await ask(run('2'))).body).toMatchObject({
    status: 'in_progress',
    conclusion: null,
    run_attempt: 3,
  });
  expect((await ask(`${run('2')}/attempts/3`)).body).toMatchObject({ status: 'in_progress' });
  expect((await ask(`${run('2')}/attempts/1`)).body).toMatchObject({
    status: 'completed',
    conclusion: 'failure',
  });
  expect((await ask(run('3'))).status).toBe(404);
});

test('routes: literals win over parameters, verbs are separate, encoded slashes stay inside a segment', () => {
  const hit = (id: string) => ({ status: 200, body: id });
  const route = createRouter(
    ['/v1/a/:x', '/v1/a/special', '/v1/a/:x:go', '/v1/a/:x/b', '/v1/rest/:all*'].map((pattern) => ({
      method: 'GET',
      pattern,
      handle: () => hit(pattern),
    })),
  );
  const find = (path: string) => {
    const found = route('GET', path);
    return found && [found.route.pattern, found.params];
  };
  expect(find('/v1/a/special')).toEqual(['/v1/a/special', {}]);
  expect(find('/v1/a/1:go')).toEqual(['/v1/a/:x:go', { x: '1' }]);
  expect(find('/v1/a/c%2Fd%3Ae')).toEqual(['/v1/a/:x', { x: 'c/d:e' }]);
  expect(find('/v1/rest/p/q')).toEqual(['/v1/rest/:all*', { all: 'p/q' }]);
  expect(find('/v1/a/1:nope')).toBeUndefined();
});

test('control issues tokens of any member and revokes all of them', async () => {
  const give = (body: unknown) => ask(`${sandbox.control}/tokens`, { body });
  const url = `${env(sandbox, 'GHA_ENDPOINT_OVERRIDE_iam')}/projects/-/serviceAccounts/${env(sandbox, 'SERVICE_ACCOUNT')}:getIamPolicy`;
  const owner = String((await give({ member: 'user:owner@example.com' })).body.accessToken);
  const stranger = String((await give({ member: 'user:stranger@example.com' })).body.accessToken);
  const status = async (token: string) => (await ask(url, { method: 'POST', token, body: {} })).status;
  expect([await status(owner), await status(stranger)]).toEqual([200, 403]);
  const id = await give({
    member: `serviceAccount:${env(sandbox, 'INVOKER_SERVICE_ACCOUNT')}`,
    audience: 'https://x',
  });
  expect(String(id.body.idToken).split('.')).toHaveLength(3);
  expect((await give({ member: 'owner@example.com' })).status).toBe(400);
  await ask(`${sandbox.control}/tokens`, { method: 'DELETE' });
  expect(await status(owner)).toBe(401);
});
