import type { ExposureFacts } from '../facts.ts';
import type { Holding } from './holdings.ts';
import { isPublic } from './members.ts';

/** Permissions that become a way in only together with another binding. */

const editsPools = /^iam\.(googleapis\.com\/)?workloadIdentityPoolProviders\.(create|update)$/;

/** The project or organisation that keeps a custom role. */
const homeOf = (role: string): string | undefined =>
  /^((?:projects|organizations)\/[^/]+)\/roles\//.exec(role)?.[1];

/** True if a role that is kept in `home` can be edited by someone with iam.roles.update on the resource. */
const rules = ({ level, resource }: Holding['fact'], home: string): boolean =>
  home === resource || (level !== 'project' && (home.startsWith('projects/') || level === 'organization'));

/**
 * The permission that lets a public holder make itself a caller, by a change of what is bound already: of a custom role that
 * the public holds, or of the provider of a pool with members that can call.
 * @param callers everyone who may call, in one step or in two
 */
export function rewriteOf(
  facts: ExposureFacts,
  { fact, binding, member }: Holding,
  everyone: readonly Holding[],
  callers: readonly Holding[],
): string | undefined {
  const role = facts.roles.get(binding.role);
  if (!role?.ok || !isPublic(member.reach) || fact.level === 'service' || fact.level === 'function')
    return undefined;
  const editsRole =
    role.value.includes('iam.roles.update') &&
    everyone.some((other) => {
      const home = homeOf(other.binding.role);
      return home !== undefined && isPublic(other.member.reach) && rules(fact, home);
    });
  if (editsRole) return 'iam.roles.update';
  const pool = callers.some((other) => other.member.text.toLowerCase().includes('/workloadidentitypools/'));
  return pool ? role.value.find((name) => editsPools.test(name)) : undefined;
}
