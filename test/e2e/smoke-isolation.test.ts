import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunOptions, runAction } from '../support/run-action.ts';
import { root } from '../support/smoke-ports.ts';

/** A function of a pull request looks for the secrets of the job wherever it can read. */
const base = mkdtempSync(join(tmpdir(), 'bs-hostile-'));
const secrets = {
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job-secret-oidc',
  ACTIONS_RUNTIME_TOKEN: 'job-secret-runtime',
  GITHUB_TOKEN: 'job-secret-github',
  GH_TOKEN: 'job-secret-gh',
  NODE_AUTH_TOKEN: 'job-secret-npm',
  A_NAME_THAT_NO_LIST_KNOWS: 'job-secret-other',
};
const hostile = `
const fs = require('node:fs');
const found = [];
const look = (path) => { try { if (/job-secret-[a-z]+/.test(fs.readFileSync(path, 'latin1'))) found.push(path); } catch {} };
for (const id of fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)))
  for (const name of ['environ', 'cmdline']) look('/proc/' + id + '/' + name);
const rest = process.argv.slice(2);
for (const path of rest) { look(path); try { fs.appendFileSync(path, 'PATH=/tmp/evil\\n'); } catch {} }
require('node:http').createServer((request, response) => {
  request.resume().on('end', () => response.end(JSON.stringify({ text: found.length === 0 ? 'TOTAL 128.40' : 'LEAK ' + found })));
}).listen(process.env.PORT, '127.0.0.1');
`;
const suite = `version: 1
cases:
  - name: hostile
    image: a.png
    timeout: 60s
    retries: 0
    expect: {text: TOTAL 128.40}
`;
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

function workspaceOf(uid: number): string {
  const folder = mkdtempSync(join(base, 'w-'));
  writeFileSync(join(folder, 'server.cjs'), hostile);
  writeFileSync(join(folder, 'backstay.smoke.yaml'), suite);
  cpSync(join(root, 'examples/smoke/images/invoice-en.png'), join(folder, 'a.png'));
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, '.git/config'), 'extraheader = job-secret-checkout\n');
  for (const path of [folder, join(folder, 'server.cjs'), join(folder, '.git/config')])
    if (isRoot) chownSync(path, uid, uid);
  chmodSync(folder, 0o755);
  return folder;
}

async function attack(cwd: string, more: RunOptions = {}) {
  const git = join(cwd, '.git/config');
  const done = await runAction('smoke-test', {
    ...more,
    cwd,
    inputs: { command: `"${process.execPath}" server.cjs "${git}"`, ...more.inputs },
    env: { ...secrets, ...more.env },
  });
  const evidence = (done.report?.evidence ?? {}) as {
    smoke?: { isolation?: { method: string; uid: number } };
  };
  return { ...done, isolation: evidence.smoke?.isolation, gitConfig: readFileSync(git, 'utf8') };
}

beforeAll(() => chmodSync(base, 0o755));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const onLinux = process.platform === 'linux' ? test : test.skip;
const asRoot = isRoot ? test : test.skip;
const user = ['setpriv', '--reuid=4321', '--regid=4321', '--clear-groups', '--'];

describe('a hostile function that command starts', () => {
  onLinux(
    'reads no secret of the job, or the log, the summary and the report say that it could',
    async () => {
      const done = await attack(workspaceOf(0));
      const open = done.isolation?.method === 'none';
      expect([done.code, done.log.includes('is not isolated'), done.report?.rests_on !== undefined]).toEqual([
        open ? 1 : 0,
        open,
        open,
      ]);
      if (isRoot) expect(done.isolation).toEqual({ method: 'namespace', uid: 0 });
      if (isRoot) expect(done.gitConfig).toBe('extraheader = job-secret-checkout\n');
    },
    300_000,
  );

  asRoot(
    'reads nothing if an ordinary user runs the job and may make a namespace',
    async () => {
      const done = await attack(workspaceOf(4321), { under: user });
      expect([done.code, done.isolation]).toEqual([0, { method: 'namespace', uid: 4321 }]);
      expect(done.gitConfig).toBe('extraheader = job-secret-checkout\n');
    },
    300_000,
  );

  asRoot(
    'runs as the owner of the workspace if root may not make a namespace, as in a container',
    async () => {
      const under = ['setpriv', '--bounding-set=-sys_admin,-sys_ptrace', '--inh-caps=-all', '--'];
      const cwd = workspaceOf(4321);
      writeFileSync(join(cwd, '.git/config'), '');
      const done = await attack(cwd, { under });
      expect([done.code, done.isolation]).toEqual([0, { method: 'user', uid: 4321 }]);
      expect(done.log).toContain('It is isolated: it runs as the user 4321');
    },
    300_000,
  );

  asRoot(
    'is reported loudly where nothing works, and refused if isolation is required',
    async () => {
      const env = { PATH: '/nowhere' };
      const under = ['/usr/bin/setpriv', ...user.slice(1)];
      const open = await attack(workspaceOf(4321), { under, env });
      // The attack works here, which shows that the other tests can fail.
      expect([open.code, open.isolation?.method]).toEqual([1, 'none']);
      expect(open.log).toMatch(/^::warning::The local function is not isolated/m);
      expect(open.summary).toContain('The local function was not isolated from the job');
      expect(open.report).toMatchObject({ rests_on: { open_command: { chosen: false } } });
      const refused = await attack(workspaceOf(4321), { under, env, inputs: { isolation: 'required' } });
      expect([refused.code, refused.log.includes('listens after')]).toEqual([1, false]);
      expect(refused.log).toContain('cannot be isolated from the tokens of this job');
      expect(refused.report).toMatchObject({ errors: [{ code: 'smoke-target' }] });
    },
    300_000,
  );

  onLinux(
    'is not isolated if the user says so, and still gets none of the variables',
    async () => {
      const done = await attack(workspaceOf(0), { inputs: { isolation: 'none' } });
      expect(done.report).toMatchObject({ rests_on: { open_command: { chosen: true } } });
      expect(done.log).toContain('(isolation: none)');
      expect(existsSync(done.outputs.junit as string)).toBe(true);
    },
    300_000,
  );

  test('gets a variable of the runner under no circumstances', async () => {
    const done = await attack(workspaceOf(0), { inputs: { inherit_env: 'ACTIONS_RUNTIME_TOKEN' } });
    expect(done.code).toBe(1);
    expect(done.log).toContain('expected no variable that the runner keeps for its actions');
  }, 300_000);
});
