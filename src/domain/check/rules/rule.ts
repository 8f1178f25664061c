import type { Facts } from '../facts/facts.ts';
import type { Reporter } from '../found.ts';

/** A rule looks at the facts of one commit and reports what it can show. */
export type Rule = (facts: Facts, report: Reporter) => void;
