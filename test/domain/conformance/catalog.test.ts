import { describe, expect, test } from '@jest/globals';
import { defaultQuirks } from '../../../sandbox/core/types.ts';
import { beliefIds, beliefs, beliefsOf } from '../../../src/domain/conformance/catalog.ts';
import { costLines, totalOf } from '../../../src/domain/conformance/prices.ts';
import { type ProbeId, probeIds, probes } from '../../../src/domain/conformance/probes.ts';

describe('the catalogue of beliefs', () => {
  test('has every quirk of the sandbox, with the default that we believe, and no other', () => {
    const quirks = beliefIds.flatMap((id) => {
      const { quirk } = beliefs[id];
      return quirk === undefined ? [] : [[id, quirk] as const];
    });
    expect(Object.fromEntries(quirks)).toEqual(defaultQuirks);
  });

  test.each(beliefIds)('%s says what it rests on, what changes otherwise, and how it is seen', (id) => {
    const { belief, source, otherwise, verify, settled } = beliefs[id];
    for (const text of [belief, source, otherwise, verify]) expect(text).toMatch(/[.)`]$/);
    if ('by' in settled) expect(probeIds).toContain(settled.by);
    else expect(settled.why).toMatch(/^[A-Z].*\.$/);
  });

  test('a quirk can always be settled, since a switch without a probe cannot be tried', () => {
    const without = beliefIds.filter((id) => beliefs[id].quirk !== undefined && 'not' in beliefs[id].settled);
    expect(without).toEqual([]);
  });
});

describe('the probes', () => {
  test.each(probeIds)('%s comes after what it needs, and has a deadline above its estimate', (id) => {
    for (const before of probes[id].after)
      expect(probeIds.indexOf(before)).toBeLessThan(probeIds.indexOf(id));
    expect(probes[id].deadline).toBeGreaterThan(probes[id].seconds);
  });

  test('every probe settles something', () => {
    expect(probeIds.filter((id) => beliefsOf(id).length === 0)).toEqual([] satisfies ProbeId[]);
  });

  test('a run takes at most 15 minutes and costs less than a dollar', () => {
    const all = probeIds.map((id) => probes[id]);
    expect(all.reduce((sum, { seconds }) => sum + seconds, 0)).toBeLessThanOrEqual(15 * 60);
    const lines = costLines(all.map(({ cost }) => cost));
    expect(totalOf(lines)).toBeGreaterThan(0);
    expect(totalOf(lines)).toBeLessThan(1);
  });
});

test('the arithmetic of the cost: amount times price, summed', () => {
  const lines = costLines([{ buildMinutes: 2 }, { buildMinutes: 1.5, requests: 1000 }]);
  expect(lines.map(({ what, amount }) => [what, amount])).toEqual([
    ['Cloud Build', 3.5],
    ['Cloud Run requests', 1000],
  ]);
  expect(totalOf(lines)).toBeCloseTo(3.5 * 0.006 + 0.0004, 10);
});
