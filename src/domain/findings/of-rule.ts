import type { Rules, Severity } from './rule.ts';

/** The ids of a capability's rules whose findings always have the same severity. */
export type FixedRule<R extends Rules> = {
  [Id in keyof R & string]: R[Id]['severity'] extends 'varies' ? never : Id;
}[keyof R & string];

/** The rule and the severity of a finding, from the catalogue. A rule whose severity varies does not compile. */
export function ofRule<R extends Rules, Id extends FixedRule<R>>(
  rules: R,
  rule: Id,
): { rule: Id; severity: Severity } {
  // The type of `Id` excludes `varies`.
  return { rule, severity: (rules as Rules)[rule]?.severity as Severity };
}
