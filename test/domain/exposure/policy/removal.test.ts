import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judge } from '../../../../src/domain/exposure/judge.ts';
import { withoutMembers } from '../../../../src/domain/exposure/policy/policy.ts';
import { bind, factsWith } from '../../../support/exposure-facts.ts';

describe('removing members', () => {
  const removal = { role: 'roles/run.invoker', member: 'allUsers' };

  test('changes every matching binding and leaves everything else as it was', () => {
    const condition = { title: 't', expression: 'true' };
    const policy = {
      version: 1,
      etag: 'BwX=',
      auditConfigs: [{ service: 'run.googleapis.com' }],
      bindings: [
        bind('roles/run.invoker', 'allUsers', 'user:a@b.c'),
        bind('roles/run.viewer', 'allUsers'),
        { role: 'roles/run.invoker', members: ['user:c@d.e'], condition, extra: 1 },
        bind('roles/run.invoker', 'AllUsers'),
      ],
    };
    expect(withoutMembers(policy, [removal])).toEqual({
      version: 3,
      etag: 'BwX=',
      bindings: [bind('roles/run.invoker', 'user:a@b.c'), policy.bindings[1], policy.bindings[2]],
    });
  });

  test('changes nothing if nothing matches', () => {
    expect(
      withoutMembers({ etag: 'x', bindings: [bind('roles/run.viewer', 'allUsers')] }, [removal]),
    ).toBeUndefined();
  });

  test('after the repairs of the judge nothing on the service is public', () => {
    const role = fc.constantFrom(
      'roles/run.invoker',
      'roles/run.admin',
      'roles/owner',
      'projects/p-one/roles/callsIt',
      'roles/run.viewer',
      'roles/unread',
    );
    const member = fc.constantFrom(
      'allUsers',
      'allAuthenticatedUsers',
      'ALLUSERS',
      'user:a@b.c',
      'domain:gmail.com',
      ' allUsers',
    );
    fc.assert(
      fc.property(
        fc.array(fc.record({ role, members: fc.array(member, { maxLength: 4 }) }), { maxLength: 8 }),
        (bindings) => {
          const before = { etag: 'e', bindings };
          const repairs = judge(factsWith({ policies: { service: before } })).repairs;
          const removals = repairs.flatMap((repair) => (repair.kind === 'unbind' ? [repair.removal] : []));
          const after = withoutMembers(before, removals) ?? before;
          expect(judge(factsWith({ policies: { service: after } })).exposure).toBe('private');
          // Invited members keep their access.
          const invited = (policy: { bindings: unknown[] }) =>
            JSON.stringify(policy.bindings).match(/user:a@b\.c/g)?.length ?? 0;
          expect(invited(after)).toBe(invited(before));
        },
      ),
      { numRuns: 500 },
    );
  });
});
