import { invalidArgument, notFound } from '../core/errors.ts';
import { canonical, requirePermission } from '../core/iam.ts';
import type { World } from '../core/state.ts';
import type { Call, Route } from '../core/types.ts';

/**
 * Reads of IAM v2's deny policies (cloud.google.com/iam/docs/reference/rest/v2/policies). The attachment point is one
 * percent-encoded segment, such as `cloudresourcemanager.googleapis.com%2Fprojects%2FN`.
 */
export function denyRoutes(world: World): Route[] {
  function authorize(call: Call, given: string | undefined, permission: string): string {
    // gcloud encodes the name once more, as its documentation wants it encoded already.
    const attachment = given?.replaceAll('%2F', '/');
    if (
      !/^cloudresourcemanager\.googleapis\.com\/(projects|folders|organizations)\/[^/]+$/.test(
        attachment ?? '',
      )
    )
      throw invalidArgument(`Invalid attachment point: ${attachment}`);
    const resource = canonical(world, `//${attachment}`);
    requirePermission(world, call.principal, permission, resource);
    return resource;
  }
  return [
    {
      method: 'GET',
      pattern: '/v2/policies/:attachment/denypolicies',
      handle: (call, { attachment }) => {
        const policies = world.denyPolicies.get(authorize(call, attachment, 'iam.denypolicies.list')) ?? [];
        // A list returns the policies without their rules.
        const shown = policies.map(({ rules: _, ...policy }) => ({ ...policy, kind: 'DenyPolicy' }));
        return { status: 200, body: shown.length ? { policies: shown } : {} };
      },
    },
    {
      method: 'GET',
      pattern: '/v2/policies/:attachment/denypolicies/:policy',
      handle: (call, { attachment, policy }) => {
        const policies = world.denyPolicies.get(authorize(call, attachment, 'iam.denypolicies.get')) ?? [];
        const found = policies.find(({ name }) => name.endsWith(`/denypolicies/${policy}`));
        if (!found) throw notFound();
        return { status: 200, body: { ...found, kind: 'DenyPolicy' } };
      },
    },
  ];
}
