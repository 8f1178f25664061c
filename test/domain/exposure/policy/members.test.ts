import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { classify } from '../../../../src/domain/exposure/policy/members.ts';

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
