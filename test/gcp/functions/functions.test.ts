import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/domain/data/json.ts';
import { loadFunctionClient, sameJson } from '../../../src/gcp/functions/client.ts';
import { createFunctions } from '../../../src/gcp/functions/functions.ts';
import { operationOf } from '../../../src/gcp/functions/shape.ts';
import { uploadArchive } from '../../../src/gcp/source/upload.ts';
import { endpoints } from '../../../src/http/endpoints.ts';
import { RemoteError } from '../../../src/http/remote-error.ts';
import { createRest } from '../../../src/http/rest.ts';
import { closeConnections } from '../../../src/http/send.ts';
import type { Functions } from '../../../src/steps/ports/functions.ts';

interface Seen {
  method: string;
  path: string;
  authorization: string | undefined;
  reason: string | undefined;
  body: string;
}

/** A server that gives the listed answers one after another, and keeps every request. */
let server: Server;
let base: string;
let seen: Seen[];
let replies: ((request: Seen) => {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
  reset?: boolean;
})[];
let tokens: number;
let functions: Functions;
const name = 'projects/p/locations/us-central1/functions/ocr';
const operation = { name: 'projects/p/locations/us-central1/operations/o1', done: false };

const read = async (request: IncomingMessage) => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

beforeEach(async () => {
  seen = [];
  replies = [];
  tokens = 0;
  server = createServer(async (request, response) => {
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization,
      reason: String(request.headers['x-goog-request-reason'] ?? '') || undefined,
      body: await read(request),
    };
    seen.push(one);
    const reply = replies.shift()?.(one) ?? {
      status: 500,
      body: { error: { code: 500, message: 'no reply was planned', status: 'INTERNAL' } },
    };
    if (reply.reset) return void response.socket?.destroy();
    response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = {
    now: () => Date.now(),
    steady: () => Date.now(),
    sleep: async (milliseconds: number) =>
      new Promise<void>((done) => setTimeout(done, Math.min(5, milliseconds))),
  };
  const log = { line: () => {}, warning: () => {}, detail: () => {}, debug: () => {} };
  const found = endpoints({
    GHA_ENDPOINT_OVERRIDE_run: base,
    GHA_ENDPOINT_OVERRIDE_cloudfunctions: `${base}/v2`,
  });
  const ownTokens = { accessToken: async () => `token-${++tokens}`, idToken: async () => '' };
  const rest = createRest({
    endpoints: found,
    clock,
    log,
    accessToken: ownTokens.accessToken,
    redact: (text) => text,
    userAgent: 'test',
    requestReason: 'ticket 42',
  });
  functions = createFunctions({
    rest,
    clock,
    log: { line: (text) => void lines.push(text) },
    userAgent: { name: 'test', version: '1' },
  });
});
afterEach(async () => {
  closeConnections();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const ok = (body: unknown) => () => ({ status: 200, body });
let lines: string[] = [];
/** A refusal by a quota, as Google words it. */
const overQuota = (per: 'Minute' | 'Day') => () => ({
  status: 429,
  body: {
    error: {
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      message: `Quota exceeded for quota metric 'Write requests' and limit 'Write requests per ${per.toLowerCase()}' of service 'cloudfunctions.googleapis.com'.`,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'RATE_LIMIT_EXCEEDED',
          metadata: { quota_limit: `WriteRequestsPer${per}PerProject` },
        },
      ],
    },
  },
});

const fail = (status: number, code: string) => () => ({
  status,
  body: { error: { code: status, status: code, message: `it is ${code}` } },
});

describe('writes', () => {
  test('send exactly the mask, keep false and 0, and carry an access token', async () => {
    replies = [ok(operation), ok(operation)];
    const body: JsonObject = {
      serviceConfig: { allTrafficOnLatestRevision: false, minInstanceCount: 0 },
      labels: { a: 'b' },
    };
    const mask = ['labels', 'serviceConfig.allTrafficOnLatestRevision', 'serviceConfig.minInstanceCount'];
    expect(await functions.update(name, body, mask)).toMatchObject({ name: operation.name, done: false });
    await functions.update(name, body, mask);
    expect(seen[0]?.method).toBe('PATCH');
    const url = new URL(seen[0]?.path ?? '', base);
    expect(url.pathname).toBe(`/v2/${name}`);
    expect(url.searchParams.get('updateMask')?.split(',').sort()).toEqual(mask);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      ...body,
      serviceConfig: { ...(body.serviceConfig as JsonObject), environmentVariables: {} },
    });
    expect(seen.map((one) => one.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  test('the reason for the audit log is on every call, including those of the typed client', async () => {
    replies = [ok(operation), ok(operation), ok({ name })];
    await functions.create(name, { environment: 'GEN_2' });
    await functions.update(name, { labels: { a: 'b' } }, ['labels']);
    await functions.get(name);
    expect(seen.map((one) => one.reason)).toEqual(['ticket 42', 'ticket 42', 'ticket 42']);
  });

  test('a create names the function and its parent', async () => {
    replies = [ok(operation)];
    await functions.create(name, { environment: 'GEN_2', buildConfig: { runtime: 'nodejs24' } });
    expect(seen[0]?.path).toContain('/v2/projects/p/locations/us-central1/functions?');
    expect(seen[0]?.path).toContain('functionId=ocr');
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({
      environment: expect.anything(),
      buildConfig: { runtime: 'nodejs24' },
    });
  });

  test('a message that the typed client cannot represent goes out whole, as JSON', async () => {
    replies = [ok(operation), ok(operation)];
    const serviceConfig = {
      directVpcEgress: 'VPC_EGRESS_ALL_TRAFFIC',
      directVpcNetworkInterface: [{ network: 'default' }],
    };
    const mask = ['serviceConfig.directVpcEgress', 'serviceConfig.directVpcNetworkInterface'];
    await functions.update(name, { serviceConfig }, mask);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ name, serviceConfig });
    await functions.update(name, { serviceConfig: { ingressSettings: 'ALLOW_SOMETHING_NEW' } }, [
      'serviceConfig.ingressSettings',
    ]);
    expect(JSON.parse(seen[1]?.body ?? '')).toEqual({
      name,
      serviceConfig: { ingressSettings: 'ALLOW_SOMETHING_NEW' },
    });
  });

  test.each([409])('%i is a value, in both forms', async (status) => {
    replies = [fail(status, 'ABORTED'), fail(status, 'ABORTED')];
    expect(await functions.update(name, {}, ['labels'])).toBe('conflict');
    expect(await functions.create(name, {})).toBe('conflict');
  });

  test('retries after 503, 429 and a lost connection, but not after 403 and 400', async () => {
    replies = [
      fail(503, 'UNAVAILABLE'),
      fail(429, 'RESOURCE_EXHAUSTED'),
      () => ({ status: 0, reset: true }),
      ok(operation),
    ];
    expect(await functions.update(name, {}, ['labels'])).toMatchObject({ name: operation.name });
    expect(seen).toHaveLength(4);
    for (const [status, code] of [
      [403, 'PERMISSION_DENIED'],
      [400, 'INVALID_ARGUMENT'],
    ] as const) {
      seen = [];
      replies = [fail(status, code)];
      const error = await functions.update(name, {}, ['labels']).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RemoteError);
      expect(error).toMatchObject({ status, statusName: code });
      expect((error as Error).message).toContain(`it is ${code}`);
      expect(seen).toHaveLength(1);
    }
  });

  test('a quota per minute is waited for, and named at once', async () => {
    lines = [];
    replies = [overQuota('Minute'), overQuota('Minute'), ok(operation)];
    expect(await functions.update(name, {}, ['labels'])).toMatchObject({ name: operation.name });
    expect(lines).toEqual([
      expect.stringMatching(
        /^ {2}Waiting for a quota of cloudfunctions, at most 1\d\d s: .*Write requests per minute/,
      ),
    ]);
  });

  test('a quota per day is not waited for', async () => {
    lines = [];
    seen = [];
    replies = [overQuota('Day'), ok(operation)];
    await expect(functions.update(name, {}, ['labels'])).rejects.toMatchObject({ status: 429 });
    expect([seen.length, lines]).toEqual([1, []]);
  });

  test('a missing permission is named', async () => {
    replies = [
      () => ({
        status: 403,
        body: {
          error: {
            code: 403,
            status: 'PERMISSION_DENIED',
            message: "Permission 'cloudfunctions.functions.update' denied on resource (or it may not exist).",
            details: [
              {
                '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
                reason: 'IAM_PERMISSION_DENIED',
                domain: 'iam.googleapis.com',
                metadata: { permission: 'cloudfunctions.functions.update' },
              },
            ],
          },
        },
      }),
    ];
    await expect(functions.update(name, {}, ['labels'])).rejects.toMatchObject({
      code: 'permission-denied',
      permission: 'cloudfunctions.functions.update',
    });
  });

  test.each([301, 302, 307, 308])(
    'a redirect (%i) is never followed, so the token goes nowhere',
    async (status) => {
      replies = [() => ({ status, headers: { location: `${base}/stolen` } }), ok(operation)];
      await expect(functions.update(name, { labels: { a: 'b' } }, ['labels'])).rejects.toThrow();
      expect(seen.map((one) => one.path).join()).not.toContain('stolen');
      expect(seen).toHaveLength(1);
    },
  );

  test.each([
    ['through the library', { labels: { a: 'b' } }, 'labels'],
    [
      'as JSON',
      { serviceConfig: { ingressSettings: 'ALLOW_SOMETHING_NEW' } },
      'serviceConfig.ingressSettings',
    ],
  ])('an abort ends a write and its request at once (%s)', async (_, content, field) => {
    const abort = new AbortController();
    server.removeAllListeners('request');
    const closed = new Promise<void>((done) => {
      server.on('request', (request) => {
        request.socket.once('close', () => done());
        abort.abort(new Error('stopped'));
      });
    });
    const end = functions.update(name, content, [field], abort.signal).then(
      () => 'done',
      (error: Error) => error.message,
    );
    // The server never answers, which the write itself would notice after 30 s.
    expect(await Promise.race([end, sleep(20_000, 'it still waits', { ref: false })])).toBe('stopped');
    await closed;
  });
});

describe('reads', () => {
  test('404 gives undefined and not an error', async () => {
    replies = [fail(404, 'NOT_FOUND')];
    expect(await functions.get(name)).toBeUndefined();
  });

  test('returns raw JSON unchanged, including unknown fields and enum names', async () => {
    const raw = {
      name,
      state: 'SOMETHING_NEW',
      serviceConfig: { directVpcEgress: 'X', minInstanceCount: 0 },
    };
    replies = [ok(raw)];
    expect(await functions.get(name)).toEqual(raw);
  });

  test('finds the running operation of this function, not of another one', async () => {
    const other = { name: 'o/other', done: false, metadata: { target: `${name}2` } };
    const done = { name: 'o/done', done: true, metadata: { target: name } };
    const mine = { name: 'o/mine', done: false, metadata: { target: name } };
    replies = [ok({ operations: [other, done, mine] }), ok({})];
    expect((await functions.runningOperation(name))?.name).toBe('o/mine');
    expect(await functions.runningOperation(name)).toBeUndefined();
  });

  test('enums are names, whether they arrive as names or as numbers', () => {
    const stages = [
      { name: 2, state: 2, stateMessages: [{ severity: 1, type: 'T', message: 'm' }] },
      { name: 'SERVICE', state: 'COMPLETE' },
      { name: 99, state: 'NEW_STATE' },
    ];
    expect(operationOf({ name: 'o', metadata: { stages } }).stages).toMatchObject([
      { name: 'BUILD', state: 'IN_PROGRESS', messages: [{ severity: 'ERROR', type: 'T', message: 'm' }] },
      { name: 'SERVICE', state: 'COMPLETE' },
      { name: '99', state: 'NEW_STATE' },
    ]);
  });
});

describe('what the typed client can represent', () => {
  test.each<[string, JsonObject, boolean]>([
    ['plain fields', { description: 'x', serviceConfig: { timeoutSeconds: 60 } }, true],
    ['maps', { labels: { a: 'b' }, serviceConfig: { environmentVariables: {} } }, true],
    ['an explicit false', { serviceConfig: { allTrafficOnLatestRevision: false } }, true],
    ['a known enum', { serviceConfig: { ingressSettings: 'ALLOW_ALL' } }, true],
    ['an unknown enum', { serviceConfig: { ingressSettings: 'NOPE' } }, false],
    ['an unknown field', { serviceConfig: { directVpcEgress: 'X' } }, false],
    ['a number as text', { serviceConfig: { timeoutSeconds: '60' } }, false],
    [
      'a generation',
      {
        buildConfig: {
          source: { storageSource: { bucket: 'b', object: 'o', generation: '1700000000000001' } },
        },
      },
      true,
    ],
  ])('%s', async (_, message, representable) => {
    const client = await loadFunctionClient({
      rest: { endpoints: endpoints({}), call: () => Promise.reject(new Error('not called')) },
      userAgent: { name: 'test', version: '1' },
      timeoutMs: 60_000,
    });
    expect(client.representable(message)).toBe(representable);
  });

  test('absent keys and undefined ones are the same', () => {
    expect(sameJson({ a: 1, b: undefined }, { a: 1 })).toBe(true);
    expect(sameJson({ a: [], b: { c: {} } }, {})).toBe(true);
    expect(sameJson({ a: [1] }, { a: { 0: 1 } })).toBe(false);
    expect(sameJson({ a: '' }, {})).toBe(false);
  });
});

describe('the upload', () => {
  const archive = () => {
    const folder = mkdtempSync(join(tmpdir(), 'bs-upload-'));
    writeFileSync(join(folder, 'a.zip'), 'bytes');
    return {
      path: join(folder, 'a.zip'),
      bytes: 5,
      remove: () => rmSync(folder, { recursive: true, force: true }),
    };
  };
  const clock = { now: () => Date.now(), steady: () => Date.now(), sleep: async () => {} };
  const secrets: string[] = [];
  const put = async (url: string, loopback = true) => {
    const file = archive();
    const found = endpoints(loopback ? { GHA_ENDPOINT_OVERRIDE_run: base } : {});
    try {
      await uploadArchive(
        { endpoints: found, clock, addSecret: (value) => secrets.push(value), redact: (text) => text },
        file,
        { uploadUrl: url, storageSource: {} },
      );
    } finally {
      file.remove();
    }
  };

  test('sends the bytes with a content type and without a token, and masks the signature', async () => {
    replies = [fail(503, 'UNAVAILABLE'), () => ({ status: 0, reset: true }), ok({})];
    await put(`${base}/bucket/o.zip?X-Goog-Signature=abcdef0123`);
    expect(seen).toHaveLength(3);
    expect(seen.at(-1)).toMatchObject({ method: 'PUT', authorization: undefined, body: 'bytes' });
    expect(secrets).toContain('abcdef0123');
  });

  test('a refusal quotes Cloud Storage and is not retried', async () => {
    replies = [
      () => ({
        status: 403,
        body: '<?xml version="1.0"?><Error><Code>ExpiredToken</Code><Message>Too late</Message></Error>',
      }),
    ];
    await expect(put(`${base}/bucket/o.zip`)).rejects.toThrow(
      'Cloud Storage answered 403 (ExpiredToken: Too late)',
    );
    expect(seen).toHaveLength(1);
  });

  test.each([
    'https://storage.googleapis.com.evil.example/x',
    'https://evil.example/storage.googleapis.com',
    'http://storage.googleapis.com/x',
    'https://user@storage.googleapis.com/x',
  ])('%s receives nothing', async (url) => {
    await expect(put(url, false)).rejects.toMatchObject({ code: 'endpoint-refused' });
  });
});
