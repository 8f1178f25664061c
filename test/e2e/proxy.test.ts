import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { piecesOf } from '../support/pieces.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';

// The tests start real processes on a machine that may be busy, so they get more time.
jest.setTimeout(300_000);

const login = 'runner:Pr0xy-p@ss/w%rd-4711';
const guard = pathToFileURL(join(import.meta.dirname, '../support/proxy-only.mjs')).href;

let sandbox: Sandbox;
let folder: string;
afterEach(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Everything that the run wrote: its log, the command files, and every file in its temporary folder. */
const writtenBy = (run: ActionRun): string =>
  [
    run.log,
    run.summary,
    JSON.stringify([run.outputs, run.exported, run.state]),
    ...readdirSync(run.temp, { recursive: true, encoding: 'utf8' })
      .map((name) => join(run.temp, name))
      .filter((path) => !path.endsWith('.zip'))
      .map((path) => (existsSync(path) ? safeRead(path) : '')),
  ].join('\n');

function safeRead(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Runs an action in a process that can reach nothing but the proxy. */
async function run(name: string, inputs: Record<string, string>, env: Record<string, string> = {}) {
  const breaches = join(mkdtempSync(join(tmpdir(), 'bs-breaches-')), 'breaches');
  const ran = await runAction(name, {
    inputs,
    env: {
      ...sandbox.env,
      NODE_OPTIONS: `--import=${guard}`,
      PROXY_ONLY: `127.0.0.1:${sandbox.proxy?.port}`,
      PROXY_ONLY_BREACHES: breaches,
      GITHUB_WORKSPACE: folder,
      ...env,
    },
    cwd: folder,
    timeoutMs: 150_000,
  });
  // The runner itself is told what to hide by ::add-mask::, and no reader of the log sees those lines.
  const written = writtenBy(ran).replace(/^::add-mask::.*$/gm, '');
  return { ...ran, written, breaches: existsSync(breaches) ? readFileSync(breaches, 'utf8') : '' };
}

async function open(options: Parameters<typeof startSandbox>[0] = {}): Promise<void> {
  sandbox = await startSandbox({ buildMs: 50, logLagMs: 100, proxy: { login }, ...options });
  folder = mkdtempSync(join(tmpdir(), 'bs-proxy-'));
  writeFileSync(join(folder, 'package.json'), '{"name":"ocr"}');
  const responses = [{ status: 200, body: { text: 'ok' } }];
  writeFileSync(join(folder, 'sandbox.json'), JSON.stringify({ startMs: 0, responses }));
  const png =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==';
  writeFileSync(join(folder, 'ok.png'), Buffer.from(png, 'base64'));
  writeFileSync(
    join(folder, 'suite.yaml'),
    'version: 1\ncases:\n  - name: says ok\n    image: ok.png\n    expect: { contains: ok }\n',
  );
}

const inputs = (more: Record<string, string> = {}) => ({
  name: 'ocr',
  region: sandbox.region,
  project_id: sandbox.project,
  workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
  service_account: sandbox.env.SERVICE_ACCOUNT as string,
  invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
  runtime: 'nodejs24',
  source_dir: '.',
  slo: '90%',
  smoke_suite: 'suite.yaml',
  canary: '10%',
  step_duration: '1s',
  duration: '1s',
  github_token: 'token-of-the-job',
  ...more,
});

describe('a runner that reaches the network through a proxy alone', () => {
  test.each([{}, { tls: true }])('two whole releases, login to promotion (proxy %j)', async (more) => {
    await open({ proxy: { login, ...more } });
    for (const kind of ['first', 'next']) {
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'ocr', description: kind }));
      const ran = await run('release', inputs());
      expect([kind, ran.breaches, ran.outputs.outcome, ran.code]).toEqual([kind, '', 'promoted', 0]);
      expect(piecesOf([login, login.split(':')[1] as string], ran.written)).toEqual([]);
    }
    const { seen } = sandbox.proxy ?? { seen: [] };
    expect(seen.every(({ method, status }) => method === 'CONNECT' && status === 200)).toBe(true);
    const hosts = new Set(seen.map(({ target }) => target.replace(/^.*(?=-uc\.a\.run\.app)|:443$/g, '')));
    for (const host of [
      'token.actions.githubusercontent.com',
      'sts.googleapis.com',
      'iamcredentials.googleapis.com',
      'cloudfunctions.googleapis.com',
      'run.googleapis.com',
      'storage.googleapis.com',
      'logging.googleapis.com',
      '-uc.a.run.app',
    ])
      expect([...hosts]).toContain(host);
    const writes = sandbox.world.requests.filter(
      ({ api, method }) => api === 'cloudfunctions' && /P(OST|ATCH)/.test(method),
    );
    expect(writes.map(({ method }) => method)).toEqual(expect.arrayContaining(['POST', 'PATCH']));
  });

  test('an error outside of the action is one line without the password, and the action goes on', async () => {
    await open();
    const thrower = join(folder, 'thrower.mjs');
    writeFileSync(
      thrower,
      `const proxy = process.env.HTTPS_PROXY;
const write = process.stdout.write.bind(process.stdout);
let isThrown = false;
// In the middle of the action, however long the process needs to start.
process.stdout.write = (text, ...rest) => {
  if (!isThrown && String(text).includes('Uploaded')) {
    isThrown = true;
    setImmediate(() => { throw new Error('broken ' + proxy + ' ' + decodeURIComponent(proxy)); });
  }
  return write(text, ...rest);
};
`,
    );
    const ran = await run('release', inputs(), {
      NODE_OPTIONS: `--import=${guard} --import=${pathToFileURL(thrower).href}`,
    });
    expect(ran.log).toContain(
      '::warning::An error was caught outside of the action: broken http://***@127.0.0.1',
    );
    expect(ran.log).not.toMatch(/^ +at |Node\.js v/m);
    expect(piecesOf([login, login.split(':')[1] as string], ran.written)).toEqual([]);
    expect([ran.outputs.outcome, ran.code]).toEqual(['promoted', 0]);
  });

  test('without the authority of the proxy, the error names the variable that is missing', async () => {
    await open();
    const ran = await run('release', inputs(), { NODE_EXTRA_CA_CERTS: '' });
    expect(ran.code).toBe(1);
    expect(ran.log).toContain('NODE_EXTRA_CA_CERTS');
    expect(ran.breaches).toBe('');
  });

  test.each<[string, (variable: string) => string, RegExp]>([
    [
      'a wrong password',
      (text) => text.replace('4711', '4712'),
      /The proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) answered 407/,
    ],
    [
      'a port that does not exist',
      (text) => text.replace(/:\d+$/, ':99999'),
      /HTTPS_PROXY cannot be used: it is not the address of a proxy/,
    ],
    [
      'a SOCKS proxy',
      (text) => text.replace('http:', 'socks5:'),
      /HTTPS_PROXY cannot be used: it names a socks5 proxy/,
    ],
  ])('%s is one error, at once, and the password is nowhere', async (_, change, message) => {
    await open();
    const variable = change(sandbox.env.HTTPS_PROXY as string);
    const ran = await run('release', inputs(), { HTTPS_PROXY: variable });
    expect([ran.code, ran.breaches]).toEqual([1, '']);
    expect(ran.log).toMatch(message);
    expect(ran.log).not.toMatch(/a bug in|at .*\.js:\d+:\d+/);
    expect(piecesOf([new URL(variable.replace(/:99999$/, '')).password, login], ran.written)).toEqual([]);
    expect(sandbox.world.requests).toEqual([]);
  });
});
