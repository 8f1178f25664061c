import type { Severity } from '../findings/rule.ts';
import { type GatewayRule, gatewayRules } from '../findings/rules/gateway.ts';
import type { At } from './api.ts';

/** What the lint found in a document. */
export interface GatewayProblem {
  rule: GatewayRule;
  severity: Severity;
  at: At;
  /** One sentence: what is wrong. */
  title: string;
  /** One sentence: what to do. */
  fix: string;
  /** What is wrong, without places: it stays the same while lines move. */
  evidence: string;
  /** The text at the place, and what should stand there. */
  edit?: { old: string; new: string } | undefined;
  /** The operation states this itself, so the document is meant for a gateway. */
  isOwn?: boolean | undefined;
}

type Told = Omit<GatewayProblem, 'rule' | 'severity'> & { severity?: Severity | undefined };
export type Tell = (rule: GatewayRule, told: Told) => void;

/** Collects problems: each place once for each rule. */
export function collector(): { tell: Tell; all: () => GatewayProblem[] } {
  const found = new Map<string, GatewayProblem>();
  return {
    tell: (rule, told) => {
      const key = `${rule} ${told.at.line}:${told.at.column} ${told.evidence}`;
      const standard = gatewayRules[rule].severity;
      if (!found.has(key)) found.set(key, { ...told, rule, severity: told.severity ?? standard });
    },
    all: () => [...found.values()].sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column),
  };
}

/** With one of these, somebody without a credential may reach the function. */
const openRules: readonly GatewayRule[] = [
  'gateway-open',
  'gateway-unlisted',
  'gateway-scheme-undefined',
  'gateway-scheme-unchecked',
  'gateway-alternatives',
  'gateway-document',
];

/** Does the document let a caller without a credential through, or can nobody say that it does not? */
export const opens = ({ rule, severity }: Pick<GatewayProblem, 'rule' | 'severity'>): boolean =>
  openRules.includes(rule) && (severity === 'critical' || severity === 'high');

/** A gateway does not get a document with one of these. The rest are warnings. */
export const refuses = (problem: Pick<GatewayProblem, 'rule' | 'severity'>): boolean =>
  problem.severity === 'critical' || opens(problem);
