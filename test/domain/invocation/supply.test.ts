import { describe, expect, test } from '@jest/globals';
import { supplyOf } from '../../../src/domain/capacity/supply.ts';
import { supplyFix, supplyText } from '../../../src/domain/invocation/supply.ts';
import { explainUnreached } from '../../../src/domain/invocation/unreached.ts';

describe('what a service takes, computed', () => {
  test.each([
    [
      4,
      1,
      800,
      'At most 4 instances with 1 request each take 4 at once. A request took 0.8 s, so the service answers about 5 a second.',
    ],
    [
      1,
      80,
      1600,
      'At most 1 instance with 80 requests each take 80 at once. A request took 1.6 s, so the service answers about 50 a second.',
    ],
    [
      3,
      1,
      60_000,
      'At most 3 instances with 1 request each take 3 at once. A request took 60 s, so the service answers about 0.05 a second.',
    ],
  ])('%d × %d over %d ms', (instances, perInstance, ms, text) =>
    expect(supplyText({ instances, perInstance }, ms)).toBe(text),
  );

  test.each([undefined, 0])('without the time of a request (%s) no rate is made up', (ms) => {
    const text = supplyText({ instances: 2, perInstance: 8 }, ms);
    expect(text).toContain('take 16 at once');
    expect(text).not.toMatch(/NaN|Infinity|about/);
  });

  test('the repair names the arithmetic', () => {
    expect(supplyFix({ instances: 2, perInstance: 8 }, 500)).toContain('times 0.5 divided by 8');
    expect(supplyFix({ instances: 2, perInstance: 1 })).toContain('times the seconds of a request, or');
  });

  test('a 429 says it with the live numbers, beside the other two limits', () => {
    const load = { supply: { instances: 4, perInstance: 1 }, serviceMs: 800 };
    const { why, fix } = explainUnreached('capacity', 429, undefined, load);
    expect(why).toContain('about 5 a second');
    expect(why).toContain('A gateway in front has a quota of its own');
    expect(why).toContain('the quota of the region is used up');
    expect(fix).toContain('Set max_instance_count to');
  });
});

describe('the live numbers of a service', () => {
  const container = (cpu: string) => ({ image: 'x', resources: { limits: { cpu, memory: '512Mi' } } });
  test.each([
    [
      { scaling: { maxInstanceCount: 4 }, maxInstanceRequestConcurrency: 2, containers: [container('1')] },
      {},
      [4, 2],
    ],
    // Cloud Run's defaults: 100 instances, 80 requests, or one below 1 CPU.
    [{ containers: [container('1')] }, {}, [100, 80]],
    [{ containers: [container('500m')] }, {}, [100, 1]],
    // The maximum of the whole service counts too.
    [{ scaling: { maxInstanceCount: 9 }, containers: [container('2')] }, { maxInstanceCount: 3 }, [3, 80]],
    [{ containers: [container('1')] }, { scalingMode: 'MANUAL', manualInstanceCount: 2 }, [2, 80]],
  ])('%j and %j', (template, scaling, [instances, perInstance]) =>
    expect(supplyOf({ template }, scaling)).toEqual({ instances, perInstance }),
  );

  test.each([[{ containers: [container('many')] }], [{ scaling: { maxInstanceCount: 'lots' } }]])(
    '%j cannot be computed with',
    (template) => expect(supplyOf({ template }, {})).toBeUndefined(),
  );
});
