import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Rest } from '../../src/http/rest.ts';
import { closeConnections } from '../../src/http/send.ts';
import { createMlflowApi } from '../../src/models/mlflow/api.ts';
import { credentialsOf } from '../../src/models/mlflow/credentials.ts';
import { createMlflow } from '../../src/models/mlflow/mlflow.ts';
import { parseMlflow } from '../../src/models/mlflow/reference.ts';
import type { Clock } from '../../src/steps/ports/clock.ts';

/** What a server may answer that is no MLflow, or one that means harm. A real one is asked in test/peers/model. */
let server: Server;
let place: string;
let answers: Record<string, unknown>;
let calls: { path: string; authorization: string | undefined }[];
beforeAll(async () => {
  server = createServer(({ url = '', headers }, outgoing) => {
    const path = url.replace(/^\/api\/2\.0\/|\?.*$/g, '');
    calls.push({ path, authorization: headers.authorization });
    const answer = answers[path];
    outgoing.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  closeConnections();
  await new Promise((resolve) => server.close(resolve));
});

const version = { version: '7', status: 'READY' };
beforeEach(() => {
  calls = [];
  answers = {
    'mlflow/registered-models/alias': { model_version: version },
    'mlflow/model-versions/get': { model_version: version },
    'mlflow/model-versions/get-download-uri': { artifact_uri: 's3://bucket/ocr' },
  };
});

function open(at: string, env: Record<string, string> = {}, token?: string) {
  const reference = parseMlflow(`${place}/ocr${at}`);
  const outside = { env, userAgent: 'test', mask: () => undefined };
  const api = createMlflowApi({
    ...{ base: reference.base, clock: { sleep: async () => undefined } as unknown as Clock },
    outside: outside as unknown as Parameters<typeof createMlflowApi>[0]['outside'],
    headers: () => credentialsOf({ token, user: undefined }, outside, reference.base),
  });
  // No bytes here lie in Cloud Storage.
  return createMlflow({ api, rest: undefined as unknown as Rest }, `mlflow://${place}/ocr${at}`, reference);
}

describe('an alias', () => {
  test.each([
    ['nothing', {}],
    ['an error with the status of a success', { error_code: 'INTERNAL_ERROR', message: 'no' }],
    ['a version that is no number', { model_version: { version: '7\n::error::x' } }],
    ['a page', '<html>Sign in</html>'],
  ])('is not taken for free if the server answers %s', async (_name, answer) => {
    answers['mlflow/registered-models/alias'] = answer;
    await expect(open('@candidate').aliases?.read('champion')).rejects.toThrow(
      /alias champion|MLflow server/,
    );
    await expect(open('@candidate').resolve()).rejects.toThrow(/without its version|MLflow server/);
  });
});

describe('a version', () => {
  test('is the one that was asked for', async () => {
    await expect(open('/versions/8').resolve()).rejects.toThrow('answered with version 7 of ocr');
  });

  test('that is not ready is named in a short line', async () => {
    const message = 'lost\n'.repeat(200_000);
    answers['mlflow/model-versions/get'] = {
      model_version: { ...version, status: 'FAILED_REGISTRATION', status_message: message },
    };
    const error = await open('/versions/7')
      .resolve()
      .catch(({ what }) => what);
    expect(error).toMatch(/^Version 7 of ocr is FAILED_REGISTRATION \(lost lost[^\n]{1,400}$/);
  });

  test.each([
    ['s3://bucket/ocr', 's3://bucket/ocr'],
    ['wasbs://models@account.blob.core.windows.net/ocr', 'wasbs://models@account.blob.core.windows.net/ocr'],
    ['ftp://me:password@example.com/ocr', 'models:/ocr/7'],
    ['https://example.com/ocr?sig=signature', 'models:/ocr/7'],
    ['file:///srv/ocr', 'models:/ocr/7'],
    ['/srv/ocr', 'models:/ocr/7'],
    [`s3://bucket/${'x'.repeat(40_000)}`, 'models:/ocr/7'],
  ])('at %s is told to the function as %s', async (artifact_uri, uri) => {
    answers['mlflow/model-versions/get-download-uri'] = { artifact_uri };
    expect(await open('/versions/7').resolve()).toMatchObject({ uri, digest: undefined });
  });

  test('with folders in folders without end is released without a digest', async () => {
    answers['mlflow/model-versions/get-download-uri'] = { artifact_uri: 'mlflow-artifacts:/1/ocr' };
    answers['mlflow-artifacts/artifacts'] = { files: [{ path: 'again', is_dir: true }] };
    expect(await open('/versions/7').resolve()).toMatchObject({ uri: 'models:/ocr/7', digest: undefined });
    expect(calls.length).toBeLessThan(300);
  });
});

describe("MLflow's own login", () => {
  const env = {
    MLFLOW_TRACKING_TOKEN: 'of-another',
    MLFLOW_TRACKING_URI: 'https://me:pw@mlflow.example.com/',
  };

  test('is not sent to another server than MLFLOW_TRACKING_URI names', async () => {
    const error = await open('@candidate', env)
      .resolve()
      .catch((error: Error) => error);
    expect(error).toMatchObject({
      code: 'endpoint-refused',
      what: expect.stringContaining('mlflow.example.com'),
    });
    expect(JSON.stringify(error)).not.toContain('pw');
    expect(calls).toEqual([]);
  });

  test.each([
    [
      'the same server',
      (): Record<string, string> => ({ ...env, MLFLOW_TRACKING_URI: `http://${place}` }),
      undefined,
    ],
    ['no server', () => ({ MLFLOW_TRACKING_TOKEN: 'of-another' }), undefined],
    ['another server, and mlflow_token is set', () => env, 'own'],
  ])('with %s', async (_name, variables, token) => {
    await open('@candidate', variables(), token).resolve();
    expect(calls[0]?.authorization).toBe(`Bearer ${token ?? 'of-another'}`);
  });
});

describe('the login', () => {
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
  test.each([
    ['input and token', { user: 'me', token: 't' }, {}, basic('me:t')],
    [
      'input and the variable of the password, as on a command line',
      { user: 'me' },
      { MLFLOW_TRACKING_PASSWORD: 'p' },
      basic('me:p'),
    ],
    [
      'variables alone',
      {},
      { MLFLOW_TRACKING_USERNAME: 'you', MLFLOW_TRACKING_PASSWORD: 'p' },
      basic('you:p'),
    ],
    ['a token', {}, { MLFLOW_TRACKING_TOKEN: 'k' }, { authorization: 'Bearer k' }],
    ['nothing', {}, {}, {}],
  ])('from %s', (_, { user, token }: { user?: string; token?: string }, env, headers) => {
    expect(credentialsOf({ user, token }, { env, mask: () => undefined }, `https://${place}`)).toEqual(
      headers,
    );
  });

  test('a user without a password is refused before anything is sent', () => {
    const env = { MLFLOW_TRACKING_TOKEN: 'k' };
    expect(() =>
      credentialsOf({ user: 'me', token: undefined }, { env, mask: () => undefined }, `https://${place}`),
    ).toThrow(/mlflow_user has no password/);
  });

  test('the password of another server is not sent, whoever the user is', () => {
    const env = { MLFLOW_TRACKING_URI: 'https://other.example.com', MLFLOW_TRACKING_PASSWORD: 'p' };
    expect(() =>
      credentialsOf({ user: 'me', token: undefined }, { env, mask: () => undefined }, `https://${place}`),
    ).toThrow(/was not sent to/);
  });
});
