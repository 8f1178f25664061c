import type { RuleId } from './catalog.ts';
import type { Severity } from './rule.ts';

export type { Severity } from './rule.ts';

/** One thing that a stage noticed and a person should know. */
export interface Finding {
  /** The rule that found it. A new rule is an entry in the capability's file below `rules/`. */
  rule: RuleId;
  severity: Severity;
  /**
   * What tells this finding from others of its rule, such as member, role and resource. It stays the same from run to
   * run, as long as the problem is the same. Left out if a report has at most one finding of the rule.
   */
  about?: readonly string[] | undefined;
  /** One sentence: what is wrong. */
  title: string;
  why?: string | undefined;
  /** One sentence: what to do next. It ends with a colon if it introduces the commands. */
  fix?: string | undefined;
  /** Shell commands that do it. Each can be pasted as it is, so none shares its line with a sentence or a link. */
  commands?: readonly string[] | undefined;
  /** Place in a file of the user, for an annotation. Line and column count from 1. */
  file?: string | undefined;
  line?: number | undefined;
  column?: number | undefined;
  /** The call or document that shows it. */
  source?: string | undefined;
}

/** What is wrong and what to do, as one line of a log. */
export const findingLine = ({ title, fix, commands = [] }: Finding): string =>
  [title, fix, ...commands].join(' ');
