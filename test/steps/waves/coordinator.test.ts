import { describe, expect, test } from '@jest/globals';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { begin, type State } from '../../../src/domain/release/machine.ts';
import { Coordinator } from '../../../src/steps/waves/coordinator.ts';
import { WatchTogether } from '../../../src/steps/waves/together.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** What one region's end means for the others. */
const waves = [['a', 'b'], ['c']];
const state = (some: Partial<State>): State => ({ ...begin([50, 100]), phase: 'ended', ...some });
const dead = new ReleaseError('network-failed', { what: 'No answer' });
const never = new AbortController().signal;

function world(mayMiss: string[] = []) {
  const together = new WatchTogether(waves, { objectives: [] });
  const clock = new VirtualClock();
  const coordinator = new Coordinator(waves, { clock, together, mayMiss, dryRun: false });
  const places = { a: coordinator.place('a'), b: coordinator.place('b'), c: coordinator.place('c') };
  const told = {
    reason: 'no',
    lastError: undefined as unknown,
    from: 'reading' as State['phase'],
    changed: false,
  };
  const moved = (region: keyof typeof places, some: Partial<State>, more: Partial<typeof told> = {}) =>
    places[region].moved({ ...told, ...more, state: state(some) });
  return { coordinator, places, moved };
}

/** `a` and `b` have traffic; `c` waits for them. */
async function underWay(mayMiss?: string[]) {
  const made = world(mayMiss);
  const { places } = made;
  const at = { phase: 'canary', step: 0, candidate: 'r-1' } as const;
  void places.c.turn(at, never);
  await Promise.all([places.a.turn(at, never), places.b.turn(at, never)]);
  return made;
}

describe('a region that ends without an outcome', () => {
  test('stops the others, even if nothing was thrown: its privacy could not be proved', () => {
    const { coordinator, places, moved } = world();
    moved('a', { outcome: undefined }, { from: 'guarding' });
    expect(coordinator.stoppedBy).toBe('a');
    expect(places.b.stop?.event).toBe('called_back');
  });

  test('is left out if it may be, did not answer, and was not touched', () => {
    const { coordinator, moved } = world(['a']);
    moved('a', { outcome: undefined }, { lastError: dead });
    expect([coordinator.isSkipped('a'), coordinator.stoppedBy]).toEqual([true, undefined]);
  });

  test.each([
    ['it went while it was being closed, so it may be public', { from: 'guarding' as const }],
    ['it was closed before it went', { from: 'pinning' as const, changed: true }],
  ])('is not left out: %s', (_, more) => {
    const { coordinator, moved } = world(['a']);
    moved('a', { outcome: undefined, touched: 'nothing' }, { lastError: dead, ...more });
    expect([coordinator.isSkipped('a'), coordinator.stoppedBy]).toEqual([false, 'a']);
  });
});

describe('a region that is held', () => {
  test('by its policy holds the others that carry the new revision', async () => {
    const { places, moved } = await underWay();
    moved('a', { outcome: 'held' }, { from: 'canary' });
    expect([places.b.stop?.event, places.c.stop?.event]).toEqual(['undecided', 'called_back']);
  });

  test.each(['regressed', 'failed', 'exposed'] as const)(
    'because its way back failed after %s: the others go back',
    async (cause) => {
      const { places, moved } = await underWay();
      moved('a', { phase: 'reverting', cause }, { from: 'canary' });
      moved('a', { outcome: 'held', cause }, { from: 'reverting', lastError: dead });
      expect([places.b.stop?.event, places.c.stop?.event]).toEqual(['called_back', 'called_back']);
    },
  );
});
