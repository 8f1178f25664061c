import type { JsonObject } from '../../domain/data/json.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';
import { objectsIn, optionalObject, requiredText } from './shape.ts';

/**
 * True if the effective policy restricts anything (orgpolicy v2 PolicySpec). A rule with a condition does not count, since
 * it may not apply here.
 */
export function isEnforced(policy: JsonObject): boolean {
  requiredText(policy, 'name');
  return objectsIn(optionalObject(policy, 'spec'), 'rules').some((rule) => {
    if (rule.condition !== undefined || rule.allowAll === true) return false;
    return rule.enforce === true || rule.denyAll === true || rule.values !== undefined;
  });
}

/** Reads the effective organisation policies of a project. */
export function orgPolicies(rest: Rest): Pick<ExposureSources, 'orgPolicy'> {
  return {
    orgPolicy: (project, constraint, signal) =>
      reading(
        rest,
        {
          api: 'orgpolicy',
          method: 'GET',
          path: `v2/projects/${encodeURIComponent(project)}/policies/${encodeURIComponent(constraint)}:getEffectivePolicy`,
          signal,
        },
        'orgpolicy.policy.get',
        (body) => ({ enforced: isEnforced(body) }),
      ),
  };
}
