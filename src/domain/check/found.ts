import type { Severity } from '../findings/rule.ts';
import type { CheckRule } from '../findings/rules/check.ts';
import type { Place } from './files/repository.ts';

/** How sure a finding is, whatever harm it would do. */
export type Confidence = 'high' | 'medium' | 'low';

/** One change of one line. It is made only if `old` still stands at the place. */
export interface Edit extends Place {
  old: string;
  new: string;
}

/** What a rule found. */
export interface Found {
  rule: CheckRule;
  severity: Severity;
  confidence: Confidence;
  at: Place;
  /** One sentence: what is wrong. */
  title: string;
  why?: string | undefined;
  /** One sentence: what to do. It ends with a colon if commands follow. */
  fix?: string | undefined;
  commands?: readonly string[] | undefined;
  /** What is wrong, without places: it stays the same while lines move. */
  evidence: string;
  edits?: readonly Edit[] | undefined;
}

/** A place where a rule cannot tell from the files. It is listed and never red. */
export interface Unknown {
  rule: CheckRule;
  at: Place;
  /** One sentence: what the files do not say. */
  what: string;
}

/** What a rule hands over. */
export interface Reporter {
  found(found: Omit<Found, 'rule'>): void;
  unknown(at: Place, what: string): void;
}
