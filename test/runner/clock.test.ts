import { afterEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createClock } from '../../src/runner/clock.ts';

const realDate = globalThis.Date;
afterEach(() => {
  globalThis.Date = realDate;
  jest.restoreAllMocks();
});

/** Sets the machine's clock by `jump` milliseconds, however it is read. */
function setMachine(jump: number): void {
  globalThis.Date = class extends realDate {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [realDate.now() + jump] : given) as [number]));
    }
    static override now(): number {
      return realDate.now() + jump;
    }
  } as DateConstructor;
}

const hours = fc.integer({ min: -48 * 3_600_000, max: 48 * 3_600_000 });

test('however often the machine is set, moments and durations go on as if it were not', () => {
  let monotonic = 1000;
  jest.spyOn(performance, 'now').mockImplementation(() => monotonic);
  const step = fc.record({ jump: hours, passes: fc.integer({ min: 0, max: 600_000 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
      const clock = createClock();
      const [moment, mark] = [clock.now(), clock.steady()];
      let passed = 0;
      for (const { jump, passes } of steps) {
        setMachine(jump);
        monotonic += passes;
        passed += passes;
        expect([clock.now() - moment, clock.steady() - mark]).toEqual([passed, passed]);
      }
    }),
  );
});

test('a correction moves moments once, and durations never', () => {
  fc.assert(
    fc.property(hours, hours, (first, second) => {
      let monotonic = 1000;
      jest.spyOn(performance, 'now').mockImplementation(() => monotonic);
      const clock = createClock();
      const [moment, mark] = [clock.now(), clock.steady()];
      clock.correct(first);
      clock.correct(second);
      monotonic += 5;
      expect([clock.now() - moment, clock.steady() - mark]).toEqual([5 - first, 5]);
    }),
  );
});

test('a clock that was never set tells the time of the machine', () => {
  expect(Math.abs(createClock().now() - Date.now())).toBeLessThan(60_000);
});

test('after a sleep moments go on, and durations leave it out', () => {
  fc.assert(
    fc.property(hours, fc.integer({ min: 0, max: 1e9 }), (ahead, slept) => {
      let monotonic = 1000;
      jest.spyOn(performance, 'now').mockImplementation(() => monotonic);
      const clock = createClock();
      const [moment, mark] = [clock.now(), clock.steady()];
      clock.correct(ahead);
      clock.wake(slept);
      // Moments never go back.
      clock.wake(-slept);
      monotonic += 5;
      expect([clock.now() - moment, clock.steady() - mark]).toEqual([5 - ahead + slept, 5]);
    }),
  );
});
