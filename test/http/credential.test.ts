import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readWatch } from '../../src/actions/watch/request.ts';
import { credentialIn, mayCarryCredential } from '../../src/http/credential.ts';
import { closeConnections, send } from '../../src/http/send.ts';
import { InputReader } from '../../src/inputs/reader.ts';
import type { Context } from '../../src/runner/context.ts';

afterEach(closeConnections);
const limits = { method: 'GET', timeoutMs: 60_000 };

describe('a credential never travels in plain text', () => {
  test.each([
    ['http://example.com/', { authorization: 'Bearer x' }],
    ['http://10.0.0.1/', { Authorization: 'Basic x' }],
    ['http://example.com/', { cookie: 'session=x' }],
    ['http://example.com/', { 'X-API-Key': 'x' }],
    ['http://example.com/', { 'x-auth-token': 'x' }],
    ['http://user:password@example.com/', {}],
    ['http://user@example.com/', {}],
    ['http://localhost.example.com/', { authorization: 'Bearer x' }],
  ])('%s with %j is refused before anything is sent', async (url, headers) => {
    expect(mayCarryCredential(new URL(url))).toBe(false);
    await expect(send({ ...limits, url, headers: headers as Record<string, string> })).rejects.toMatchObject({
      code: 'endpoint-refused',
      what: expect.not.stringMatching(/password@|Bearer|session/),
    });
  });

  test.each([
    ['https://example.com/', { authorization: 'x' }, true],
    ['http://127.0.0.1:1/', { authorization: 'x' }, true],
    ['http://[::1]:1/', { cookie: 'x' }, true],
    ['ftp://127.0.0.1/', { cookie: 'x' }, false],
  ])('%s may carry one: %s', (url, headers, may) => {
    expect(credentialIn(new URL(url), headers as Record<string, string>)).toBeDefined();
    expect(mayCarryCredential(new URL(url))).toBe(may);
  });

  test('ordinary headers are no credential', () => {
    const headers = { 'user-agent': 'x', accept: '*/*', 'content-type': 'x', 'x-tokens-left': '3' };
    expect(credentialIn(new URL('http://example.com/'), headers)).toBeUndefined();
  });

  test('a URL with user and password sends them as Basic to this machine', async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await send({ ...limits, url: `http://user:pa%3Ass@127.0.0.1:${port}/x` });
    expect(seen).toEqual([`Basic ${Buffer.from('user:pa:ss').toString('base64')}`]);
    server.closeAllConnections();
    server.close();
  });

  test.each([
    [{ prometheus_url: 'http://user:pw-of-prometheus@prom.example.com' }, /prometheus_url: expected https/],
    [
      { prometheus_url: 'http://prom.example.com', prometheus_token: 'token-of-prometheus' },
      /prometheus_url and prometheus_token: expected https/,
    ],
  ])('inputs %j are refused before the first request', async (inputs, message) => {
    const env = { INPUT_NAME: 'ocr', INPUT_REGION: 'us-central1', INPUT_SLO: '99%' } as Record<
      string,
      string
    >;
    for (const [name, value] of Object.entries(inputs)) env[`INPUT_${name.toUpperCase()}`] = value;
    const reader = new InputReader(env);
    await readWatch({ inputs: reader, env } as unknown as Context);
    expect(() => reader.done()).toThrow(message);
  });
});

describe('a request that cannot be sent', () => {
  test.each([
    { authorization: 'Bearer line\nbreak-of-a-token' },
    { 'bad header': 'x' },
    { authorization: 'Bearer snow☃man-of-a-token' },
  ])('%j is an error in words, without the value', async (headers) => {
    const error = await send({ ...limits, url: 'https://example.com/x', headers }).catch((e: Error) => e);
    expect(error).toMatchObject({
      code: 'request-invalid',
      what: expect.stringContaining('GET https://example.com/x'),
    });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/break-of|man-of/);
  });

  test('a URL that cannot be parsed rejects and does not throw at once', async () => {
    const sent = send({ ...limits, url: 'https://user:password@:99999/' });
    await expect(sent).rejects.toThrow('Invalid URL');
  });
});
