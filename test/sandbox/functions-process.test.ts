import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, type Json, openSandbox } from './support/client.ts';

const hello = (answer: string) => `
const started = new Date().toISOString();
exports.ocr = (request, response) => {
  if (request.path === '/crash') return process.kill(process.pid, 'SIGKILL');
  if (request.path === '/slow') return;
  console.log(JSON.stringify({ severity: 'WARNING', message: 'seen ' + request.path }));
  response.set('x-answer', ${JSON.stringify(answer)}).json({
    answer: ${JSON.stringify(answer)}, started, revision: process.env.K_REVISION, service: process.env.K_SERVICE,
    mode: process.env.MODE, target: process.env.FUNCTION_TARGET, home: process.env.SECRET_OF_THE_MACHINE ?? 'unset',
    bytes: request.rawBody ? request.rawBody.length : 0, authorization: request.headers.authorization,
    trace: request.headers['x-cloud-trace-context'],
  });
};`;
const source = (answer: string) => ({
  'package.json': JSON.stringify({ name: 'f', main: 'index.js' }),
  'index.js': hello(answer),
});
const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const pidsOf = (client: Client) => {
  const state = client.sandbox.world.extension<{
    services: Map<string, { revisions: Map<string, { instance: { pid?: number } }> }>;
  }>('run', () => {
    throw new Error('no run state');
  });
  return [...state.services.values()].flatMap(({ revisions }) =>
    [...revisions.values()].flatMap(({ instance }) => instance.pid ?? []),
  );
};

describe('a revision that is a process', () => {
  let client: Client;
  beforeAll(async () => {
    client = await openSandbox();
    process.env.SECRET_OF_THE_MACHINE = 'yes';
    const operation = await client.deploy('ocr', source('one'), {
      service: { environmentVariables: { MODE: 'fast' }, timeoutSeconds: 4 },
    });
    expect(operation.error).toBeUndefined();
  });
  afterAll(() => client.sandbox.stop());

  test("gets its own environment but not the machine's, the whole body, and a token without its signature", async () => {
    const { uri } = await client.service('ocr');
    const token = await client.idToken(uri);
    const { status, body } = await client.call(uri, token, 'POST', 'x'.repeat(1_000_000));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      answer: 'one',
      service: 'ocr',
      mode: 'fast',
      target: 'ocr',
      home: 'unset',
      bytes: 1_000_000,
    });
    expect(body.revision).toMatch(/^ocr-00001-[a-z]{3}$/);
    expect(body.trace).toMatch(/^[0-9a-f]{32}\/\d+;o=1$/);
    expect(body.authorization).toMatch(/SIGNATURE_REMOVED_BY_GOOGLE$/);
    expect(body.authorization).not.toContain(token.split('.')[2]);
  });

  test('writes its output to the log under its revision', async () => {
    const lines = await client.logs('logName:"stdout" AND jsonPayload.message:"seen" OR textPayload:"seen"');
    expect(lines[0]).toMatchObject({ severity: 'WARNING', resource: { labels: { service_name: 'ocr' } } });
  });

  test('answers 504 after its timeout and 503 when it crashes, and starts again for the next request', async () => {
    const { uri } = await client.service('ocr');
    const token = await client.idToken(uri);
    let before = await client.call(uri, token);
    expect((await client.call(`${uri}/slow`, token)).status).toBe(504);
    // Several times, since the kernel closes what a dead process had open in no fixed order.
    for (let times = 0; times < 5; times++) {
      expect((await client.call(`${uri}/crash`, token)).status).toBe(503);
      const after = await client.call(uri, token);
      expect(after.status).toBe(200);
      expect(after.body.started).not.toBe(before.body.started);
      before = after;
    }
  });

  test('refuses more than 32 MiB before the function sees it', async () => {
    const { uri } = await client.service('ocr');
    const answer = await client.call(uri, await client.idToken(uri), 'POST', 'x'.repeat(33 * 1024 * 1024));
    expect(answer.status).toBe(413);
  });

  test.each([
    [
      'an entry point that the source lacks',
      { 'index.js': 'exports.other = () => {};' },
      'SERVICE',
      'failed to start and listen on the port',
    ],
    [
      'code that throws while it loads',
      { 'index.js': 'throw new Error("no database");' },
      'SERVICE',
      'Container Healthcheck failed',
    ],
    [
      'a main file that is not there',
      { 'package.json': '{"main":"app.js"}' },
      'BUILD',
      'app.js does not exist',
    ],
    ['no main file at all', { 'README.md': 'x' }, 'BUILD', 'function.js does not exist'],
    ['a syntax error', { 'index.js': 'exports.ocr = (' }, 'BUILD', 'SyntaxError'],
    [
      'a broken package.json',
      { 'package.json': '{"main":', 'index.js': '' },
      'BUILD',
      'package.json is not valid JSON',
    ],
    ['a broken sandbox.json', { 'sandbox.json': '{"responses":[{"status":9}]}' }, 'BUILD', 'status 9'],
  ])('%s fails the deploy, and the old revision goes on serving', async (_, files, stageName, text) => {
    const operation = await client.deploy('ocr', files as Record<string, string>);
    expect(operation.error.message).toContain(text);
    const stage = operation.metadata.stages.find(({ name }: { name: string }) => name === stageName);
    expect(stage.stateMessages[0]).toMatchObject({ severity: 'ERROR' });
    const { body } = await client.function('ocr');
    expect(body.state).toBe('FAILED');
    expect(body.stateMessages[0].message).toContain(text);
    const { uri } = await client.service('ocr');
    const answer = await client.call(uri, await client.idToken(uri));
    expect(answer.body.answer).toBe('one');
  });

  test('the output of a container that failed to start is in its log', async () => {
    const lines = await client.logs('logName:"stderr"');
    expect(JSON.stringify(lines)).toContain('no database');
  });

  test('a change of settings after a failed deploy uses the last good build', async () => {
    const before = (await client.function('ocr')).body.buildConfig;
    const patched = await client.api(
      'cloudfunctions',
      'PATCH',
      `/v2/${client.parent}/functions/ocr?updateMask=serviceConfig.environmentVariables`,
      { serviceConfig: { environmentVariables: { MODE: 'slow' } } },
    );
    expect((await client.wait('cloudfunctions', patched.body.name)).error).toBeUndefined();
    const { uri } = await client.service('ocr');
    expect((await client.call(uri, await client.idToken(uri))).body).toMatchObject({
      answer: 'one',
      mode: 'slow',
    });
    expect((await client.function('ocr')).body.buildConfig).toEqual(before);
  });

  test('a failed build is in the build log, a failed start ends with a rollback stage', async () => {
    const build = await client.logs('resource.type="build" severity=ERROR');
    expect(JSON.stringify(build)).toContain('app.js does not exist');
    const { body } = await client.api('cloudfunctions', 'GET', `/v2/${client.parent}/operations`);
    const rolledBack = body.operations.filter(
      ({ metadata }: Json) => metadata.stages.at(-1).name === 'SERVICE_ROLLBACK',
    );
    expect(rolledBack).toHaveLength(2);
  });

  test('a good update afterwards makes the function ACTIVE again and serves', async () => {
    expect((await client.deploy('ocr', source('two'))).error).toBeUndefined();
    expect((await client.function('ocr')).body.state).toBe('ACTIVE');
    const { uri } = await client.service('ocr');
    expect((await client.call(uri, await client.idToken(uri))).body.answer).toBe('two');
  });

  test('the end of the sandbox leaves no process and no folder', async () => {
    const pids = pidsOf(client);
    expect(pids.length).toBeGreaterThan(0);
    expect(pids.every(alive)).toBe(true);
    await client.sandbox.stop();
    expect(pids.some(alive)).toBe(false);
    const { existsSync } = await import('node:fs');
    expect(existsSync(client.sandbox.world.folder)).toBe(false);
  });
});

test('dependencies that this machine lacks are installed', async () => {
  const client = await openSandbox();
  try {
    const operation = await client.deploy('ocr', {
      'package.json': JSON.stringify({
        name: 'f',
        main: 'index.js',
        dependencies: { greet: 'file:./greet' },
      }),
      'greet/package.json': JSON.stringify({ name: 'greet', version: '1.0.0', main: 'greet.js' }),
      'greet/greet.js': 'module.exports = (who) => "hello " + who;',
      'index.js': 'const greet = require("greet"); exports.ocr = (q, r) => r.json({ text: greet("ocr") });',
    });
    expect(operation.error).toBeUndefined();
    const { uri } = await client.service('ocr');
    expect((await client.call(uri, await client.idToken(uri))).body).toEqual({ text: 'hello ocr' });
  } finally {
    await client.sandbox.stop();
  }
});
