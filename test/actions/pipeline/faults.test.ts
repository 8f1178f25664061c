import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Fault } from '../../../sandbox/core/types.ts';
import { type PipelineWorld, pipelineWorld } from '../../support/pipeline-world.ts';

/** Every call of a run to Vertex AI meets every fault once. Then the step starts again: there is one job, and it is judged as ever. */

jest.setTimeout(300_000);
let w: PipelineWorld;
beforeAll(async () => {
  w = await pipelineWorld();
  w.tasks({ evaluate: { metadata: { metrics: { cer: 0.02 } } } });
});
afterAll(() => w?.stop());

/** What the run itself makes of the fault: it goes on, or it stops if it is one of the calls before the first look at the job. */
const faults: [string, Fault['fault'], 'goes on' | 'stops early'][] = [
  ['500', { status: 500 }, 'goes on'],
  ['503', { status: 503, headers: { 'retry-after': '2' } }, 'goes on'],
  ['429', { status: 429 }, 'goes on'],
  ['a reset before', { reset: 'before' }, 'goes on'],
  ['a reset after', { reset: 'after' }, 'goes on'],
  ['an answer that is no JSON', { malformed: true }, 'goes on'],
  ['403', { status: 403 }, 'stops early'],
  ['a job that seems gone', { status: 404 }, 'stops early'],
  ['a redirect', { status: 302, headers: { location: 'https://example.com/' } }, 'stops early'],
];

/** Calls of a whole run: read, create, and looks until the end. */
const calls = [1, 2, 3, 4];
const inputs = { require: 'evaluate.cer <= 0.03', caching: 'off' };

test.each(faults)('%s', async (_, fault, then) => {
  for (const nth of calls) {
    const env = { GITHUB_RUN_ID: `${faults.findIndex(([, one]) => one === fault)}${nth}77` };
    const before = w.state.created.length;
    w.sandbox.world.faults.clear();
    w.sandbox.world.faults.add({ api: 'aiplatform', nth, fault });
    const first = await w.run(inputs, { env }).then(
      ({ report }) => report.verdict,
      (error: unknown) => error,
    );
    w.sandbox.world.faults.clear();
    if (then === 'goes on') expect([nth, first]).toEqual([nth, 'pass']);
    // A wrong answer is never a pass of a job that was not judged: either it passed rightly, or it was an error.
    else if (first !== 'pass') expect(first).toBeInstanceOf(Error);
    // A job that this run has made is there, whatever one answer says.
    if (fault.status === 404 && nth > 2) expect(first).toBe('pass');
    const { report } = await w.run(inputs, { env });
    expect([nth, report.verdict, w.state.created.length - before]).toEqual([nth, 'pass', 1]);
  }
});

test('nobody can ask for the job for ten minutes, and then it is judged', async () => {
  w.sandbox.world.faults.add({ api: 'aiplatform', nth: 4, fault: { status: 503, forMs: 600_000 } });
  const { report } = await w.run(inputs, { env: { GITHUB_RUN_ID: '4711' } });
  expect(report.verdict).toBe('pass');
  w.sandbox.world.faults.clear();
  w.sandbox.world.faults.add({ api: 'aiplatform', nth: 4, fault: { status: 503, forMs: 7_200_000 } });
  w.state.usual = 3_600_000;
  await expect(w.run(inputs, { env: { GITHUB_RUN_ID: '4712' } })).rejects.toThrow(/503/);
  w.state.usual = 1000;
  // The job itself goes on, and the next start joins it.
  w.sandbox.world.faults.clear();
  w.sandbox.world.settings.clockOffsetMs += 4 * 3_600_000;
  const before = w.state.created.length;
  expect((await w.run(inputs, { env: { GITHUB_RUN_ID: '4712' } })).report.verdict).toBe('pass');
  expect(w.state.created.length).toBe(before);
});
