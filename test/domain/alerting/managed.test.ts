import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  changesOf,
  differences,
  type Live,
  type Managed,
  writesOf,
} from '../../../src/domain/alerting/managed.ts';
import type { JsonObject } from '../../../src/domain/data/json.ts';

const one = (name: string, body: JsonObject = {}): Managed => ({ kind: 'alert policy', name, body });
const live = (name: string, body: JsonObject = {}, ours = true): Live => ({ ...one(name, body), ours });
const does = (wanted: Managed[], there: Live[], prune = false) =>
  changesOf(wanted, there, { prune }).map((change) => [change.name, change.does]);

describe('what has to change', () => {
  test('each case', () => {
    expect(does([one('a')], [])).toEqual([['a', 'create']]);
    expect(does([one('a')], [live('a')])).toEqual([['a', 'nothing']]);
    expect(does([one('a', { goal: 0.99 })], [live('a', { goal: 0.9 })])).toEqual([['a', 'update']]);
    expect(does([one('a')], [live('a', {}, false)])).toEqual([['a', 'foreign']]);
    expect(does([], [live('a')])).toEqual([['a', 'stale']]);
    expect(does([], [live('a')], true)).toEqual([['a', 'delete']]);
    expect(does([], [live('a', {}, false)], true)).toEqual([]);
    expect(does([one('a')], [{ ...live('a'), kind: 'dashboard' }], true)).toEqual([
      ['a', 'create'],
      ['a', 'delete'],
    ]);
  });

  test('only what is made, changed or deleted is written', () => {
    const changes = changesOf([one('a'), one('b'), one('c', { x: 1 })], [live('b'), live('c'), live('d')], {
      prune: false,
    });
    expect(writesOf(changes).map(({ name }) => name)).toEqual(['a', 'c']);
  });

  test('every differing field is named down to the leaf, old and new', () => {
    expect(
      differences(
        { goal: 0.99, labels: { a: '1' }, conditions: [{ threshold: 1 }, { threshold: 2 }] },
        { goal: 0.995, labels: { a: '1', b: '2' }, conditions: [{ threshold: 3 }] },
      ),
    ).toEqual([
      { field: 'goal', from: '0.99', to: '0.995' },
      { field: 'labels.b', from: undefined, to: '2' },
      { field: 'conditions[0].threshold', from: '1', to: '3' },
      { field: 'conditions[1]', from: '{"threshold":2}', to: undefined },
    ]);
  });

  test.each(['toString', 'constructor', '__proto__'])('a field with the name %s is a field', (name) => {
    const body = JSON.parse(`{${JSON.stringify(name)}: false}`);
    expect(differences(body, {})).toEqual([{ field: name, from: 'false', to: undefined }]);
    expect(differences({}, body)).toEqual([{ field: name, from: undefined, to: 'false' }]);
  });

  test('two values differ exactly if a field is named', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(value, value, (a, b) => {
        const equal = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(differences(a as never, b as never).length === 0).toBe(equal);
        expect(differences(a as never, structuredClone(a) as never)).toEqual([]);
      }),
    );
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
