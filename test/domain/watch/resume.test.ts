import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { advance } from '../../../src/domain/evidence/state.ts';
import { parseRecord } from '../../../src/domain/traffic/parse-record.ts';
import { formatRecord, type ReleaseRecord } from '../../../src/domain/traffic/record.ts';
import { revisionType, type TrafficTarget } from '../../../src/domain/traffic/traffic.ts';
import { continuesMark, resumeWatch } from '../../../src/domain/watch/resume.ts';
import { startWatch, testsOf, type WatchState } from '../../../src/domain/watch/state.ts';

const objectives = [
  { id: 'availability', kind: 'availability', target: 0.995 },
  { id: 'latency', kind: 'latency', target: 0.95, slowerThanMs: 2000 },
  { id: 'quick', kind: 'latency', target: 0.5, slowerThanMs: 100 },
] as const;
const tests = testsOf(objectives, true);

/** The state of a watch that has seen a split and 100 %. */
function sample(): WatchState {
  const plan = { tests, alpha: 0.001, splitSeconds: 900, fullSeconds: 600 };
  const state = startWatch(plan, 1_764_000_000_000);
  state.marks.push({ at: state.startedAt, phase: 'split', share: null });
  state.marks.push({ at: state.startedAt + 2000, phase: 'split', share: 0.05 });
  const counts = (total: number, bad: number) => ({ total, bad });
  for (let seconds = 10; seconds <= 600; seconds += 10)
    advance(plan, state.evidence, {
      seconds,
      phase: seconds > 300 ? 'full' : 'split',
      cells: tests.map((_, test) =>
        seconds > 300
          ? { test, phase: 'full', candidate: counts(1234, 3) }
          : { test, phase: 'split', share: 0.05, candidate: counts(61, 1), baseline: counts(1173, 2) },
      ),
    });
  Object.assign(state, { source: 'logs or metrics', cursor: 'logs 2026-11-24T10:00:00.000Z', before: 123.4 });
  return state;
}

const wire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const record: ReleaseRecord = {
  v: 1,
  id: 'a-1',
  repository: 'acme/ocr',
  run: '1001',
  attempt: 1,
  phase: 'canary',
  before: [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }],
  before_revision: 'ocr-api-00041-tep',
  wrote: [],
  failed: [],
  expires: '2026-11-24T12:00:00Z',
};

describe('a saved watch', () => {
  test('survives the record to the last digit', () => {
    const state = sample();
    const text = formatRecord({ ...record, watch: { at: 5, state } });
    const parsed = parseRecord(text);
    if (parsed.kind !== 'record') throw new Error(parsed.kind);
    const resumed = resumeWatch(parsed.record.watch?.state, tests);
    expect(wire(resumed)).toEqual(wire(state));
    expect(parsed.record.watch?.at).toBe(5);
  });

  test('takes about 1.5 KB for each objective and stream, however long the watch lasted', () => {
    const size = JSON.stringify(sample()).length;
    expect(size / tests.length).toBeLessThan(2000);
    expect(size).toBeLessThan(24 * 1024);
  });

  test('is left out if it is too long for a record, and the record stays valid', () => {
    const history = tests.map(() => ({
      points: Array.from({ length: 1000 }, (_, i): [number, number, number] => [i * 10, 100, 1]),
      failures: 0,
      lookedAt: 0,
      firesAt: null,
    }));
    const parsed = parseRecord(
      formatRecord({ ...record, watch: { at: 5, state: { ...sample(), history } } }),
    );
    expect(parsed).toMatchObject({ kind: 'record', record: { id: 'a-1', watch: undefined } });
  });

  test('is left out if the record has too many tags to hold both', () => {
    const tags = Array.from(
      { length: 600 },
      (_, i): TrafficTarget => ({
        type: revisionType,
        revision: `ocr-api-${String(i).padStart(5, '0')}-tep`,
        tag: `v${i}`,
      }),
    );
    const watch = { at: 5, state: { ...sample(), more: 'x'.repeat(10_000) } };
    const parsed = parseRecord(formatRecord({ ...record, wrote: tags, watch }));
    expect(parsed).toMatchObject({ kind: 'record', record: { wrote: tags, watch: undefined } });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'state'],
    ['a list', []],
    ['a watch without a time', { state: sample() }],
    ['a watch without a state', { at: 1 }],
    ['a watch whose time is text', { at: '1', state: sample() }],
  ])('%s in the record does not break the rest of it', (_, watch) => {
    const parsed = parseRecord(JSON.stringify({ ...record, watch }));
    expect(parsed).toMatchObject({ kind: 'record', record: { watch: undefined } });
  });

  test.each<[string, (state: WatchState) => void]>([
    ['another version', (state) => Object.assign(state, { v: 2 })],
    ['no start', (state) => Object.assign(state, { startedAt: null })],
    ['an alpha of one', (state) => Object.assign(state.plan, { alpha: 1 })],
    ['an alpha that is not a number', (state) => Object.assign(state.plan, { alpha: Number.NaN })],
    ['a limit of 0', (state) => Object.assign(state.plan.tests[0] as object, { limit: 0 })],
    ['one test too few', (state) => void state.evidence.tests.pop()],
    ['one bet too many', (state) => void state.evidence.tests[0]?.split.logCapital.push(0)],
    ['a bet without capital', (state) => void state.evidence.tests[0]?.base.logCapital.fill(Number.NaN)],
    ['no bets at 100 %', (state) => Object.assign(state.evidence.tests[0] as object, { full: null })],
    [
      'more bad requests than requests',
      (state) => Object.assign(state.evidence.tests[1]?.candidate as object, { bad: 1e9 }),
    ],
    ['a negative count', (state) => Object.assign(state.evidence.tests[1]?.baseline as object, { bad: -1 })],
    ['a mark of an unknown phase', (state) => Object.assign(state.marks[0] as object, { phase: 'none' })],
    ['a share above one', (state) => Object.assign(state.marks[1] as object, { share: 5 })],
    ['marks that go back', (state) => void state.marks.reverse()],
    ['a cursor that is an object', (state) => Object.assign(state, { cursor: {} })],
    [
      'bets at 100 % before the candidate had all traffic',
      (state) => Object.assign(state.evidence, { fullSince: null }),
    ],
    ['a cursor that is not a time', (state) => Object.assign(state, { cursor: 'logs yesterday' })],
    ['a history with too few tests', (state) => Object.assign(state, { history: [] })],
    ['a history that is malformed', (state) => Object.assign(state, { history: [{ points: [[1]] }] })],
  ])('%s is refused', (_, spoil) => {
    const state = structuredClone(sample());
    expect(resumeWatch(wire(state), tests)).toBeDefined();
    spoil(state);
    expect(resumeWatch(wire(state), tests)).toBeUndefined();
  });

  test('property: reading any value gives a valid state or none, and never throws', () => {
    const paths: (string | number)[][] = [];
    const walk = (value: unknown, path: (string | number)[]) => {
      paths.push(path);
      if (typeof value !== 'object' || value === null) return;
      for (const key of Object.keys(value)) walk((value as Record<string, unknown>)[key], [...path, key]);
    };
    const whole = wire(sample());
    walk(whole, []);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
        const root = { state: structuredClone(whole) };
        let at = root as Record<string | number, unknown>;
        const keys = ['state', ...path];
        for (const key of keys.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
        at[keys.at(-1) as string] = value;
        const state = resumeWatch(root.state, tests);
        if (state === undefined) return;
        // A watch can continue from every accepted state, and its numbers stay finite.
        advance(state.plan, state.evidence, {
          seconds: state.evidence.seconds + 10,
          phase: state.evidence.fullSince === null ? 'split' : 'full',
          cells: [{ test: 0, phase: 'full', candidate: { total: 10, bad: 1 } }],
        });
        expect(state.evidence.tests.every(({ split }) => split.logCapital.every(Number.isFinite))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('a watch at the same share continues; another share or phase begins with a new shift', () => {
    const state = { marks: [{ at: 1, phase: 'split', share: 0.25 }] } as WatchState;
    expect(continuesMark(state, { phase: 'split', share: 0.25 / (0.25 + 0.75) })).toBe(true);
    expect(continuesMark(state, { phase: 'split', share: 0.5 })).toBe(false);
    expect(continuesMark(state, { phase: 'full', share: 1 })).toBe(false);
    expect(continuesMark({ marks: [] }, { phase: 'split', share: 0.25 })).toBe(false);
  });
});
