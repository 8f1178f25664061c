export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

/** One thing that a stage noticed and a person should know. */
export interface Finding {
  /** Id of the rule that found it, in kebab case. Stable: SARIF and the report carry it. */
  rule: string;
  severity: Severity;
  /** One sentence: what is wrong. */
  title: string;
  why?: string | undefined;
  /** What to do next, best as a command to paste. */
  fix?: string | undefined;
  /** Place in a file of the user, for an annotation. */
  file?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
  /** The call or document that shows it. */
  source?: string | undefined;
}
