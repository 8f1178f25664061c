import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { runState } from '../../sandbox/run/model.ts';
import { recordAnnotation } from '../../src/domain/product.ts';
import { parseRecord } from '../../src/domain/traffic/parse-record.ts';
import { isOpen } from '../../src/domain/traffic/record.ts';
import { type ActionRun, type RunOptions, runAction } from '../support/run-action.ts';

jest.setTimeout(300_000);

/**
 * The process ends between its calls to Google: while it packs the source or writes state, outputs, report or summary. The
 * sweep kills at every call; here the moments between them are sampled. Its post step settles, and the next release works.
 */
const hook = join(import.meta.dirname, '../support/kill-at.mjs');
const name = 'killed';
/** Moments of each kind, spread over all file calls of a release. */
const moments = { SIGKILL: 6, SIGTERM: 2, SIGINT: 2 } as const;

describe('a release that is killed at a call of the file system', () => {
  let sandbox: Sandbox;
  let folder: string;
  let made = 0;
  /** The file calls of a release that is not killed. */
  let calls = 0;
  beforeAll(async () => {
    sandbox = await startSandbox({ buildMs: 50, logLagMs: 100 });
    folder = mkdtempSync(join(tmpdir(), 'bs-moments-'));
    const whole = await release({});
    expect([whole.code, whole.outputs.outcome]).toEqual([0, 'promoted']);
    calls = Number(/^file calls: (\d+)$/m.exec(whole.log)?.[1]);
    expect(calls).toBeGreaterThan(40);
  });
  afterAll(async () => {
    await sandbox.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function source(): string {
    const path = mkdtempSync(join(folder, 'source-'));
    writeFileSync(join(path, 'sandbox.json'), JSON.stringify({ startMs: 0, responses: [{ status: 200 }] }));
    writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'ocr', version: `1.0.${++made}` }));
    return path;
  }
  const release = (kill: Record<string, string>, options: RunOptions = {}): Promise<ActionRun> =>
    runAction('release', {
      env: { ...sandbox.env, GITHUB_WORKSPACE: folder, NODE_OPTIONS: `--import ${hook}`, ...kill },
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
        canary: '50%',
        step_duration: '1s',
        duration: '1s',
        github_token: 'token-of-the-job',
      },
      ...options,
    });
  const service = () => {
    const path = `projects/${sandbox.project}/locations/${sandbox.region}/services/${name}`;
    const found = runState(sandbox.world).services.get(path);
    if (!found) throw new Error('no service');
    return found;
  };
  /** True if the record says that no release is under way. */
  const closed = () => {
    const record = parseRecord(service().annotations[recordAnnotation]);
    return record.kind === 'record' && !isOpen(record.record);
  };
  const serving = () => service().live.filter(({ percent }) => percent);

  const cells = Object.entries(moments).flatMap(([signal, count]) =>
    Array.from({ length: count }, (_, index) => [signal, index, count] as const),
  );
  test.each(cells)(
    '%s, moment %i of %i: settled, and nothing is left behind',
    async (signal, index, count) => {
      const [before] = serving();
      const at = Math.round(((index + 0.5) / count) * calls);
      const kill = { KILL_AT: String(at), KILL_SIGNAL: signal, KILL_AFTER: String(index % 2) };
      const main = await release(kill);
      expect(main.signal).toBe(signal === 'SIGKILL' ? 'SIGKILL' : null);
      const over = closed();
      const [atKill] = serving();
      const after = await release({}, { post: main });
      expect(after.code).toBe(0);
      // The old revision, unless the release had ended when the signal came.
      expect(serving()).toMatchObject([{ percent: 100, serves: (over ? atKill : before)?.serves }]);
      expect(service().live.filter(({ tag }) => tag)).toEqual([]);
      expect(closed()).toBe(true);
      expect(readdirSync(main.temp).filter((file) => file.includes('.zip'))).toEqual([]);
      expect(`${main.log}${after.log}`).not.toMatch(/bug in|^ +at |node:internal|Uncaught/m);
    },
  );

  test('the next release works', async () => {
    const next = await release({});
    expect([next.code, next.outputs.outcome]).toEqual([0, 'promoted']);
    expect(serving()).toMatchObject([{ percent: 100, serves: next.outputs.revision }]);
  });
});
