import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';

/** The statuses and bodies are those of GitHub's REST page "Issue comments". */

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());

async function github(method: string, path: string, body?: unknown, token = 'token-of-a-job') {
  const answer = await fetch(`${sandbox.env.GITHUB_API_URL}/${path}`, {
    ...{ method, headers: token ? { authorization: `Bearer ${token}` } : {} },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    body: text ? JSON.parse(text) : undefined,
    link: answer.headers.get('link'),
  };
}
const settings = (value: unknown) =>
  fetch(`${sandbox.control}/settings`, { method: 'PATCH', body: JSON.stringify({ githubComments: value }) });

const list = 'repos/acme/ocr/issues/1/comments';
const one = (id: number) => `repos/acme/ocr/issues/comments/${id}`;

test('a comment is made, read, changed and removed', async () => {
  const made = await github('POST', list, { body: 'hello' });
  expect([made.status, made.body]).toEqual([
    201,
    expect.objectContaining({
      body: 'hello',
      user: { login: 'github-actions[bot]', type: 'Bot' },
      html_url: expect.stringMatching(/^https:\/\/github\.com\/acme\/ocr\/pull\/1#issuecomment-\d+$/),
    }),
  ]);
  const { id } = made.body;
  expect((await github('PATCH', one(id), { body: 'changed' })).body).toMatchObject({ id, body: 'changed' });
  expect((await github('GET', one(id))).body.body).toBe('changed');
  expect((await github('DELETE', one(id))).status).toBe(204);
  expect((await github('GET', one(id))).status).toBe(404);
  expect((await github('PATCH', one(id), { body: 'x' })).status).toBe(404);
});

test('a list has pages of 30, or of per_page up to 100, the oldest first', async () => {
  await settings({
    comments: Array.from({ length: 130 }, (_, at) => ({ issue: 3, author: 'mona', body: `${at}` })),
  });
  const pages = 'repos/acme/ocr/issues/3/comments';
  const first = await github('GET', pages);
  expect(first.body).toHaveLength(30);
  expect(first.link).toContain('page=2>; rel="next"');
  const hundred = await github('GET', `${pages}?per_page=500`);
  expect(hundred.body).toHaveLength(100);
  const last = await github('GET', `${pages}?per_page=100&page=2`);
  expect(last.body.map((each: { body: string }) => each.body).at(-1)).toBe('129');
  expect(last.link).not.toContain('rel="next"');
});

test('a body has 1 to 65 536 characters', async () => {
  const refusal = (message: string) => ({
    status: 422,
    body: expect.objectContaining({
      message: 'Validation Failed',
      errors: [expect.objectContaining({ resource: 'IssueComment', field: 'data', message })],
    }),
  });
  expect(await github('POST', list, { body: ' ' })).toMatchObject(refusal("Body can't be blank"));
  expect(await github('POST', list, { body: '가'.repeat(65_537) })).toMatchObject(
    refusal('Body is too long (maximum is 65536 characters)'),
  );
  expect((await github('POST', list, { body: '가'.repeat(65_536) })).status).toBe(201);
});

test('a token needs the permission, and a conversation must not be locked', async () => {
  await settings({
    tokens: { reads: { pull_requests: 'read' }, blind: { pull_requests: 'none' }, mona: { login: 'mona' } },
    locked: [4],
  });
  expect((await github('GET', list, undefined, 'reads')).status).toBe(200);
  expect(await github('POST', list, { body: 'x' }, 'reads')).toMatchObject({
    status: 403,
    body: { message: 'Resource not accessible by integration' },
  });
  expect((await github('GET', list, undefined, 'blind')).status).toBe(404);
  expect((await github('GET', list, undefined, '')).status).toBe(404);
  expect((await github('GET', 'repos/acme/ocr/issues/99/comments')).status).toBe(404);
  expect((await github('POST', 'repos/acme/ocr/issues/4/comments', { body: 'x' })).body.message).toBe(
    'Unable to create comment because issue is locked.',
  );
  expect((await github('POST', list, { body: 'x' }, 'mona')).body.user).toEqual({
    login: 'mona',
    type: 'User',
  });
});

test('GraphQL says as whom a token writes', async () => {
  const question = { query: '{ viewer { login } }' };
  expect((await github('POST', 'graphql', question)).body).toEqual({
    data: { viewer: { login: 'github-actions[bot]' } },
  });
  expect((await github('POST', 'graphql', question, '')).status).toBe(401);
});
