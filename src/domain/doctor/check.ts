import type { Finding } from '../findings/finding.ts';
import type { OtherAction } from '../preflight/action-permissions.ts';
import type { FurtherRow } from './further.ts';
import type { MatrixRow } from './matrix.ts';

/** The parts of an examination, in the order of the report. */
export const parts = ['login', 'permissions', 'logs', 'environment', 'files', 'runtime', 'rollback'] as const;
export type Part = (typeof parts)[number];

/** One part of an examination. */
export interface DoctorCheck {
  part: Part;
  /** `skipped`: there was nothing to look at. `unknown`: it could not be read. */
  state: 'ok' | 'warn' | 'bad' | 'unknown' | 'skipped';
  /** What was found, in one sentence. */
  text: string;
}

/** A check together with what a person should do about it. */
export interface Examined extends DoctorCheck {
  findings: Finding[];
}

/** What the report keeps. */
export interface DoctorEvidence {
  checks: readonly DoctorCheck[];
  matrix: readonly MatrixRow[];
  /** The permissions of the actions that a release does not need. Empty if nobody could ask as the identity that releases. */
  further: readonly FurtherRow[];
  /** Those of these actions that the workflows of this repository use. */
  used: readonly OtherAction[];
}

export const partNames: Readonly<Record<Part, string>> = {
  login: 'Login',
  permissions: 'Permissions',
  logs: 'Request logs',
  environment: 'Environment',
  files: 'Suite and objectives',
  runtime: 'Runtime',
  rollback: 'Rollback rehearsal',
};

/** The worst of several states: `bad`, then `warn`, then `unknown`. */
export function worst(findings: readonly Finding[]): 'ok' | 'warn' | 'bad' {
  const grave = findings.some(({ severity }) => severity === 'critical' || severity === 'high');
  if (grave) return 'bad';
  return findings.some(({ severity }) => severity !== 'info') ? 'warn' : 'ok';
}
