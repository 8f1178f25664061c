import type { JsonObject } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import type { Ancestor, DenyRule } from '../../domain/exposure/facts.ts';
import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { reading } from './reading.ts';
import { itemsOf, objectsIn, optionalObject, requiredText, textsIn } from './shape.ts';

function rulesOf(policy: JsonObject): DenyRule[] {
  const name = requiredText(policy, 'name');
  return objectsIn(policy, 'rules').flatMap((entry) => {
    const rule = optionalObject(entry, 'denyRule');
    const permissions = textsIn(rule, 'deniedPermissions');
    if (permissions.length === 0) return [];
    return {
      policy: name,
      permissions,
      principals: textsIn(rule, 'deniedPrincipals'),
      exceptions: [...textsIn(rule, 'exceptionPrincipals'), ...textsIn(rule, 'exceptionPermissions')],
      conditional: rule.denialCondition !== undefined,
    };
  });
}

/** Google allows 500 deny policies on a resource, and each costs a call. So only the first ones are read. */
const maxPolicies = 5;

/** Reads deny policies (iam v2). Their list leaves out the rules, so each policy is read by itself. */
export function denyPolicies(rest: Rest): Pick<ExposureSources, 'denyRules'> {
  return {
    denyRules: ({ type, id }: Ancestor, signal) => {
      const attachment = encodeURIComponent(`cloudresourcemanager.googleapis.com/${type}s/${id}`);
      const path = `v2/policies/${attachment}/denypolicies`;
      return reading(
        rest,
        { api: 'iam', method: 'GET', path, signal },
        'iam.denypolicies.list',
        async (body) => {
          const names = itemsOf(body, 'policies').map((policy) => shortName(requiredText(policy, 'name')));
          const read = names.slice(0, maxPolicies).map((id) =>
            rest.call({
              api: 'iam',
              method: 'GET',
              path: `${path}/${encodeURIComponent(id)}`,
              deadlineMs: 20_000,
              signal,
            }),
          );
          return (await Promise.all(read)).flatMap((answer) => rulesOf(answer.body));
        },
      );
    },
  };
}
