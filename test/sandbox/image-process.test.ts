import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Client, type Json, openSandbox } from './support/client.ts';
import { type Built, Registry } from './support/image.ts';

/** Images whose entrypoint is a real process. */
jest.setTimeout(300_000);
let client: Client;
let registry: Registry;
beforeAll(async () => {
  client = await openSandbox();
  registry = new Registry(client);
});
afterAll(() => client.sandbox.stop());

const server = `const { createServer } = require('node:http');
createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ port: process.env.PORT, service: process.env.K_SERVICE, a: process.env.A, args: process.argv.slice(2), folder: require('node:path').basename(process.cwd()) }));
}).listen(Number(process.env.PORT));
console.log('listening');
`;

async function run(id: string, built: Built, container: Json = {}, template: Json = {}): Promise<Json> {
  const path = `sandbox-project/containers/${id}`;
  await registry.push(path, 'v1', built);
  const image = `us-central1-docker.pkg.dev/${path}:v1`;
  const body = { template: { ...template, containers: [{ image, ...container }] } };
  const answer = await client.api('run', 'POST', `/v2/${client.parent}/services?serviceId=${id}`, body);
  if (answer.status !== 200) throw new Error(answer.text);
  return client.wait('run', answer.body.name as string);
}
async function get(id: string): Promise<Json> {
  const { uri } = await client.service(id);
  return (await client.call(uri, await client.idToken(uri), 'GET')).body;
}

test('a Node server in a layer is started by the entrypoint of its image', async () => {
  const done = await run('node', {
    files: { 'app/server.js': server },
    config: {
      Entrypoint: ['node', '/app/server.js'],
      Cmd: ['x'],
      Env: ['A=1', 'PATH=/usr/bin'],
      WorkingDir: '/app',
    },
  });
  expect(done.error).toBeUndefined();
  expect(await get('node')).toEqual({ port: '8080', service: 'node', a: '1', args: ['x'], folder: 'app' });
  const lines = await client.logs('resource.labels.service_name="node" logName:"stdout"');
  expect(lines.map(({ textPayload }) => textPayload)).toContain('listening');
});

test('a script is started by the program in its first line, and the service replaces variables, arguments and port', async () => {
  const files = { 'app/server.js': server, 'bin/start!': '#!/bin/sh\nexec node "$APP" "$@"\n' };
  const done = await run(
    'script',
    { files, config: { Entrypoint: ['/bin/start'], Cmd: ['image'], Env: ['A=1', 'APP=app/server.js'] } },
    { args: ['mine'], env: [{ name: 'A', value: '2' }], ports: [{ containerPort: 3000 }] },
  );
  expect(done.error).toBeUndefined();
  expect(await get('script')).toMatchObject({ a: '2', args: ['mine'], service: 'script' });
});

test('a container that ends, or whose program is missing, fails with its last words in the log', async () => {
  const ends = await run('ends', {
    files: { 'a.js': 'console.error("no database"); process.exit(3)' },
    config: { Cmd: ['node', '/a.js'] },
  });
  expect(ends.error).toMatchObject({
    code: 9,
    message: expect.stringContaining(
      'failed to start and listen on the port defined provided by the PORT=8080',
    ),
  });
  const lines = await client.logs('resource.labels.service_name="ends"');
  expect(lines.map(({ textPayload }) => textPayload).join('\n')).toContain('no database');
  const missing = await run('missing', { config: { Cmd: ['/server'] } });
  expect(missing.error.code).toBe(9);
  const said = await client.logs('resource.labels.service_name="missing"');
  expect(said.map(({ textPayload }) => textPayload).join('\n')).toContain('no such file in the image');
});

test('a container that does not listen on PORT fails when its start-up probe gives up', async () => {
  const probe = { startupProbe: { failureThreshold: 1, periodSeconds: 1, tcpSocket: { port: 8080 } } };
  const files = { 'a.js': "require('node:http').createServer().listen(0, '127.0.0.1')" };
  const done = await run('deaf', { files, config: { Cmd: ['node', '/a.js'] } }, probe);
  expect(done.error.message).toContain('within the allocated timeout');
});

test('a path that leaves the image is refused', async () => {
  const done = await run('evil', { files: { '../../evil.js': 'x' }, config: { Cmd: ['node', '/a.js'] } });
  expect(done.error).toMatchObject({ code: 9, message: expect.stringContaining('Container import failed') });
});
