import { describe, expect, test } from '@jest/globals';
import type { CapacityEvidence } from '../../../src/domain/capacity/evidence.ts';
import { changesTo, presentPoint } from '../../../src/domain/capacity/proposal.ts';
import { objectiveText, quantileText, reasonOf } from '../../../src/domain/capacity/sentences.ts';

const template = (limits: { cpu: string; memory: string }) => ({
  containers: [{ resources: { limits } }],
  maxInstanceRequestConcurrency: 1,
  scaling: { maxInstanceCount: 3 },
});

describe('what the release would change', () => {
  test.each([
    ['256M', '256M'],
    ['512Mi', '512Mi'],
    ['1Gi', undefined],
    ['1024Mi', undefined],
    ['1G', '1000M'],
    ['300000001', '300000001'],
  ])('from %s', (memory, from) => {
    const present = presentPoint(template({ cpu: '1', memory }));
    const changes = changesTo({ cpu: 1, memoryMib: 1024, concurrency: 1, instances: 3 }, present);
    expect(changes).toEqual(from === undefined ? [] : [{ input: 'memory', from, to: '1Gi' }]);
  });
});

test('a quantile is named as people name it', () => {
  expect([0.5, 0.95, 0.99, 0.999].map(quantileText)).toEqual(['p50', 'p95', 'p99', 'p99.9']);
  expect(objectiveText({ quantile: 0.99, limit_ms: 3000 })).toBe('p99 of at most 3000 ms');
});

test.each([
  [
    ['misses', 'illegal'],
    'of those that were asked for keeps a p95 of at most 800 ms at 5 requests a second.',
  ],
  [
    ['misses', 'undecided'],
    'of those that were asked for was proved to keep a p95 of at most 800 ms at 5 requests a second: 1 is too close to it to tell.',
  ],
  [
    ['undecided', 'undecided'],
    'of those that were asked for was proved to keep a p95 of at most 800 ms at 5 requests a second: 2 are too close to it to tell.',
  ],
] as const)('nothing was found, and the answers were %j', (answers, end) => {
  const evidence = {
    ...{ objective: { quantile: 0.95, limit_ms: 800 }, requests_per_second: 5, final: true },
    trials: answers.map((answer) => ({ answer })),
  };
  expect(reasonOf(evidence as unknown as CapacityEvidence)).toBe(`No configuration ${end}`);
});
