import type { ExposureFacts, PolicyFact, Reading } from './facts.ts';
import { generationOf } from './policy/holdings.ts';
import { classify, isPublic, type Member } from './policy/members.ts';
import { liveBindings, type PolicyBinding } from './policy/policy.ts';

/** Permissions with which a holder can change, delete or download the function without calling it. */
const controlling =
  /^(run\.services\.(update|delete)|cloudfunctions\.functions\.(update|delete|setIamPolicy|sourceCodeSet|sourceCodeGet))$/;

/** True also for a role that could not be read. */
export const controlsFunction = (role: Reading<readonly string[]> | undefined): boolean =>
  !role?.ok || role.value.some((name) => controlling.test(name));

export interface HeldBinding {
  fact: PolicyFact;
  binding: PolicyBinding;
  member: Member;
  call: string;
}

/** Public members in the policy of a 2nd gen function itself. That policy does not decide who may call it. */
export function publicOnFunctionItself(facts: ExposureFacts): HeldBinding[] {
  if (generationOf(facts) === 1) return [];
  return facts.policies.flatMap((fact) => {
    const { level, reading } = fact;
    if (level !== 'function' || !reading.ok) return [];
    return liveBindings(reading.value).flatMap((binding) =>
      binding.members
        .map(classify)
        .filter(({ reach }) => isPublic(reach))
        .map((member) => ({ fact, binding, member, call: reading.call })),
    );
  });
}
