import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { Client } from '../sandbox/support/client.ts';
import { Registry } from '../sandbox/support/image.ts';
import { piecesOf } from '../support/pieces.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

// The tests start real processes on a machine that may be busy, so they get more time.
jest.setTimeout(300_000);

/** Secrets in inputs of every action, with servers and programs that repeat them. Nothing that a step writes holds 8 characters of them. */

const secret = 'Zq7!vN2#xL9%tR4w';
const word = 'S3cr3tOfTheCommand99';
let sandbox: Sandbox;
let folder: string;
/** A server that answers every request with an error that repeats what it was sent. */
let parrot: Server;
let parrotUrl: string;
/** Its revision ends at the start, and its log repeats the variables. */
let image: string;

beforeAll(async () => {
  sandbox = await startSandbox({ buildMs: 20, logLagMs: 50 });
  folder = mkdtempSync(join(tmpdir(), 'bs-secrets-'));
  parrot = createServer((request, response) => {
    const auth = Buffer.from(
      String(request.headers.authorization ?? '').replace(/^\w+ /, ''),
      'base64',
    ).toString();
    request.resume();
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        status: 'error',
        errorType: 'bad_data',
        error: `${request.headers.authorization} ${auth} ${secret}`,
      }),
    );
  });
  await new Promise<void>((resolve) => parrot.listen(0, '127.0.0.1', resolve));
  parrotUrl = `http://127.0.0.1:${(parrot.address() as AddressInfo).port}`;
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';
  writeFileSync(join(folder, 'ok.png'), Buffer.from(png, 'base64'));
  writeFileSync(
    join(folder, 'suite.yaml'),
    'version: 1\ncases:\n  - name: says ok\n    image: ok.png\n    retries: 0\n    timeout: 60s\n    expect: { contains: ok }\n',
  );
  writeFileSync(
    join(folder, 'parrot.cjs'),
    `console.log(process.argv.join(' ')); if (process.argv[2] === 'dies') process.exit(3);
     require('node:http').createServer((req, res) => { req.resume(); res.writeHead(500); res.end(process.argv.join(' ')); }).listen(process.env.PORT, '127.0.0.1');`,
  );
  writeFileSync(join(folder, 'package.json'), '{"name":"ocr"}');
  writeFileSync(
    join(folder, 'sandbox.json'),
    JSON.stringify({ buildFails: `cannot use ${secret} in ${word}` }),
  );
});
beforeAll(async () => {
  const registry = new Registry(new Client(sandbox));
  const path = `${sandbox.project}/containers/parrot`;
  const spec = JSON.stringify({ startFails: `cannot start with ${secret} and ${word}` });
  await registry.push(path, 'v1', { files: { 'sandbox.json': spec } });
  image = `${registry.host}/${path}:v1`;
});
afterAll(async () => {
  parrot.closeAllConnections();
  parrot.close();
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

function writtenBy(run: ActionRun): string {
  const files = readdirSync(run.temp, { recursive: true, encoding: 'utf8' })
    .map((name) => join(run.temp, name))
    .filter((path) => statSync(path).isFile() && !path.endsWith('.zip'))
    .map((path) => readFileSync(path, 'utf8'));
  const log = run.log.replace(/^::add-mask::.*$/gm, '');
  return [log, run.summary, JSON.stringify([run.outputs, run.state, run.exported]), ...files].join('\n');
}

const login = () => ({
  project_id: sandbox.project,
  workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
  service_account: sandbox.env.SERVICE_ACCOUNT as string,
});
const where = () => ({ ...login(), name: 'ocr', region: sandbox.region });
const quiet = () => ({
  invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
  smoke_suite: 'none',
  slo: 'none',
  github_token: 'token-of-the-job',
});
const withLogin = (url: string) => url.replace('://', `://user:${encodeURIComponent(secret)}@`);

describe('nothing that a step writes holds a piece of a secret', () => {
  test.each<[string, string, () => Record<string, string>, RegExp]>([
    [
      'smoke-test',
      'a command that prints its arguments and ends',
      () => ({ command: `"${process.execPath}" parrot.cjs dies --token=${word}`, suite: 'suite.yaml' }),
      /\*\*\*/,
    ],
    [
      'smoke-test',
      'a command that answers with its arguments',
      () => ({ command: `"${process.execPath}" parrot.cjs lives --token=${word}`, suite: 'suite.yaml' }),
      /500/,
    ],
    [
      'smoke-test',
      'a URL with a login',
      () => ({ url: withLogin(parrotUrl), suite: 'suite.yaml' }),
      /url: expected a URL/,
    ],
    [
      'watch',
      'a Prometheus that repeats its login',
      () => ({
        ...where(),
        slo: '99%',
        duration: '5s',
        source: 'prometheus',
        prometheus_url: withLogin(parrotUrl),
        prometheus_total: 'a_total{r="$revision"}',
        prometheus_bad: 'a_bad{r="$revision"}',
      }),
      /ocr/,
    ],
    [
      'release',
      'a build that repeats the variables',
      () => ({
        ...where(),
        invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
        runtime: 'nodejs24',
        source_dir: '.',
        smoke_suite: 'none',
        slo: 'none',
        environment_variables: `A=${secret}`,
        build_environment_variables: `B=${word}`,
        github_token: 'token-of-the-job',
      }),
      /cannot use \*\*\*/,
    ],
    [
      'deploy',
      'variables that cannot be read',
      () => ({ ...where(), environment_variables: `A=1,${secret},${word}`, secrets: `X=${secret}` }),
      /environment_variables: expected/,
    ],
    [
      'deploy',
      'a candidate of an image that repeats its variables',
      () => ({
        ...where(),
        name: 'image',
        image,
        env_vars: `A=${secret}\nB=${word}`,
        log_text: 'true',
        tag: 'candidate',
        no_traffic: 'true',
        description: `Reads with ${word}`,
      }),
      /cannot start with \*\*\*/,
    ],
    [
      'release',
      'an image that repeats its variables',
      () => ({
        ...where(),
        ...quiet(),
        name: 'image-2',
        image,
        env_vars: `A=${secret}`,
        env_vars_update_strategy: 'merge',
        log_text: 'true',
        description: `Reads with ${word}`,
      }),
      /cannot start with \*\*\*/,
    ],
    [
      'release',
      'a build of a function of Cloud Run that repeats the variables',
      () => ({
        ...where(),
        ...quiet(),
        name: 'run-function',
        target: 'run-function',
        runtime: 'nodejs24',
        entry_point: 'ocr',
        source_dir: '.',
        env_vars: `A=${secret}`,
        build_environment_variables: `B=${word}`,
      }),
      /cannot use \*\*\*/,
    ],
    [
      'deploy',
      'variables of an image that cannot be read',
      () => ({ ...where(), name: 'image', image, env_vars: `A=1,${secret},${word}`, labels: `X=${secret}` }),
      /env_vars: expected/,
    ],
    [
      'guard',
      'a URL to probe with a login',
      () => ({ ...where(), probe_urls: withLogin('https://127.0.0.1:9/x') }),
      /probe_urls|ocr/,
    ],
  ])('%s: %s', async (action, _, inputs, told) => {
    const run = await runAction(action, {
      inputs: inputs(),
      env: { ...sandbox.env, GITHUB_WORKSPACE: folder },
      cwd: folder,
      timeoutMs: 100_000,
    });
    const written = writtenBy(run);
    expect(run.code).toBe(1);
    expect(piecesOf([secret, encodeURIComponent(secret), word], written)).toEqual([]);
    expect(run.log).toMatch(told);
    expect(run.log).not.toMatch(/A bug in|^ +at /m);
  });
});
