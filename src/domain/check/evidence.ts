import { fingerprint } from '../data/fingerprint.ts';
import type { Finding, Severity } from '../findings/finding.ts';
import type { CheckRule } from '../findings/rules/check.ts';
import type { Refused } from './files/repository.ts';
import type { Confidence } from './found.ts';
import type { Judged } from './judge/judge.ts';

/** What a check saw, for the report. */
export interface CheckEvidence {
  /** The commit that the change is compared with. Undefined if there is none, so that every finding counts as new. */
  base?: string | undefined;
  /** Why there is no base, if one was wanted. */
  base_problem?: string | undefined;
  fail_on: FailOn;
  fail_severity: Severity;
  /** Number of files that were read. */
  files: number;
  found: CheckedFinding[];
  /** What the files cannot show. */
  unknown: { rule: CheckRule; file: string; line: number; what: string }[];
  silenced: { rule: CheckRule; file: string; line: number; reason: string }[];
  unread: Refused[];
  /** The fixes as unified diffs. */
  diffs: { file: string; diff: string }[];
  /** Names of linters that look at what this check leaves to them, if the repository runs them. */
  linters: string[];
}

export interface CheckedFinding {
  rule: CheckRule;
  severity: Severity;
  confidence: Confidence;
  is_new: boolean;
  /** True if the finding fails the check. */
  counts: boolean;
  fingerprint: string;
  file: string;
  line: number;
  column: number;
  has_fix: boolean;
}

export type FailOn = 'new' | 'any' | 'never';

/** The same while lines move: made of the rule, the file and what is wrong. */
export const fingerprintOf = ({ rule, at, evidence }: Pick<Judged, 'rule' | 'at' | 'evidence'>): string =>
  fingerprint([rule, at.file, evidence].join('\n'));

/** A finding of the check as every report has them. */
export const findingOf = (one: Judged): Finding => ({
  rule: one.rule,
  severity: one.severity,
  about: [one.at.file, one.evidence],
  title: one.title,
  why: one.why,
  fix: one.fix,
  commands: one.commands,
  file: one.at.file,
  line: one.at.line,
  column: one.at.column,
});
