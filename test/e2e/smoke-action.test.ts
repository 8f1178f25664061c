import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, openSandbox } from '../sandbox/support/client.ts';
import { writeVariant } from '../support/ocr-variants.ts';
import { type ActionRun, runAction } from '../support/run-action.ts';
import { root } from '../support/smoke-ports.ts';

/** Starts the action as a runner does, against a function on this machine and against a deployed one in the sandbox. */
const workspace = mkdtempSync(join(tmpdir(), 'bs-smoke-'));
const file = (name: string) => join(workspace, name);

/** Answers every POST with its first argument, starts a child in a session of its own, and prints its environment. */
const server = `
const { spawn } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const child = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
writeFileSync('pids', [process.pid, child.pid].join(' '));
writeFileSync('environment', JSON.stringify(process.env));
const [mode, text] = process.argv.slice(2);
if (mode === 'deaf') setInterval(() => {}, 1000);
else if (mode === 'dies') { console.log('::error::from the function ##[error]x'); process.exit(3); }
else require('node:http').createServer((req, res) => {
  req.resume().on('end', () => {
    if (mode === 'hangs' || mode === 'stubborn') return;
    console.log('::set-output name=x::y');
    res.end(JSON.stringify({ text }));
  });
}).listen(process.env.PORT, '127.0.0.1');
if (mode === 'stubborn') process.on('SIGTERM', () => {});
`;
const suite = (rest: string) =>
  `version: 1\ncases:\n  - name: invoice\n    image: a.png\n    timeout: 60s\n    retries: 0\n    expect: {text: TOTAL 128.40}\n${rest}`;
/** Whether the process still runs. A zombie that waits for its parent does not. */
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return (
      !existsSync('/proc/self/stat') || !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    );
  } catch {
    return false;
  }
};
/** The processes of the function that still run. In a namespace the function sees other ids than this machine, so its folder tells. */
const left = (): number[] => {
  const [own = 0, child = 0] = readFileSync(file('pids'), 'utf8').split(' ').map(Number);
  expect(Math.min(own, child)).toBeGreaterThan(0);
  if (!existsSync('/proc/self/stat')) return [own, child].filter(alive);
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isIn(name));
  return ids.map(Number).filter(alive);
};
/** A zombie has no folder any more. */
const isIn = (id: string): boolean => {
  try {
    return readlinkSync(`/proc/${id}/cwd`) === realpathSync(workspace);
  } catch {
    return false;
  }
};

beforeAll(() => {
  writeFileSync(file('server.cjs'), server);
  cpSync(join(root, 'examples/smoke/images/invoice-en.png'), file('a.png'));
});
afterAll(() => rmSync(workspace, { recursive: true, force: true }));

function run(
  mode: string,
  text: string,
  more: {
    suite?: string;
    inputs?: Record<string, string>;
    env?: Record<string, string>;
    onOutput?: (kill: (signal: NodeJS.Signals) => void) => (text: string) => void;
  } = {},
): Promise<ActionRun> {
  writeFileSync(file('backstay.smoke.yaml'), more.suite ?? suite(''));
  let kill: (signal: NodeJS.Signals) => void = () => {};
  return runAction('smoke-test', {
    inputs: { command: `"${process.execPath}" server.cjs ${mode} "${text}"`, ...more.inputs },
    env: more.env ?? {},
    cwd: workspace,
    onStart: (killer) => {
      kill = killer;
    },
    onOutput: (printed) => more.onOutput?.((signal) => kill(signal))(printed),
  });
}

describe('a function on this machine', () => {
  test("passes, is stopped with all of its children, and receives none of the runner's variables", async () => {
    const done = await run('serves', 'TOTAL 128.40', {
      inputs: { inherit_env: 'MY_OWN' },
      env: {
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner-secret-token',
        GH_TOKEN: 'runner-secret-token',
        MY_OWN: 'kept',
      },
    });
    expect([done.code, done.outputs.verdict, done.outputs.passed, done.outputs.cer]).toEqual([
      0,
      'pass',
      '1',
      '0.000000',
    ]);
    expect(left()).toEqual([]);
    const environment = readFileSync(file('environment'), 'utf8');
    expect(environment).not.toMatch(/INPUT_|"ACTIONS_|GH_TOKEN|runner-secret-token|GITHUB_OUTPUT|GITHUB_ENV/);
    expect(JSON.parse(environment)).toMatchObject({ MY_OWN: 'kept', PORT: expect.stringMatching(/^\d+$/) });
    expect(readFileSync(done.outputs.junit as string, 'utf8')).toContain('<testcase name="invoice"');
    expect(JSON.parse(readFileSync(done.outputs.ctrf as string, 'utf8'))).toMatchObject({
      results: { summary: { tests: 1, passed: 1 } },
    });
  }, 300_000);

  test('a wrong text gives an annotation at its line, a diff in the summary, and no command for the runner', async () => {
    const done = await run('serves', '::error::x ##[error]y 182.40');
    expect([done.code, done.outputs.verdict, done.outputs.failed]).toEqual([1, 'fail', '1']);
    const annotations = done.log.split('\n').filter((line) => line.startsWith('::'));
    expect(annotations.filter((line) => line.startsWith('::error'))).toHaveLength(1);
    expect(annotations.join('\n')).toMatch(
      /::error title=invoice%3A text differs,file=backstay\.smoke\.yaml,line=3::/,
    );
    expect(annotations.every((line) => /^::(error title|group|endgroup|debug|add-mask)/.test(line))).toBe(
      true,
    );
    expect(done.log).not.toContain('##[');
    expect(done.summary).toContain('```diff');
    expect(left()).toEqual([]);
  }, 300_000);

  test('every problem of a suite becomes an annotation at its place', async () => {
    const done = await run('serves', 'x', {
      suite: 'version: 1\ncases:\n  - imge: a.png\n    expect: {max_cr: 1}\n',
    });
    expect(done.code).toBe(1);
    expect(done.log).toContain('backstay.smoke.yaml:3:5: imge is not known here: did you mean image?');
    expect(done.log.split('\n').filter((line) => line.startsWith('::error'))).toHaveLength(3);
    expect(done.report).toMatchObject({ errors: [{ code: 'suite-invalid' }] });
    expect(done.summary).toContain('| 3:5 | imge is not known here');
    expect(done.log).not.toContain('listens after');
  }, 300_000);

  test.each([
    ['dies', '60s', /ended with exit code 3 before it listened/],
    ['deaf', '1s', /did not listen on port \d+ \(PORT\) within 1 s/],
  ])(
    'a command that %s ends the test, and the log says why',
    async (mode, ready_timeout, why) => {
      const done = await run(mode, 'x', { inputs: { ready_timeout } });
      expect(done.code).toBe(1);
      expect(done.log).toMatch(why);
      expect(done.log).not.toMatch(/^::error::from/m);
      expect(left()).toEqual([]);
    },
    300_000,
  );

  test.each(['hangs', 'stubborn'])(
    'if the run is cancelled, a command that %s ends with all of its children',
    async (mode) => {
      let sent = false;
      let running = 0;
      const done = await run(mode, 'TOTAL 128.40', {
        onOutput: (kill) => (text) => {
          if (sent || !text.includes('Smoke test:')) return;
          sent = true;
          running = left().length;
          kill('SIGINT');
        },
      });
      expect(sent).toBe(true);
      expect(running).toBeGreaterThanOrEqual(2);
      expect(done.report).toMatchObject({ outcome: 'cancelled' });
      expect(done.code).toBe(1);
      expect(left()).toEqual([]);
    },
    300_000,
  );

  test('all bad inputs are reported at once', async () => {
    const done = await runAction('smoke-test', {
      inputs: { name: 'Bad Name', url: 'ftp://x', command: '"', revision: '-', timeout: 'soon', suite: 'x' },
      cwd: workspace,
    });
    expect(done.code).toBe(1);
    for (const input of ['name:', 'url:', 'command:', 'revision:', 'timeout:'])
      expect(done.log).toContain(input);
    const none = await runAction('smoke-test', { cwd: workspace });
    expect(none.log).toContain(
      'expected the name of a deployed function, or url (without a token), or command',
    );
  }, 300_000);

  test('a suite and its images must lie below the workspace', async () => {
    const outside = await run('serves', 'x', {
      suite: suite('').replace('a.png', '../../../../etc/hostname'),
    });
    expect(outside.log).toMatch(/cannot be read\. It is outside the workspace/);
    expect((await run('serves', 'x', { suite: suite('').replace('a.png', 'missing.png') })).log).toMatch(
      /missing\.png does not exist/,
    );
  }, 300_000);
});

describe('a deployed function', () => {
  let client: Client;
  const image = 'examples/smoke/backstay.smoke.yaml';
  const login = () => ({
    workload_identity_provider: client.sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
    service_account: client.sandbox.env.SERVICE_ACCOUNT as string,
    invoker_service_account: client.sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
    project_id: client.sandbox.project,
    region: client.sandbox.region,
  });
  const test1 = (inputs: Record<string, string>) =>
    runAction('smoke-test', {
      inputs: { name: 'ocr', suite: image, ...login(), ...inputs },
      env: { ...client.sandbox.env },
    });
  const inline = (text: string) => ({
    'package.json': '{}',
    'sandbox.json': JSON.stringify({ responses: [{ status: 200, body: { text } }] }),
  });

  beforeAll(async () => {
    client = await openSandbox();
  });
  afterAll(() => client.sandbox.stop());

  test('is called with an ID token for its service, and passes every preset', async () => {
    const folder = writeVariant('good', join(workspace, 'good'));
    const names = readdirSync(folder).filter((name) => /\.js(on)?$/.test(name));
    expect(names.length).toBeGreaterThan(7);
    const operation = await client.deploy(
      'ocr',
      Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')])),
    );
    expect(operation.error).toBeUndefined();
    const done = await test1({});
    expect(done.log).not.toMatch(/✗/);
    expect([done.code, done.outputs.verdict, done.outputs.passed, done.outputs.failed]).toEqual([
      0,
      'pass',
      '20',
      '0',
    ]);

    // Nothing that was written contains a token or a piece of one.
    const written =
      done.log +
      done.summary +
      JSON.stringify(done.report) +
      readFileSync(done.outputs.ctrf as string, 'utf8') +
      readFileSync(done.outputs.junit as string, 'utf8');
    expect(written.replace(/::add-mask::.*/g, '')).not.toMatch(/eyJ[\w-]{10,}/);
  }, 300_000);

  test('a revision is called by its tag, and the error for one without a tag says how to add it', async () => {
    await client.deploy('text', inline('TOTAL 128.40'));
    const first = (await client.service('text')).latestReadyRevision.split('/').at(-1) as string;
    await client.deploy('text', inline('something else'));
    const second = (await client.service('text')).latestReadyRevision.split('/').at(-1) as string;
    mkdirSync(file('deployed'), { recursive: true });
    const inputs = { name: 'text', suite: 'backstay.smoke.yaml' };
    writeFileSync(file('backstay.smoke.yaml'), suite(''));
    const here = (more: Record<string, string>) =>
      runAction('smoke-test', {
        inputs: { ...login(), ...inputs, ...more },
        env: { ...client.sandbox.env },
        cwd: workspace,
      });
    const untagged = await here({ revision: first });
    expect(untagged.code).toBe(1);
    expect(untagged.log).toContain(
      `gcloud run services update-traffic text --project=sandbox-project --region=us-central1 --update-tags=smoke=${first}`,
    );
    await client.traffic('text', [
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: second, percent: 100 },
      { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: first, tag: 'old' },
    ]);
    expect((await here({ revision: first })).outputs.verdict).toBe('pass');
    expect((await here({ revision: second })).outputs.verdict).toBe('fail');
    expect((await here({})).outputs.verdict).toBe('fail');
  }, 300_000);

  test('a function that does not exist is reported as such', async () => {
    const done = await test1({ name: 'nothing' });
    expect(done.code).toBe(1);
    expect(done.log).toContain('The function nothing does not exist');
    expect(existsSync(done.outputs.report as string)).toBe(true);
  }, 300_000);
});
