import { describe, expect, test } from '@jest/globals';
import { watch } from '../../../src/steps/watch/watch.ts';
import { run, type Scene } from '../../support/watch-scene.ts';

describe('a continued watch', () => {
  test('the next step continues where this one stopped, and keeps its proof', async () => {
    const first = await run({ rps: 100 });
    const saved = JSON.parse(JSON.stringify(first.result.state)) as typeof first.result.state;
    const full = await watch(
      { clock: first.clock, log: first.log, source: first.source },
      {
        service: 'ocr',
        candidate: 'new-2',
        share: 1,
        phase: 'full',
        objectives: [{ id: 'availability', kind: 'availability', target: 0.99 }],
        durationSeconds: 600,
        state: saved,
      },
    );
    expect(full.verdict).toBe('pass');
    expect(full.state.evidence.fullSince).not.toBeNull();
    expect(full.requests).toBeGreaterThan(first.result.requests);
    expect(full.decidedAtSeconds).toBe(first.result.decidedAtSeconds + 120);
  });

  test('a runner that replaces a dead one decides the same', async () => {
    const straight = await run({ candidate: () => 0.03 });
    const cut = await run({ candidate: () => 0.03, request: { durationSeconds: 20, last: false } });
    expect(cut.result).toMatchObject({ verdict: 'inconclusive', next: 'go_on' });
    const second = await watch(
      { clock: cut.clock, log: cut.log, source: cut.source },
      { ...cut.request, durationSeconds: 580, state: JSON.parse(JSON.stringify(cut.result.state)) },
    );
    expect(straight.result).toMatchObject({ verdict: 'fail', blame: 'release' });
    expect(second).toMatchObject({ verdict: 'fail', blame: 'release' });
    // The two runs look at different seconds.
    expect(Math.abs(second.decidedAtSeconds - straight.result.decidedAtSeconds)).toBeLessThanOrEqual(20);
    expect(second.requests).toBeGreaterThan(cut.result.requests);
  });

  test('the state of other objectives is refused', async () => {
    const { result } = await run({ rps: 0, request: { durationSeconds: 10 } });
    const objectives = [{ id: 'latency', kind: 'latency', target: 0.9, slowerThanMs: 1000 }] as const;
    await expect(run({ request: { state: result.state, objectives } })).rejects.toThrow('does not belong');
  });

  test.each([
    ['starves', 0.02, { open: 'blind', next: 'hold' }],
    ['works', 1, { verdict: 'pass' }],
  ])('a candidate that was proved at 10 %% and %s at 50 %%', async (_, quietCandidate, expected) => {
    const scene: Scene = { rps: 100, share: 0.1, request: { splitSeconds: 1200 } };
    const first = await run(scene);
    expect(first.result.verdict).toBe('pass');
    Object.assign(scene, { share: 0.5, quietCandidate });
    const ports = { clock: first.clock, log: first.log, source: first.source };
    const second = await watch(ports, { ...first.request, share: 0.5, state: first.result.state });
    expect(second).toMatchObject(expected);
  });

  test('an earlier proof does not pass a share at which no request was seen', async () => {
    const scene: Scene = { rps: 100, share: 0.1 };
    const first = await run(scene);
    scene.rps = 0;
    const ports = { clock: first.clock, log: first.log, source: first.source };
    const second = await watch(ports, { ...first.request, share: 0.5, state: first.result.state });
    expect(second).toMatchObject({ verdict: 'inconclusive' });
  });
});
