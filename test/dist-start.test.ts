import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runnerAt } from '../scripts/bench/support/first-call.ts';
import type { ActionName } from '../src/domain/report/report.ts';

/**
 * What each action of the bundle compiles before its first API call, counted and not timed. `npm run bench -- start` measures what
 * that costs in time.
 */

const folder = mkdtempSync(join(tmpdir(), 'bs-start-'));
const trace = join(folder, 'trace.cjs');
let called: () => void = () => {};
const server = createServer(() => called());

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  writeFileSync(
    trace,
    `const { appendFileSync } = require('node:fs');
    const tell = (line) => appendFileSync(process.env.TRACE, line + '\\n');
    const vm = require('node:vm');
    const { compileFunction } = vm;
    vm.compileFunction = (code, ...rest) => (tell('code ' + code.length), compileFunction(code, ...rest));
    const Module = require('node:module');
    const { _load } = Module;
    Module._load = function (name, ...rest) {
      if (name.startsWith('node:')) tell('builtin ' + name);
      return _load.call(this, name, ...rest);
    };`,
  );
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** What the process had done when its first call came. */
async function untilFirstCall(action: ActionName) {
  const { env, inputsFor } = runnerAt(folder, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const told = join(folder, `${action}.txt`);
  writeFileSync(told, '');
  const root = process.env.BACKSTAY_BUILT || join(import.meta.dirname, '..');
  const program = join(root, 'actions', action, 'main.js');
  const child = spawn(process.execPath, ['--require', trace, program], {
    cwd: folder,
    env: { ...env, ...inputsFor(action), TRACE: told },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const came = new Promise<boolean>((resolve) => {
    called = () => resolve(true);
  });
  const reached = await Promise.race([came, ended.then(() => false)]);
  const lines = readFileSync(told, 'utf8').trim().split('\n');
  child.kill('SIGKILL');
  await ended;
  expect(reached).toBe(true);
  const of = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1));
  return {
    code: of('code').reduce((sum, length) => sum + Number(length), 0),
    builtins: [...new Set(of('builtin'))],
  };
}

/** Characters of code, without index.js. More is a decision. */
const most = {
  auth: 98_000,
  deploy: 212_000,
  guard: 132_000,
  release: 690_000,
  rollback: 140_000,
  'smoke-test': 435_000,
  watch: 152_000,
} satisfies Partial<Record<ActionName, number>>;

test.each(Object.keys(most) as (keyof typeof most)[])(
  '%s compiles little before its first call',
  async (action) => {
    const { code, builtins } = await untilFirstCall(action);
    expect(code).toBeGreaterThan(20_000);
    expect(code).toBeLessThan(most[action]);
    expect(builtins).toContain('node:http');
    // TLS alone takes half as long as starting Node, and the calls of this test are plain http.
    // A release saves for its post step that it began, between random delimiters.
    const unused = ['node:https', 'node:tls', 'node:zlib', ...(action === 'release' ? [] : ['node:crypto'])];
    expect(builtins.filter((name) => unused.includes(name))).toEqual([]);
  },
  300_000,
);
