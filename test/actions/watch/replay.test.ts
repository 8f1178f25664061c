import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { watch } from '../../../src/actions/watch/watch.ts';
import { createContext } from '../../../src/runner/context.ts';
import { createSecrets } from '../../../src/runner/secrets.ts';
import { run } from '../../support/watch-scene.ts';

const folder = mkdtempSync(join(tmpdir(), 'bs-replay-action-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function replay(content: unknown, inputs: Record<string, string> = {}) {
  writeFileSync(join(folder, 'report.json'), JSON.stringify(content));
  const env: Record<string, string> = { GITHUB_WORKSPACE: folder, INPUT_REPLAY: 'report.json' };
  for (const [name, value] of Object.entries(inputs)) env[`INPUT_${name.toUpperCase()}`] = value;
  const silent = () => {};
  return watch(
    createContext(env, {
      log: { line: silent, warning: silent, debug: silent, detail: silent },
      signal: new AbortController().signal,
      secrets: createSecrets(silent),
      saveState: silent,
      state: () => '',
    }),
  );
}

const blind = async () => {
  const { result } = await run({ source: { failing: () => new Error('503') } });
  return { evidence: { watch: result.evidence } };
};

test('a watch that was held for blindness is held again, with exit code 1', async () => {
  const { report, exitCode, outputs } = await replay(await blind());
  expect([report.verdict, report.outcome, exitCode, outputs?.next]).toEqual([
    'inconclusive',
    'held',
    1,
    'hold',
  ]);
  expect(report.reason).toContain('cannot be read');
  const again = await replay(report);
  expect(again.report.reason).toBe(report.reason);
});

test('a policy among the inputs wins over the recorded one', async () => {
  expect(await replay(await blind(), { on_blind: 'promote' })).toMatchObject({
    exitCode: 0,
    outputs: { next: 'go_on' },
  });
});

test.each(['slo_file', 'duration', 'until', 'alpha', 'project_id', 'latency_slo', 'prometheus_url'])(
  '%s has no effect on a replay, so it is refused by name',
  async (name) => {
    const values: Record<string, string> = {
      duration: '5m',
      until: 'pass',
      alpha: '0.01',
      latency_slo: '99%',
      prometheus_url: 'https://p.example.com',
    };
    await expect(replay({}, { [name]: values[name] ?? 'my-project' })).rejects.toThrow(
      `${name}: replay does not use it`,
    );
  },
);
