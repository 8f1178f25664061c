import { conditionOf, parseCondition, without } from './admission.ts';
import type { Observed } from './observed.ts';
import type { SetupPlan, SetupRow } from './plan.ts';
import type { Of, Resource } from './resource.ts';

/**
 * What an undo takes away: what carries the mark of `init`, and the grants and values that name it. APIs stay on, because others
 * may use them. Environments and files stay, because nothing says who made them.
 * @param others e-mails of every account in the project that carries the mark of `init`
 */
export function undoPlan(
  resources: readonly Resource[],
  observed: (resource: Resource) => Observed,
  others: readonly string[],
): SetupPlan {
  const isOurs = (resource: Resource) => {
    const found = observed(resource);
    return found.state === 'present' && found.ours && !found.deleted;
  };
  const own = new Set(resources.flatMap((one) => (one.kind === 'account' && isOurs(one) ? [one.email] : [])));
  const ownRoles = new Set(
    resources.flatMap((one) => (one.kind === 'role' && isOurs(one) ? [one.name] : [])),
  );
  /** Another function of this project is set up too, and needs the roles and the pool. */
  const shared = others.some((email) => !own.has(email));
  const rows = resources.map((resource): SetupRow | undefined => {
    const found = observed(resource);
    const row = { resource, observed: found, changes: [] };
    if (found.state === 'absent') return undefined;
    if (found.state === 'unreadable') return resource.kind === 'file' ? undefined : { ...row, sign: '!' };
    switch (resource.kind) {
      case 'grant':
        return ownGrant(resource, own, ownRoles) && found.fields.granted === 'yes'
          ? { ...row, sign: '-' }
          : undefined;
      case 'variable':
        return found.fields.value === resource.value ? { ...row, sign: '-' } : undefined;
      case 'account':
        return isOurs(resource) ? { ...row, sign: '-' } : undefined;
      case 'role':
        return isOurs(resource) && !shared ? { ...row, sign: '-' } : undefined;
      case 'provider':
        return isOurs(resource)
          ? providerRow(row, resource, found.fields.condition ?? '', shared)
          : undefined;
      case 'pool':
        return isOurs(resource) && !shared && found.fields.others === '' ? { ...row, sign: '-' } : undefined;
      default:
        return undefined;
    }
  });
  return rows.filter((row) => row !== undefined).toReversed();
}

/** A grant on an account that goes away goes with it. An account of the user has our roles from nobody else. */
function ownGrant(
  { member, on, role }: Of<'grant'>,
  own: ReadonlySet<string>,
  ownRoles: ReadonlySet<string>,
): boolean {
  if (on.what === 'account' && own.has(on.name)) return false;
  return own.has(member.replace(/^serviceAccount:/, '')) || ownRoles.has(role);
}

/**
 * A provider that lets in other repositories goes on to let them in. Where its condition does not say which, because it lets in every
 * repository of the owner or a person has written it, it stays as long as another function of the project is set up.
 */
function providerRow(
  row: Omit<SetupRow, 'sign'>,
  resource: Of<'provider'>,
  condition: string,
  shared: boolean,
): SetupRow {
  const live = parseCondition(condition);
  const wanted = parseCondition(resource.condition);
  const rest = live && wanted && !live.everyRepository ? without(live, wanted) : undefined;
  if (rest === undefined) return { ...row, sign: shared ? '=' : '-' };
  const left = conditionOf(rest);
  if (left === condition) return { ...row, sign: '=' };
  return {
    ...row,
    sign: '~',
    resource: { ...resource, condition: left },
    changes: [{ field: 'condition', old: condition, new: left }],
  };
}
