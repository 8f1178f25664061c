import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { runState } from '../../sandbox/run/model.ts';
import { holdCall, until } from '../support/hold-call.ts';
import { openFilesBelow } from '../support/open-files.ts';
import { type RunOptions, runAction } from '../support/run-action.ts';

jest.setTimeout(300_000);

/** The machine under a release fails: its log, its disk, its files, or the whole process. */
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('faults of the machine', () => {
  let sandbox: Sandbox;
  let folder: string;
  let made = 0;
  beforeAll(async () => {
    sandbox = await startSandbox({ buildMs: 50, logLagMs: 100 });
    folder = mkdtempSync(join(tmpdir(), 'bs-machine-'));
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function source(): string {
    const path = mkdtempSync(join(folder, 'source-'));
    const responses = [{ status: 200, body: { text: 'ok' } }];
    writeFileSync(join(path, 'sandbox.json'), JSON.stringify({ startMs: 0, responses }));
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'ocr', version: `1.0.${++made}` }));
    return path;
  }
  const release = (name: string, options: RunOptions = {}) =>
    runAction('release', {
      env: { ...sandbox.env, GITHUB_WORKSPACE: folder },
      ...options,
      inputs: {
        name,
        region: sandbox.region,
        project_id: sandbox.project,
        workload_identity_provider: sandbox.env.WORKLOAD_IDENTITY_PROVIDER as string,
        service_account: sandbox.env.SERVICE_ACCOUNT as string,
        invoker_service_account: sandbox.env.INVOKER_SERVICE_ACCOUNT as string,
        runtime: 'nodejs24',
        source_dir: source(),
        slo: 'none',
        smoke_suite: 'none',
        canary: '10%',
        step_duration: '1s',
        duration: '1s',
        github_token: 'token-of-the-job',
        ...options.inputs,
      },
    });
  const live = (name: string) => {
    const service = `projects/${sandbox.project}/locations/${sandbox.region}/services/${name}`;
    return (runState(sandbox.world).services.get(service)?.live ?? []).filter(({ percent }) => percent);
  };
  const clear = (log: string) => {
    expect(log).not.toMatch(/bug in|^ +at |node:internal|Uncaught/m);
  };

  /** Nothing may rest on the handler of last resort. */
  const strict = () => ({
    ...sandbox.env,
    GITHUB_WORKSPACE: folder,
    NODE_OPTIONS: `--import ${join(import.meta.dirname, '../support/no-uncaught.mjs')}`,
  });

  test('a release whose log is closed after its first line goes on to its end', async () => {
    await release('closed');
    const done = await release('closed', { hangUpAt: 'closed in us-central1', env: strict() });
    expect([done.code, done.outputs.outcome]).toEqual([0, 'promoted']);
    expect(done.summary).toContain('Released');
    expect(live('closed')).toMatchObject([{ serves: done.outputs.revision, percent: 100 }]);
  });

  test('a release whose log has no space at all goes on to its end', async () => {
    const done = await release('full', { logFile: '/dev/full', env: strict() });
    expect([done.code, done.outputs.outcome]).toEqual([0, 'promoted']);
    clear(done.log);
  });

  test.each([
    ['GITHUB_STEP_SUMMARY', 'promoted'],
    ['GITHUB_STATE', undefined],
  ])('a full %s is one clear sentence, and the other results are written', async (name, outcome) => {
    const done = await release('files', { files: { [name]: '/dev/full' } });
    // What people read does not decide. Without a state, the post step could not settle a release, so none begins.
    expect([done.code, done.outputs.verdict !== undefined]).toEqual([outcome ? 0 : 1, true]);
    expect(done.log).toMatch(/ENOSPC: no space left on device/);
    if (outcome) expect(done.outputs.outcome).toBe(outcome);
    else expect(done.report).toMatchObject({ errors: [{ code: 'runner-file' }] });
    clear(done.log);
  });

  test('a temporary folder that is a file stops the release before anything is changed', async () => {
    const temp = join(folder, 'not-a-folder');
    writeFileSync(temp, '');
    const done = await release('temp', { files: { RUNNER_TEMP: temp } });
    expect(done.code).toBe(1);
    expect(done.log).toMatch(/ENOTDIR|EEXIST/);
    expect(live('temp')).toEqual([]);
    clear(done.log);
  });

  test('a process that is killed while it uploads leaves no source behind', async () => {
    const temp = mkdtempSync(join(folder, 'temp-'));
    let kill: (signal: NodeJS.Signals) => void = () => {};
    const archives = () =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => openFilesBelow(temp, pid))
        .filter((path) => path.includes('.zip'));
    // The answer that the upload needs does not come until the archive is there and the process is dead.
    let dead: (value: unknown) => void = () => {};
    const death = new Promise((resolve) => {
      dead = resolve;
    });
    holdCall(sandbox.world, { api: 'cloudfunctions', path: ':generateUploadUrl' }, () => death);
    const running = release('killed', {
      temp,
      onStart: (killer) => {
        kill = killer;
      },
    });
    await until(() => archives().length > 0);
    kill('SIGKILL');
    expect((await running).signal).toBe('SIGKILL');
    dead(undefined);
    expect([readdirSync(temp).filter((name) => name.endsWith('.zip')), archives()]).toEqual([[], []]);
  });

  test.each(['pipe', 'device'])(
    'a %s in place of a recording, objectives or a suite never hangs',
    async (kind) => {
      const path = join(folder, kind);
      if (kind === 'pipe') execFileSync('mkfifo', [path]);
      else execFileSync('ln', ['-s', '/dev/zero', path]);
      const env = { GITHUB_WORKSPACE: folder };
      const replay = await runAction('watch', { env, inputs: { replay: kind }, timeoutMs: 110_000 });
      const suite = await runAction('smoke-test', {
        env,
        inputs: { command: 'true', suite: kind },
        timeoutMs: 110_000,
      });
      const slo = await runAction('watch', {
        env: { ...sandbox.env, ...env },
        inputs: { name: 'x', region: 'us-central1', slo: kind },
        timeoutMs: 110_000,
      });
      for (const done of [replay, suite, slo]) {
        expect([done.code, done.signal]).toEqual([1, null]);
        clear(done.log);
      }
      expect(replay.log).toContain('not a regular file');
    },
  );
});
