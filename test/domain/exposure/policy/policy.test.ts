import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judge } from '../../../../src/domain/exposure/judge.ts';
import { readPolicy } from '../../../../src/domain/exposure/policy/policy.ts';
import { anything } from '../../../support/anything.ts';
import { bind, factsWith } from '../../../support/exposure-facts.ts';

/** An object in the shape of a policy, with random values in any place. */
const almostPolicy = fc.record(
  {
    version: fc.oneof(fc.constantFrom(0, 1, 3), anything),
    etag: fc.oneof(fc.string(), anything),
    bindings: fc.oneof(
      fc.array(
        fc.oneof(
          fc.record(
            {
              role: fc.oneof(
                fc.constantFrom('roles/run.invoker', 'roles/unknown', '__proto__', 'constructor'),
                anything,
              ),
              members: fc.oneof(
                fc.array(
                  fc.oneof(fc.constantFrom('user:a@b.c', 'group:g@b.c', 'x', ''), fc.string(), anything),
                ),
                anything,
              ),
              condition: anything,
            },
            { requiredKeys: [] },
          ),
          anything,
        ),
      ),
      anything,
    ),
  },
  { requiredKeys: [] },
);

describe('policy reader', () => {
  test('never throws, and lists what it did not understand', () => {
    fc.assert(
      fc.property(fc.oneof(anything, almostPolicy), (value) => {
        const policy = readPolicy(value);
        for (const { role, members } of policy.bindings) {
          expect(typeof role).toBe('string');
          for (const member of members) expect(typeof member).toBe('string');
        }
        expect(policy.problems.length).toBeLessThanOrEqual(20);
      }),
      { numRuns: 2000 },
    );
  });

  test('a getter that throws is a problem, not an exception', () => {
    const trap = {
      get bindings(): never {
        throw new Error('no');
      },
    };
    expect(readPolicy(trap).problems).toHaveLength(1);
  });

  const hostile: [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['text', 'allUsers'],
    ['bindings as text', { bindings: 'allUsers' }],
    ['bindings as an object', { bindings: { role: 'roles/run.invoker', members: ['allUsers'] } }],
    ['a binding that is null', { bindings: [null] }],
    ['a role that is a number', { bindings: [{ role: 7, members: [] }] }],
    ['no role at all', { bindings: [{ members: ['user:a@b.c'] }] }],
    ['members as an object', { bindings: [{ role: 'roles/run.invoker', members: {} }] }],
    ['a member that is a list', { bindings: [{ role: 'roles/run.invoker', members: [['allUsers']] }] }],
    ['a version from the future', { version: 4, bindings: [] }],
    [
      'a condition without an expression',
      { bindings: [{ role: 'roles/run.invoker', members: [], condition: 'yes' }] },
    ],
  ];

  test.each(hostile)('%s is a finding, and never private', (_what, policy) => {
    const judgement = judge(factsWith({ policies: { service: policy } }));
    expect(judgement.exposure).not.toBe('private');
    expect(judgement.findings.length).toBeGreaterThan(0);
  });

  test('a member that is not in a list still counts', () => {
    const judgement = judge(
      factsWith({
        policies: { service: { bindings: [{ role: 'roles/run.invoker', members: 'allUsers' }] } },
      }),
    );
    expect(judgement.exposure).toBe('public');
  });

  test('allUsers with an invoking role is public, whatever else the policy holds', () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), fc.nat(5), (others, at) => {
        const bindings = [...others];
        bindings.splice(at, 0, bind('roles/run.invoker', 'allUsers'));
        expect(judge(factsWith({ policies: { service: { bindings } } })).exposure).toBe('public');
      }),
      { numRuns: 500 },
    );
  });

  test('hostile policies on every level never make the judge throw, and a private verdict means that no deciding policy has a problem', () => {
    fc.assert(
      fc.property(almostPolicy, almostPolicy, almostPolicy, (service, project, folder) => {
        const facts = factsWith({ policies: { service, project, folder } });
        const judgement = judge(facts);
        expect(() => JSON.stringify(judgement)).not.toThrow();
        if (judgement.exposure !== 'private') return;
        for (const { level, reading } of facts.policies)
          if (reading.ok && (level === 'service' || level === 'project'))
            expect(reading.value.problems).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
