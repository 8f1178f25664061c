import type { ExposureFacts, PolicyFact } from '../facts.ts';
import { classify, type Member } from '../policy/members.ts';
import type { PolicyBinding } from '../policy/policy.ts';
import { type Grant, powerOf } from '../policy/roles.ts';

/** A binding whose members may matter, with what its role allows. */
export interface Holding {
  fact: PolicyFact;
  binding: PolicyBinding;
  member: Member;
  grant: Grant;
  call: string;
}

/** Levels whose bindings let somebody call the function. The function's own policy counts in gen1 only. */
export function decides(fact: PolicyFact, generation: 1 | 2): boolean {
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

/** Every member of every binding that may decide, whatever its reach. */
export function holdings(facts: ExposureFacts): Holding[] {
  const generation = generationOf(facts);
  const found: Holding[] = [];
  for (const fact of facts.policies) {
    if (!fact.reading.ok || !decides(fact, generation)) continue;
    for (const binding of fact.reading.value.bindings)
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
