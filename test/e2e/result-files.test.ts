import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { runState } from '../../sandbox/run/model.ts';
import { type ActionRun, type RunOptions, runAction } from '../support/run-action.ts';
import { root } from '../support/smoke-ports.ts';

jest.setTimeout(300_000);

/** The runner's files cannot be written. The work is done, the log has the verdict, and one sentence says what is missing. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('files of the runner that cannot be written', () => {
  let sandbox: Sandbox;
  let folder: string;
  let pipe: string;
  let source: string;
  beforeAll(async () => {
    sandbox = await startSandbox({ buildMs: 50, logLagMs: 100 });
    folder = mkdtempSync(join(tmpdir(), 'bs-results-'));
    pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    source = join(folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, 'sandbox.json'), JSON.stringify({ startMs: 0, responses: [{ status: 200 }] }));
    writeFileSync(join(source, 'package.json'), JSON.stringify({ name: 'ocr', version: '1.0.0' }));
    expect((await release('probed')).code).toBe(0);
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const common = (name: string) => ({
    name,
    region: sandbox.region,
    project_id: sandbox.project,
    workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
    service_account: sandbox.env.SERVICE_ACCOUNT as string,
  });
  const env = () => ({ ...sandbox.env, GITHUB_WORKSPACE: folder });
  const guard = (options: RunOptions): Promise<ActionRun> =>
    runAction('guard', { env: env(), inputs: common('probed'), ...options });
  const release = (name: string, options: RunOptions = {}): Promise<ActionRun> =>
    runAction('release', {
      env: env(),
      inputs: {
        ...common(name),
        invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
        runtime: 'nodejs24',
        source_dir: source,
        slo: 'none',
        smoke_suite: 'none',
        canary: '10%',
        step_duration: '1s',
        duration: '1s',
        github_token: 'token-of-the-job',
      },
      ...options,
    });
  const live = (name: string) => {
    const service = `projects/${sandbox.project}/locations/${sandbox.region}/services/${name}`;
    return (runState(sandbox.world).services.get(service)?.live ?? []).filter(({ percent }) => percent);
  };
  const lastLine = ({ log }: ActionRun) => log.trimEnd().split('\n').at(-1);
  const clear = ({ log }: ActionRun) => expect(log).not.toMatch(/bug in|^ +at |node:internal|Uncaught/m);

  const unwritable: [string, () => string, RegExp][] = [
    ['full', () => '/dev/full', /ENOSPC/],
    ['in a folder that does not exist', () => join(folder, 'none', 'file'), /ENOENT/],
    ['a folder', () => folder, /EISDIR/],
    ['a pipe that no one reads', () => pipe, /ENXIO/],
  ];

  test.each([
    ...unwritable,
    ['not set', () => '', /did not set GITHUB_OUTPUT/] as (typeof unwritable)[number],
  ])('GITHUB_OUTPUT is %s: the step fails with its verdict in the log', async (_, path, reason) => {
    const done = await guard({ files: { GITHUB_OUTPUT: path() } });
    expect([done.code, done.signal]).toEqual([1, null]);
    expect(done.log).toMatch(/::warning::This step counts as failed, because .*later steps: the outputs \(/);
    expect(done.log).toMatch(reason);
    expect(lastLine(done)).toMatch(/^Passed: probed is private/);
    expect(done.summary).toContain('probed');
    clear(done);
  });

  test.each(unwritable)('GITHUB_STEP_SUMMARY is %s: the verdict decides', async (_, path, reason) => {
    const done = await guard({ files: { GITHUB_STEP_SUMMARY: path() } });
    expect([done.code, done.outputs.verdict, done.report?.verdict]).toEqual([0, 'pass', 'pass']);
    expect(done.log).toMatch(/::warning::Could not be written: the job summary \(/);
    expect(done.log).toMatch(reason);
    expect(lastLine(done)).toMatch(/^Passed: /);
    clear(done);
  });

  test.each([
    ['a file', () => join(source, 'package.json')],
    ['in a folder that cannot be made', () => '/proc/none/temp'],
  ] as [string, () => string][])(
    'RUNNER_TEMP is %s: the verdict decides, and outputs name no file',
    async (_, path) => {
      const done = await guard({ files: { RUNNER_TEMP: path() } });
      expect([done.code, done.outputs.verdict]).toEqual([0, 'pass']);
      expect([done.outputs.report, done.outputs.sarif]).toEqual([undefined, undefined]);
      expect(done.log).toMatch(/::warning::Could not be written: the report, the file of sarif \(/);
      expect(done.summary).toContain('probed');
      clear(done);
    },
  );

  test('a smoke test that cannot write its results keeps its verdict', async () => {
    const server =
      "require('http').createServer((req, res) => req.resume().on('end', () => res.end('{\"text\":\"ok\"}'))).listen(process.env.PORT, '127.0.0.1')";
    writeFileSync(join(folder, 'server.cjs'), server);
    copyFileSync(join(root, 'examples/smoke/images/invoice-en.png'), join(folder, 'a.png'));
    writeFileSync(
      join(folder, 'suite.yaml'),
      'version: 1\ncases:\n  - name: reads\n    image: a.png\n    expect: {text: ok}\n',
    );
    const done = await runAction('smoke-test', {
      cwd: folder,
      env: { GITHUB_REPOSITORY: 'acme/ocr' },
      inputs: { command: `"${process.execPath}" server.cjs`, suite: 'suite.yaml' },
      files: { RUNNER_TEMP: join(source, 'package.json') },
    });
    expect([done.code, done.outputs.verdict, done.outputs.passed]).toEqual([0, 'pass', '1']);
    expect([done.outputs.junit, done.outputs.ctrf]).toEqual([undefined, undefined]);
    expect(done.log).toMatch(/Could not be written: the report, the file of junit, the file of ctrf \(/);
    expect(lastLine(done)).toMatch(/^Passed: /);
    clear(done);
  });

  test('a release that can write nothing but its state is whole, and fails only for later steps', async () => {
    const name = 'deaf';
    const files = { GITHUB_OUTPUT: '/dev/full', GITHUB_STEP_SUMMARY: '/dev/full', GITHUB_ENV: '/dev/full' };
    const done = await release(name, { files });
    expect(done.code).toBe(1);
    expect(lastLine(done)).toMatch(/^Released: /);
    expect(live(name)).toMatchObject([{ percent: 100 }]);
    const after = await release(name, { post: done });
    expect(lastLine(after)).toMatch(/nothing to settle\. The release itself ended well: Released: /);
    clear(done);
  });

  const asRoot = process.getuid?.() === 0 ? test : test.skip;
  /** Mounts a folder read-only for one process. */
  const readOnly = (path: string) => [
    'unshare',
    '--mount',
    'sh',
    '-c',
    `mount --bind '${path}' '${path}' && mount -o remount,bind,ro '${path}' && exec "$0" "$@"`,
  ];

  asRoot('a read-only workspace changes nothing', async () => {
    const done = await release('fixed', { under: readOnly(folder) });
    expect([done.code, done.outputs.outcome]).toEqual([0, 'promoted']);
  });

  asRoot(
    'a read-only temporary folder: a check keeps its verdict, a release stops before it changes anything',
    async () => {
      const temp: string = mkdtempSync(join(folder, 'temp-'));
      const looked: ActionRun = await guard({ temp, under: readOnly(temp) });
      expect([looked.code, looked.outputs.verdict]).toEqual([0, 'pass']);
      expect(looked.log).toMatch(/Could not be written: the report, the file of sarif \(EROFS/);
      const done: ActionRun = await release('stuck', { temp, under: readOnly(temp) });
      expect(done.code).toBe(1);
      expect(done.log).toMatch(/EROFS: read-only file system/);
      expect(live('stuck')).toEqual([]);
      expect(readdirSync(temp)).toEqual([]);
      clear(done);
    },
  );
});
