import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseCanary } from '../../../src/domain/release/canary.ts';
import { rolloutPage } from '../../../src/domain/release/diagram.ts';
import {
  begin,
  type Event,
  events,
  next,
  percentIn,
  phases,
  type State,
  table,
} from '../../../src/domain/release/machine.ts';

const anySteps = fc
  .uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 5 })
  .map((split) => [...split.sort((a, b) => a - b), 100]);
const anyEvents = fc.array(fc.constantFrom(...events), { maxLength: 60 });

function play(state: State, order: readonly Event[]): State[] {
  const seen = [state];
  for (const event of order) seen.push(next(seen.at(-1) as State, event));
  return seen;
}

describe('the state machine', () => {
  test('every phase and event has an answer', () => {
    for (const phase of phases) for (const event of events) expect(table[phase][event]).toBeDefined();
  });

  test('a good release takes every step once and ends promoted', () => {
    const order: string[] = [];
    let state = begin([5, 25, 100]);
    for (let i = 0; state.phase !== 'ended' && i < 50; i++) {
      order.push(percentIn(state) > 0 ? `${state.phase} ${percentIn(state)}` : state.phase);
      state = next(state, 'passed');
    }
    expect(order).toEqual([
      'preflight',
      'gate',
      'reading',
      'guarding',
      'pinning',
      'building',
      'checking',
      'tagging',
      'smoking',
      'canary 5',
      'canary 25',
      'full 100',
      'finishing',
    ]);
    expect(state.outcome).toBe('promoted');
  });

  test('a first release has no canary', () => {
    let state = { ...begin([5, 25, 100], true), phase: 'smoking' as const } as State;
    state = next(state, 'passed');
    expect([state.phase, percentIn(state)]).toEqual(['full', 100]);
  });

  test.each([
    ['regressed', false, 'rolled_back'],
    ['regressed', true, 'rejected'],
    ['smoke_failed', false, 'smoke_failed'],
    ['smoke_failed', true, 'rejected'],
    ['exposed', true, 'exposed'],
    ['cancelled', true, 'cancelled'],
    ['failed', false, 'rolled_back'],
    ['unchanged', false, 'promoted'],
  ] as const)('%s (first: %s) is taken back and ends %s', (event, first, outcome) => {
    const back = next({ ...begin([5, 100], first), phase: 'smoking' }, event);
    expect(back.phase).toBe('reverting');
    expect(next(back, 'passed')).toMatchObject({ phase: 'ended', outcome });
  });

  const undone = [
    // Columns: what had been changed, the event, and how the release ends.
    ['nothing', 'failed', undefined],
    ['nothing', 'refused', 'blocked'],
    ['nothing', 'exposed', 'exposed'],
    ['nothing', 'cancelled', 'cancelled'],
    ['nothing', 'yielded', 'yielded'],
    ['nothing', 'moved', 'superseded'],
    ['nothing', 'unchanged', 'promoted'],
    ['record', 'failed', undefined],
    ['record', 'cancelled', 'cancelled'],
    ['record', 'exposed', 'exposed'],
    ['record', 'unchanged', 'promoted'],
    ['record', 'yielded', 'yielded'],
    ['record', 'moved', 'superseded'],
    ['record', 'unclear', 'held'],
    ['function', 'unclear', 'held'],
    ['function', 'failed', 'rolled_back'],
    ['function', 'unchanged', 'promoted'],
    ['function', 'cancelled', 'cancelled'],
    [undefined, 'failed', 'rolled_back'],
  ] as const;
  test.each(undone)('%s was changed, then %s: ends %s', (touched, event, outcome) => {
    for (const phase of ['pinning', 'building'] as const) {
      const after = next({ ...begin([5, 100]), phase, touched }, event);
      // Only what was changed is undone.
      if (touched === 'nothing') expect(after.phase).toBe('ended');
      const end = after.phase === 'reverting' ? next(after, 'passed') : after;
      expect([end.phase, end.outcome]).toEqual(['ended', outcome]);
    }
  });

  test('a pin that cannot be undone is held, even if more was changed', () => {
    const after = next({ ...begin([5, 100]), phase: 'building', touched: 'record' }, 'failed');
    expect(next(after, 'failed').outcome).toBe('held');
  });

  test('in any order of events it does not move after its end, and the percent only rises until traffic goes back', () => {
    void fc.assert(
      fc.property(anySteps, fc.boolean(), anyEvents, (steps, first, order) => {
        const states = play(begin(steps, first), order);
        let percent = 0;
        for (const [i, state] of states.entries()) {
          const before = states[i - 1];
          if (before?.phase === 'ended') expect(state).toBe(before);
          if (state.phase === 'canary') expect(percentIn(state)).toBeLessThanOrEqual(50);
          if (state.phase === 'canary' || state.phase === 'full') {
            expect(percentIn(state)).toBeGreaterThanOrEqual(percent);
            percent = percentIn(state);
          }
          // A candidate is only promoted if it passed every phase in between.
          if (state.outcome === 'promoted' && before?.phase !== 'ended' && before?.cause !== 'unchanged')
            expect(before?.phase === 'finishing' || order[i - 1] === 'unchanged').toBe(true);
        }
      }),
    );
  });

  test('in any order of events a failure after the pin ends as taken back, held, or moved by others', () => {
    void fc.assert(
      fc.property(
        anySteps,
        fc.constantFrom(...phases.slice(phases.indexOf('pinning'), phases.indexOf('reverting'))),
        anyEvents,
        (steps, phase, order) => {
          // Once the candidate is proved, it does not matter that `before` is gone.
          const bad = order.filter((event) => event !== 'passed' && event !== 'before_gone');
          if (bad.length === 0) return;
          const end = play({ ...begin(steps), phase }, [...bad, 'passed']).at(-1) as State;
          if (end.phase === 'ended' && end.outcome === 'promoted') expect(end.cause).toBe('unchanged');
        },
      ),
    );
  });

  test('forty times passed ends every release', () => {
    void fc.assert(
      fc.property(anySteps, fc.boolean(), fc.constantFrom(...phases), (steps, first, phase) => {
        const end = play({ ...begin(steps, first), phase }, Array<Event>(40).fill('passed')).at(-1);
        expect(end?.phase).toBe('ended');
      }),
    );
  });

  test('docs/release/rollout.md matches the table', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/release/rollout.md'), 'utf8');
    expect(page).toBe(rolloutPage());
  });
});

describe('canary steps', () => {
  test.each([
    ['5%,25%,50%', [5, 25, 50, 100]],
    ['10', [10, 100]],
    ['5%\n50%\n100%', [5, 50, 100]],
    ['none', [100]],
    ['0.05', undefined],
    ['25%,5%', undefined],
    ['5%,60%', undefined],
    ['0.5%', undefined],
    ['5%,5%', undefined],
    ['-1', undefined],
    ['NaN', undefined],
    ['', undefined],
  ])('%s', (text, steps) => {
    if (steps) expect(parseCanary(text)).toEqual(steps);
    else expect(() => parseCanary(text)).toThrow('such as 5%,25%,50%');
  });
});
