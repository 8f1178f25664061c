import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { commentsOf } from '../../sandbox/github/comments.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { createComments } from '../../src/github/comments.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.stop());

const never = new AbortController().signal;
const open = (more: Partial<Parameters<typeof createComments>[0]> = {}) =>
  createComments({
    token: 'token-of-a-job',
    apiUrl: sandbox.env.GITHUB_API_URL,
    repository: 'acme/ocr',
    pullRequest: 1,
    clock: new VirtualClock(),
    ...more,
  });
const seed = (count: number) => {
  const state = commentsOf(sandbox.world);
  for (let at = 0; at < count; at++)
    state.comments.push({
      ...{ id: ++state.serial, repository: 'acme/ocr', issue: 1, author: 'mona', body: `${at}` },
      ...{ created_at: '', updated_at: '' },
    });
};
const calls = () =>
  sandbox.world.requests
    .filter(({ api }) => api === 'github')
    .map(({ method, status }) => `${method} ${status}`);

test('reads every page, makes, changes and removes', async () => {
  seed(230);
  const comments = open();
  expect(await comments.list(never)).toHaveLength(230);
  const made = await comments.create('hello', never);
  expect(made).toMatchObject({ author: 'github-actions[bot]', body: 'hello' });
  expect(await comments.update(made.id, 'again', never)).toEqual({ ...made, body: 'again' });
  expect((await comments.list(never)).at(-1)).toEqual({ ...made, body: 'again' });
  await comments.remove(made.id, never);
  await comments.remove(made.id, never);
  expect(await comments.list(never)).toHaveLength(230);
});

test('knows as whom it writes, also at GitHub Enterprise Server, and without an answer takes the job', async () => {
  commentsOf(sandbox.world).tokens.set('app', { login: 'acme-app[bot]', pull_requests: 'write' });
  expect(await open({ token: 'app' }).author(never)).toBe('acme-app[bot]');
  expect(await open().author(never)).toBe('github-actions[bot]');
  sandbox.world.faults.add({ api: 'github', path: '/graphql', times: 2, fault: { status: 404 } });
  expect(await open({ token: 'app' }).author(never)).toBe('github-actions[bot]');
  sandbox.world.requests.length = 0;
  await open({ apiUrl: `${sandbox.env.GITHUB_API_URL}/api/v3` }).author(never);
  expect(sandbox.world.requests.map(({ path }) => path)).toEqual(['/api/graphql', '/api/v3/user']);
  sandbox.world.faults.add({ api: 'github', path: '/graphql', fault: { status: 404 } });
  sandbox.world.faults.add({
    api: 'github',
    path: '/user',
    fault: { status: 200, body: { login: 'gitea-actions' } },
  });
  expect(await open().author(never)).toBe('gitea-actions');
});

describe('trouble', () => {
  test('a read is repeated', async () => {
    sandbox.world.faults.add({ api: 'github', times: 3, fault: { status: 502 } });
    expect(await open().list(never)).toEqual([]);
    expect(calls()).toEqual(['GET 502', 'GET 502', 'GET 502', 'GET 200']);
  });

  test('a new comment is repeated only if GitHub did nothing; else it may be there', async () => {
    sandbox.world.faults.add({ api: 'github', method: 'POST', fault: { status: 503 } });
    await open().create('one', never);
    sandbox.world.faults.add({ api: 'github', method: 'POST', fault: { status: 502 } });
    await expect(open().create('two', never)).rejects.toMatchObject({ status: 502, unclear: true });
    sandbox.world.faults.add({ api: 'github', method: 'POST', fault: { reset: 'after' } });
    await expect(open().create('three', never)).rejects.toMatchObject({ status: undefined, unclear: true });
    expect(commentsOf(sandbox.world).comments.map(({ body }) => body)).toEqual(['one', 'three']);
  });

  test('a change is repeated', async () => {
    const { id } = await open().create('one', never);
    sandbox.world.faults.add({ api: 'github', method: 'PATCH', fault: { reset: 'after' } });
    expect((await open().update(id, 'two', never)).body).toBe('two');
  });

  test("GitHub's limit is waited for as long as it says, unless that is too long", async () => {
    const limit = (seconds: string) => ({
      status: 403,
      headers: { 'retry-after': seconds },
      body: { message: 'You have exceeded a secondary rate limit. Please wait.' },
    });
    const clock = new VirtualClock();
    const began = clock.steady();
    sandbox.world.faults.add({ api: 'github', method: 'POST', fault: limit('7') });
    await open({ clock }).create('one', never);
    expect(clock.steady() - began).toBe(7000);
    sandbox.world.faults.add({ api: 'github', method: 'POST', fault: limit('600') });
    await expect(open().create('two', never)).rejects.toMatchObject({ status: 403, unclear: false });
  });

  test('a server that does not answer ends at the deadline', async () => {
    sandbox.world.faults.add({ api: 'github', times: 100, fault: { hang: true } });
    await expect(open({ timeoutMs: 50, deadlineMs: 1000 }).list(never)).rejects.toMatchObject({
      status: undefined,
    });
  });

  test('a cancelled run ends it at once', async () => {
    sandbox.world.faults.add({ api: 'github', times: 100, fault: { hang: true } });
    const abort = new AbortController();
    const listed = open().list(abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(listed).rejects.toThrow();
  });

  test.each([
    ['reads', 403, 'Resource not accessible by integration'],
    ['blind', 403, 'Resource not accessible by integration'],
  ])('a token that only %s is refused at once, with the words of GitHub', async (token, status, said) => {
    const state = commentsOf(sandbox.world);
    state.tokens.set('reads', { login: 'x', pull_requests: 'read' });
    state.tokens.set('blind', { login: 'x', pull_requests: 'none' });
    await expect(open({ token }).create('one', never)).rejects.toMatchObject({
      status,
      said,
      unclear: false,
    });
    expect(calls()).toHaveLength(1);
  });

  test('what is too long is refused with what is wrong', async () => {
    await expect(open().create('x'.repeat(65_537), never)).rejects.toMatchObject({
      status: 422,
      said: 'Validation Failed: Body is too long (maximum is 65536 characters)',
    });
  });
});
