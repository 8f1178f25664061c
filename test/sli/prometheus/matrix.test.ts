import type { Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { messageOf } from '../../../src/domain/errors/errors.ts';
import { closeConnections } from '../../../src/http/send.ts';
import { createPrometheus } from '../../../src/sli/prometheus/source.ts';
import { budgetGate } from '../../../src/steps/budget/gate.ts';
import { CountsUnusable } from '../../../src/steps/ports/counts-refused.ts';
import { watch } from '../../../src/steps/watch/watch.ts';
import { fakeRest } from '../../support/fake-rest.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { badOf, type Cell, cells, revisions, shift, totalOf, watchSeconds } from './support/cells.ts';
import { found, type PastServer, startProxy, startWithPast } from './support/server.ts';

/**
 * A matrix of what real Prometheus servers look like. Each cell is a first look and a watch against a real server, in
 * virtual time over a recorded past: no cell may pass or fail because of counts that do not exist.
 */

if (!found)
  console.warn(
    'SKIPPED: no `prometheus` and `promtool` on PATH (apt-get install prometheus), so the matrix was not tried.',
  );
const real = found ? describe : describe.skip;

const nameOf = (index: number) => `cell${index}_requests`;
const silent = { line: () => {}, warning: () => {}, debug: () => {}, detail: () => {}, group: () => {} };

real('a matrix of what counters look like', () => {
  let past: PastServer;
  let proxy: { url: string; server: Server };
  const clocks = new Map<string, VirtualClock>();

  beforeAll(async () => {
    past = await startWithPast(cells.flatMap((cell, index) => cell.series(nameOf(index))));
    proxy = await startProxy(past.url, (path) => {
      const { change } = cells[Number(path)] ?? {};
      const t = () => (clocks.get(path)?.now() ?? 0) / 1000 - shift;
      return change && ((passing) => change(passing, t()));
    });
  }, 300_000);
  afterAll(async () => {
    proxy?.server.close();
    closeConnections();
    await past?.stop();
  }, 300_000);

  async function play(cell: Cell, index: number) {
    const name = nameOf(index);
    const clock = new VirtualClock((shift - 60) * 1000);
    clocks.set(String(index), clock);
    const { total = totalOf, bad = badOf, good } = cell;
    const counters = good ? { total: total(name), good: good(name) } : { total: total(name), bad: bad(name) };
    const objectives = [{ id: 'availability', kind: 'availability', target: 0.99 }] as const;
    const source = createPrometheus({
      settings: {
        ...{ url: `${proxy.url}/${index}`, token: undefined, managed: false },
        ...{ counters, delayMs: undefined, badOptional: cell.badOptional },
      },
      rest: fakeRest(() => ({})).rest,
      ...{ clock, projectId: 'p', objectives },
    });
    const ports = { clock, log: silent, source };
    try {
      await budgetGate(ports, {
        ...{ service: 'ocr', objectives, windowSeconds: 2400, onExhausted: 'warn' },
        onBlind: cell.onBlind ?? 'hold',
      });
    } catch (error) {
      if (!(error instanceof CountsUnusable)) throw error;
      return { ends: 'refused', says: messageOf(error), rate: undefined, seconds: 0 };
    }
    await clock.sleep(shift * 1000 - clock.now());
    const result = await watch(ports, {
      ...{ service: 'ocr', candidate: revisions.new, baseline: revisions.old },
      ...{ share: 0.5, phase: 'split', durationSeconds: watchSeconds, objectives },
    });
    const { total: requests, bad: failures } = result.evidence.tests[0]?.candidate ?? { total: 0, bad: 0 };
    return {
      ...{ ends: result.verdict, says: result.reason, seconds: result.decidedAtSeconds },
      rate: requests > 0 ? failures / requests : undefined,
    };
  }

  test('the matrix has at least thirty cells', () => {
    expect(cells.length).toBeGreaterThanOrEqual(30);
  });

  test.each(cells.map((cell, index) => [`${cell.kind}: ${cell.name}`, cell, index] as const))(
    '%s',
    async (_, cell, index) => {
      const { ends, says, rate } = await play(cell, index);
      expect({ ends, says }).toEqual({ ends: cell.ends, says: expect.stringMatching(cell.says ?? /./) });
      if (ends !== 'pass' && ends !== 'fail') return;
      expect(Math.abs((rate ?? Number.NaN) - (cell.rate ?? 0))).toBeLessThan(0.03);
    },
    300_000,
  );
});
