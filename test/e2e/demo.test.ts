import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

/** If the demo cannot go on, it ends with one sentence and leaves nothing behind. `.ci/run` runs the whole demo. */

const root = join(import.meta.dirname, '..', '..');
const kept = join(root, '.demo');
const listed = (folder: string) => (existsSync(folder) ? readdirSync(folder).sort() : []);

let temp: string;
let before: string[];
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'bs-demo-test-'));
  before = listed(kept);
});
afterEach(() => rmSync(temp, { recursive: true, force: true }));

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** Every process that the demo starts has its temporary folder in its environment, command line or working folder. */
function run(args: readonly string[], onOutput?: (text: string, child: ChildProcess) => void): Promise<Ran> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', join(root, 'scripts/demo/main.ts'), ...args],
    { cwd: root, env: { ...process.env, TMPDIR: temp }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ran.out += text;
    onOutput?.(ran.out, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ran.err += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...ran, code })));
}

const attempt = (read: () => string): string => {
  try {
    return read();
  } catch {
    return '';
  }
};

/** The processes of this run that are still there. Reads /proc, which only Linux has. */
function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const facts = ['environ', 'cmdline'].map((file) =>
        attempt(() => readFileSync(`/proc/${pid}/${file}`, 'utf8')),
      );
      return [...facts, attempt(() => readlinkSync(`/proc/${pid}/cwd`))].some((text) => text.includes(temp));
    })
    .map((pid) => attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' '));
}

function nothingIsLeft(): void {
  expect(readdirSync(temp)).toEqual([]);
  if (existsSync('/proc/self/environ')) expect(processes()).toEqual([]);
  else console.warn('Skipped: processes that are left are only looked for where there is /proc.');
}

const lines = (text: string) => text.trim().split('\n');

describe('the demo', () => {
  test.each([
    [['--scenario', 'worse'], /^The demo cannot run: --scenario "worse" is unknown. Choose from good, bad, /],
    [['--scenari', 'bad'], /^The demo cannot run: Unknown option '--scenari'. The options are --scenario /],
    [['--ports', 'nonsense'], /^The demo cannot run: .*--ports/],
  ])('%j ends with one sentence', async (args, sentence) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(lines(err)).toEqual([expect.stringMatching(sentence)]);
    nothingIsLeft();
  });

  test('a port in use ends with one sentence', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const { code, out, err } = await run(['--ports', `control=${port}`]);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(lines(err)).toEqual([
        expect.stringMatching(/^The demo cannot run: the sandbox did not start: /),
      ]);
      expect(err).toContain(`${port} is in use`);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    nothingIsLeft();
  });

  test.each([
    ['while the function is built', 'Uploaded '],
    // The canary of the second release lasts 20 s, so it is still under way when the signal arrives.
    ['while it is watched', 'Watch 50 %'],
  ])(
    'Ctrl-C %s ends with one sentence and leaves nothing',
    async (_, moment) => {
      let sent = false;
      const { code, out, err } = await run(['--scenario', 'good'], (text, child) => {
        if (sent || !text.includes(moment)) return;
        sent = true;
        child.kill('SIGINT');
      });
      expect({ sent, code, err }).toEqual({ sent: true, code: 130, err: '' });
      expect(out.match(/^Stopping: .*$/gm)).toEqual([expect.stringMatching(/removes everything\.$/)]);
      expect(out).toMatch(/^ {2}Cancelled: /m);
      expect(out).not.toMatch(/^\s+at /m);
      expect(out).not.toContain('What happened');
      nothingIsLeft();
      expect(listed(kept)).toEqual(before);
    },
    300_000,
  );
});
