import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { holdBuilds } from '../../../sandbox/projects/hold-builds.ts';
import { beliefIds, beliefs, beliefsOf } from '../../../src/domain/conformance/catalog.ts';
import { probeIds } from '../../../src/domain/conformance/probes.ts';
import type { Ran } from '../../../src/steps/conformance/run.ts';
import { type ConformanceWorld, conformanceWorld } from '../../support/conformance-world.ts';

let world: ConformanceWorld;
let ran: Ran;

beforeAll(async () => {
  world = await conformanceWorld({ sampleReachability: true });
  // The first build is under way until its operation has been read twice: a stage appears between the two answers.
  const open = holdBuilds(world.sandbox.world);
  let reads = 0;
  ran = await world.run(undefined, (cloud) => ({
    ...cloud,
    ask: async (call, signal) => {
      const answer = await cloud.ask(call, signal);
      if (call.api === 'cloudfunctions' && call.path.includes('/operations/') && ++reads === 2) open();
      return answer;
    },
  }));
}, 300_000);
afterAll(() => world?.sandbox.stop());

describe('a run against the sandbox', () => {
  test('no probe fails', () => {
    expect(ran.ends.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(ran.ends.map(({ probe }) => probe)).toEqual(probeIds);
  });

  test('every belief has a verdict, in the order of the catalogue, and nothing is contradicted', () => {
    expect(ran.settled.map(({ belief }) => belief)).toEqual(beliefIds);
    expect(ran.settled.filter(({ verdict }) => verdict === 'contradicted')).toEqual([]);
  });

  test('every belief that has a probe is settled, except those that only a job on GitHub can settle', () => {
    const open = ran.settled.filter(({ verdict }) => verdict === 'not settled').map(({ belief }) => belief);
    const without = beliefIds.filter((id) => 'not' in beliefs[id].settled);
    expect(open.sort()).toEqual([...without, ...beliefsOf('login')].sort());
  });

  test('every verdict has its evidence, and what is not settled has its reason', () => {
    for (const { belief, verdict, evidence, seen, why } of ran.settled) {
      if (verdict === 'not settled') expect([belief, why]).toEqual([belief, expect.stringMatching(/\.$/)]);
      else expect([belief, evidence.length > 0, Object.keys(seen).length > 0]).toEqual([belief, true, true]);
    }
  });

  test('nothing was ever open to everyone', async () => {
    const answer = await fetch(`${world.sandbox.control}/reachability`);
    const { samples, sightings } = (await answer.json()) as { samples: number; sightings: unknown[] };
    expect(samples).toBeGreaterThan(10);
    expect(sightings).toEqual([]);
  });
});
