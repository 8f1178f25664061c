export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

/** What is true of every finding of one rule. `docs/reference/findings.md` is generated from these entries. */
export interface Rule {
  /** What the rule finds, in general, without a full stop. */
  title: string;
  /** `varies` if what else was seen decides. */
  severity: Severity | 'varies';
  /** Why it matters, in one or two sentences. */
  why: string;
}

/** A capability's rules by id. An id is kebab case and stable, because reports, SARIF files and links carry it. */
export type Rules = Readonly<Record<string, Rule>>;

const order: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** Comparator that sorts the worst severity first. */
export const bySeverity = (a: { severity: Severity }, b: { severity: Severity }): number =>
  order.indexOf(a.severity) - order.indexOf(b.severity);
