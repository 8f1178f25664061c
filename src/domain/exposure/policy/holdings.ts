import type { ExposureFacts, PolicyFact } from '../facts.ts';
import { classify, type Member } from './members.ts';
import { liveBindings, type PolicyBinding } from './policy.ts';
import { type Grant, powerOf } from './roles.ts';

/** One member of one binding, with what its role allows. */
export interface Holding {
  fact: PolicyFact;
  binding: PolicyBinding;
  member: Member;
  grant: Grant;
  call: string;
}

/** Tells findings about members of bindings apart: the place, the role, the member and the condition. */
export const aboutBinding = (
  { level, resource }: PolicyFact,
  { role, condition }: PolicyBinding,
  { text }: Member,
): string[] => [level, resource, role, text, ...(condition === undefined ? [] : [condition])];

/** True if the bindings of this policy let members call the function. The function's own policy counts in gen1 only. */
export function decidesCalls(fact: PolicyFact, generation: 1 | 2): boolean {
  if (fact.level === 'function') return generation === 1;
  return (
    fact.level === 'service' ||
    fact.level === 'project' ||
    fact.level === 'folder' ||
    fact.level === 'organization'
  );
}

export const generationOf = (facts: ExposureFacts): 1 | 2 =>
  facts.function.ok ? facts.function.value.generation : 2;

/** Every member of every binding that may let it call the function, one identity or many. */
export function holdings(facts: ExposureFacts): Holding[] {
  const generation = generationOf(facts);
  const found: Holding[] = [];
  for (const fact of facts.policies) {
    if (!fact.reading.ok || !decidesCalls(fact, generation)) continue;
    for (const binding of liveBindings(fact.reading.value))
      for (const text of new Set(binding.members))
        found.push({
          fact,
          binding,
          member: classify(text),
          grant: powerOf(binding.role, facts.roles.get(binding.role), generation),
          call: fact.reading.call,
        });
  }
  return found;
}
