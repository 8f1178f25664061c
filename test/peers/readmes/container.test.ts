import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, expect, jest, test } from '@jest/globals';
import { blocks, root } from '../../docs/pages.ts';
import { dockerStandIn, npmStandIn, pythonPackages } from '../act/stand-ins.ts';

/** The block of the example of a container, pasted into two shells: one serves until it is stopped, and the other one calls it. */

jest.setTimeout(300_000);
const packages = pythonPackages();
if (!packages)
  console.warn(
    'Skipped: the packages of examples/ocr-python are not here. test/sandbox/ocr-python.test.ts installs them.',
  );
const withPackages = packages ? test : test.skip;

const home = mkdtempSync(join(tmpdir(), 'bs-container-'));
const page = 'examples/ocr-container/README.md';
let server: ChildProcess | undefined;
afterAll(async () => {
  if (server && server.exitCode === null) {
    server.kill();
    await once(server, 'exit');
  }
  rmSync(home, { recursive: true, force: true });
});

async function freePort(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return String(typeof address === 'object' ? address?.port : '');
}

withPackages(`the block of ${page} builds an image that answers and reads`, async () => {
  const [block = '', ...others] = blocks(page)
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text);
  expect(others).toEqual([]);
  cpSync(join(root, 'examples'), join(home, 'examples'), {
    recursive: true,
    filter: (path) => !path.endsWith('tessdata'),
  });
  const port = await freePort();
  const lines = block.trim().replaceAll('8080', port).replaceAll('PROJECT', 'acme').split('\n');
  const at = lines.findIndex((line) => line.startsWith('docker run '));
  const [build, serve = '', call = ''] = [lines.slice(0, at), lines[at], lines.slice(at + 1).join('\n')];
  const bin = join(home, 'bin');
  npmStandIn(bin);
  dockerStandIn(bin, 'crane', packages as string);
  const env = {
    ...{ HOME: home, PATH: `${bin}${delimiter}${process.env.PATH}`, DOCKER_STORE: join(home, 'images') },
  };
  const shell = (text: string, cwd: string) =>
    execFileSync('bash', ['--norc', '-e', '-o', 'pipefail', '-c', text], {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 90_000,
    });
  shell(build.join('\n'), home);

  server = spawn('bash', ['--norc', '-c', `exec ${serve}`], {
    cwd: join(home, 'examples'),
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  server.stderr?.on('data', (part: Buffer) => {
    said += part.toString();
  });
  const started = Date.now();
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isUp())) {
    expect([server.exitCode, server.exitCode === null ? '' : said]).toEqual([null, '']);
    if (Date.now() - started > 110_000) throw new Error('The server does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(JSON.parse(shell(call, join(home, 'examples')))).toEqual({ status: 'ok' });
  const images = join(root, 'examples/smoke/images');
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: readFileSync(join(images, 'invoice-en.png')),
  });
  expect([answer.status, ((await answer.json()) as { text: string }).text]).toEqual([
    200,
    readFileSync(join(images, 'invoice-en.txt'), 'utf8').trim(),
  ]);
});
