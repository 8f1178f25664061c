import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { githubOf } from '../../sandbox/github/index.ts';
import { type Sandbox, startSandbox } from '../../sandbox/index.ts';
import { createRuns } from '../../src/github/runs.ts';

describe('whether a run is over', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.stop());

  const record = { repository: 'acme/ocr', run: '7', attempt: 1, job: undefined };
  const runs = (more = {}) =>
    createRuns({ token: 'a-token-of-a-job', apiUrl: sandbox.env.GITHUB_API_URL, ...more });

  test('a completed run is over, any other state is alive, and an earlier attempt is over', async () => {
    const { runs: known } = githubOf(sandbox.world);
    for (const status of ['queued', 'in_progress', 'waiting']) {
      known.set('7', { status, conclusion: null, run_attempt: 1 });
      expect(await runs().state(record)).toBe('alive');
    }
    known.set('7', { status: 'in_progress', conclusion: null, run_attempt: 2 });
    expect(await runs().state(record)).toBe('over');
    known.set('7', { status: 'completed', conclusion: 'cancelled', run_attempt: 1 });
    expect(await runs().state({ ...record, job: '99' })).toBe('over');
  });

  test('unknown without a token, without a run, without an answer, and after a refusal', async () => {
    expect(await runs({ token: undefined }).state(record)).toBe('unknown');
    expect(await runs().state({ ...record, run: '' })).toBe('unknown');
    expect(await runs({ apiUrl: 'http://127.0.0.1:9' }).state(record)).toBe('unknown');
    sandbox.world.faults.add({ api: 'github', times: 5, fault: { status: 403 } });
    expect(await runs().state(record)).toBe('unknown');
    sandbox.world.faults.clear();
    sandbox.world.faults.add({ api: 'github', times: 5, fault: { hang: true } });
    expect(await runs({ timeoutMs: 100 }).state(record)).toBe('unknown');
    sandbox.world.faults.clear();
  });
});
