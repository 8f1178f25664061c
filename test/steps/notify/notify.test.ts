import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Hook, parseHooks } from '../../../src/domain/notify/hook.ts';
import { startNote } from '../../../src/domain/notify/note.ts';
import { createWebhooks } from '../../../src/http/webhook.ts';
import { createClock } from '../../../src/runner/clock.ts';
import { notify } from '../../../src/steps/notify/notify.ts';

/** A stand-in for a chat that answers by the path: its status, or `hang`. */
interface Got {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}
let server: Server;
let got: Got[];
let base: string;
/** Answers in order for each path; the last one stays. */
let answers: Record<string, [number | 'hang', Record<string, string>?][]>;

beforeEach(async () => {
  got = [];
  answers = {};
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      got.push({ path, headers: request.headers, body });
      const queue = answers[path] ?? [[200]];
      const [status, headers = {}] = (queue.length > 1 ? queue.shift() : queue[0]) ?? [200];
      if (status !== 'hang') response.writeHead(status, headers).end('ok');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const clock = createClock();
const note = startNote('release', { name: 'ocr-api' }, {}, '2026-11-30T07:00:00Z');

async function tell(hooks: readonly Hook[], deadlineMs = 60_000): Promise<{ lines: string[]; took: number }> {
  const lines: string[] = [];
  const log = { line: (text: string) => void lines.push(text), debug: () => {} };
  const started = clock.steady();
  await notify({ webhooks: createWebhooks(clock, 'test'), clock, log }, hooks, note, deadlineMs);
  return { lines, took: clock.steady() - started };
}

test('every webhook gets its own form, once', async () => {
  const hooks = parseHooks(
    ['slack', 'google-chat', 'teams', 'json'].map((kind) => `${kind} ${base}/${kind}`).join('\n'),
  );
  expect((await tell(hooks)).lines).toEqual([]);
  const bodies = Object.fromEntries(got.map(({ path, body }) => [path, Object.keys(JSON.parse(body))]));
  expect(got).toHaveLength(4);
  expect(bodies).toMatchObject({
    '/slack': ['text', 'blocks'],
    '/google-chat': ['cardsV2'],
    '/teams': ['type', 'attachments'],
  });
  expect(got.map(({ headers }) => headers['content-type'])).toEqual(
    Array(4).fill('application/json; charset=utf-8'),
  );
});

test('the plain form is signed over its time and its body', async () => {
  const secret = '0123456789abcdef';
  await tell(parseHooks(`json ${base}/signed secret=${secret}\njson ${base}/plain`));
  const signed = got.find(({ path }) => path === '/signed');
  const time = signed?.headers['x-backstay-timestamp'];
  const expected = createHmac('sha256', secret).update(`${time}.${signed?.body}`).digest('hex');
  expect(signed?.headers['x-backstay-signature']).toBe(`v1=${expected}`);
  expect(Math.abs(Number(time) - clock.now() / 1000)).toBeLessThan(60);
  expect(got.find(({ path }) => path === '/plain')?.headers['x-backstay-signature']).toBeUndefined();
});

test.each([
  [429, { 'retry-after': '0' }],
  [429, {}],
  [500, {}],
  [503, { 'retry-after': new Date(0).toUTCString() }],
])('%d %j is repeated once', async (status, headers) => {
  answers['/x'] = [[status, headers], [200]];
  expect((await tell(parseHooks(`json ${base}/x`))).lines).toEqual([]);
  expect(got).toHaveLength(2);
});

test('a webhook that goes on failing is asked twice, and one line says so, without its path', async () => {
  answers['/secret-path'] = [[500]];
  const { lines } = await tell(parseHooks(`slack ${base}/secret-path`));
  expect(got).toHaveLength(2);
  expect(lines).toEqual([expect.stringMatching(/slack at 127\.0\.0\.1:\d+, which answered 500/)]);
  expect(lines.join()).not.toContain('secret-path');
});

test.each([
  [400, {}, 'answered 400'],
  [404, {}, 'answered 404'],
  [302, { location: '/other' }, 'a redirect is not followed'],
  // Later than the deadline.
  [429, { 'retry-after': '3600' }, 'answered 429'],
])('%d %j is not repeated', async (status, headers, said) => {
  answers['/x'] = [[status, headers as Record<string, string>]];
  const { lines } = await tell(parseHooks(`json ${base}/x`));
  expect(got.map(({ path }) => path)).toEqual(['/x']);
  expect(lines).toEqual([expect.stringContaining(said)]);
});

test('a webhook that hangs costs no more than the deadline, and keeps no other one waiting', async () => {
  answers['/hangs'] = [['hang']];
  const { lines, took } = await tell(parseHooks(`slack ${base}/hangs\njson ${base}/good`), 2000);
  expect(lines).toEqual([expect.stringContaining('gave no answer in time')]);
  expect(got.map(({ path }) => path).sort()).toEqual(['/good', '/hangs']);
  expect(took).toBeGreaterThanOrEqual(1900);
  expect(took).toBeLessThan(60_000);
});

test('a webhook that refuses is one line', async () => {
  const hooks = parseHooks(`json ${base}/secret-path`);
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  const { lines } = await tell(hooks);
  expect(lines).toEqual([expect.stringContaining('cannot be reached (refused)')]);
  expect(lines.join()).not.toContain('secret-path');
});
