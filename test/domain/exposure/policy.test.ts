import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judge } from '../../../src/domain/exposure/judge.ts';
import { classify } from '../../../src/domain/exposure/policy/members.ts';
import { rolesToRead } from '../../../src/domain/exposure/policy/needs.ts';
import { readPolicy, withoutMembers } from '../../../src/domain/exposure/policy/policy.ts';
import { operationsTo } from '../../../src/domain/exposure/ways/openapi.ts';
import { bind, factsWith, read } from '../../support/exposure-facts.ts';

const anything = fc.anything({
  withNullPrototype: true,
  withSparseArray: true,
  withBigInt: true,
  withDate: true,
  withMap: true,
  maxDepth: 4,
});
/** Has the outline of a policy, with anything in any place. */
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

describe('members', () => {
  test('any text has a reach', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(['anyone', 'any-account', 'pool', 'domain', 'group', 'named', 'unknown']).toContain(
          classify(text).reach,
        );
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['allUsers', 'anyone'],
    ['allAuthenticatedUsers', 'any-account'],
    [' allUsers\n', 'anyone'],
    ['principalSet://goog/public:all', 'anyone'],
    ['user:a@b.c', 'named'],
    ['serviceAccount:a@p.iam.gserviceaccount.com', 'named'],
    ['serviceAccount:p.svc.id.goog[ns/sa]', 'named'],
    ['deleted:user:a@b.c?uid=1', 'named'],
    ['projectEditor:p-one', 'named'],
    ['group:g@b.c', 'group'],
    ['domain:b.c', 'domain'],
    ['domain:gmail.com', 'any-account'],
    ['principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s', 'named'],
    ['principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/*', 'pool'],
    [
      'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/attribute.ref/x',
      'pool',
    ],
    [
      'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/attribute.repository/a/b',
      'named',
    ],
    [
      'principalSet://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/group/g',
      'named',
    ],
    ['principalSet://iam.googleapis.com/locations/global/workforcePools/w/*', 'domain'],
    ['principalSet://cloudresourcemanager.googleapis.com/projects/1/type/ServiceAccount', 'domain'],
    ['principalSet://elsewhere/*', 'unknown'],
    ['user:', 'unknown'],
    ['user:a b', 'unknown'],
    ['everyone', 'unknown'],
    ['', 'unknown'],
  ])('%j is %s', (text, reach) => {
    expect(classify(text).reach).toBe(reach);
  });
});

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

describe('calls', () => {
  test('roles of the public are always read, other roles up to the limit', () => {
    const bindings = [...Array(40)].map((_, i) => bind(`roles/r${i}`, i % 2 ? 'group:g@b.c' : 'user:a@b.c'));
    const facts = factsWith({ bindings: { project: [...bindings, bind('roles/last', 'allUsers')] } });
    const wanted = rolesToRead(facts.policies, 10);
    expect(wanted).toHaveLength(10);
    expect(wanted[0]).toBe('roles/last');
    expect(wanted).not.toContain('roles/r0');
  });
});

describe('gateway documents', () => {
  const urls = ['https://ocr.a.run.app'];
  const backend = { 'x-google-backend': { address: 'https://ocr.a.run.app/x' } };

  test('an operation without security is open, and `security: []` makes it open', () => {
    const document = {
      swagger: '2.0',
      security: [{ key: [] }],
      paths: {
        '/a': { get: { ...backend }, post: { ...backend, security: [] } },
        '/b': { ...backend, put: {} },
        '/c': { get: {} },
      },
    };
    expect(operationsTo(document, urls)).toEqual([
      { name: 'GET /a', open: false },
      { name: 'POST /a', open: true },
      { name: 'PUT /b', open: false },
    ]);
  });

  test('a hostile document has no operations and never throws', () => {
    fc.assert(
      fc.property(anything, (document) => Array.isArray(operationsTo(document, urls))),
      { numRuns: 500 },
    );
  });

  test('a gateway in trusted_principals is not a way in', () => {
    const gateways = read(
      [
        {
          name: 'projects/p/locations/l/gateways/g',
          host: 'h',
          openOperations: ['GET /'],
          totalOperations: 1,
        },
      ],
      'GET gateways',
    );
    expect(judge(factsWith({ more: { gateways }, trusted: ['gateway:g'] })).exposure).toBe('private');
  });
});
