import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Quirks } from '../../../sandbox/core/types.ts';
import { beliefIds, beliefs } from '../../../src/domain/conformance/catalog.ts';
import { type ConformanceWorld, conformanceWorld } from '../../support/conformance-world.ts';

/** Every quirk once: switched, the run must report that belief as contradicted, and no other. */
const quirks = beliefIds.flatMap((id) => {
  const { quirk, settled } = beliefs[id];
  return quirk !== undefined && 'by' in settled ? [[id as keyof Quirks, quirk, settled.by] as const] : [];
});

let world: ConformanceWorld;
beforeAll(async () => {
  world = await conformanceWorld();
}, 300_000);
afterAll(() => world?.sandbox.stop());

describe('a sandbox that is otherwise', () => {
  test.each(quirks)('%s: not %s', async (id, believed, probe) => {
    world.sandbox.world.quirks[id] = !believed;
    try {
      const ran = await world.run([probe]);
      expect(ran.ends.filter(({ failure }) => failure !== undefined)).toEqual([]);
      const wrong = ran.settled.filter(({ verdict }) => verdict === 'contradicted');
      expect(wrong.map(({ belief, seen }) => ({ belief, seen }))).toEqual([
        { belief: id, seen: expect.anything() },
      ]);
    } finally {
      world.sandbox.world.quirks[id] = believed;
      await world.clean(true);
    }
  });
});
