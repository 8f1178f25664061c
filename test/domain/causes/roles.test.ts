import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { roleFor } from '../../../src/domain/causes/roles.ts';
import { grantFor } from '../../../src/domain/exposure/policy/grant.ts';
import { permissionChecks } from '../../../src/domain/preflight/permissions.ts';

/** The roles as Google exports them, cut to the permissions that matter here. */
const { roles } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../sandbox/core/roles.json'), 'utf8'),
) as { roles: Record<string, { includedPermissions: string[] }> };

const permissions = [...new Set(Object.values(roles).flatMap((role) => role.includedPermissions))].sort();

describe('a role that we tell somebody to grant has the permission that is missing', () => {
  test('in a message about a refused call', () => {
    const named = permissions.flatMap((permission) => {
      const role = roleFor(permission);
      return role === undefined ? [] : [{ permission, role }];
    });
    expect(named.length).toBeGreaterThan(90);
    expect(
      named.filter(({ permission, role }) => !roles[role]?.includedPermissions.includes(permission)),
    ).toEqual([]);
  });

  test('in a finding of the guard', () => {
    const facts = { target: { project: 'p' }, identity: 'user:a@b.c' };
    const named = permissions.flatMap((permission) => {
      const grant = grantFor(permission, facts as never);
      return grant === undefined ? [] : [{ permission, role: grant.role }];
    });
    expect(named.length).toBeGreaterThan(5);
    expect(
      named.filter(({ permission, role }) => !roles[role]?.includedPermissions.includes(permission)),
    ).toEqual([]);
  });

  test('in the table of the preflight', () => {
    expect(
      permissionChecks
        .filter(({ permission, role }) => !roles[role]?.includedPermissions.includes(permission))
        .map(({ permission, role }) => `${role} has no ${permission}`),
    ).toEqual([]);
  });

  test('and every permission of the preflight has a role in a message, too', () => {
    expect(
      permissionChecks
        .map(({ permission }) => permission)
        .filter((permission) => roleFor(permission) === undefined),
    ).toEqual([]);
  });
});

test('a permission with a service in its name, and one that nobody knows', () => {
  expect(roleFor('iam.googleapis.com/workloadIdentityPoolProviders.get')).toBe(
    'roles/iam.workloadIdentityPoolViewer',
  );
  expect(roleFor('vpcaccess.connectors.create')).toBeUndefined();
});
