import type { CheckRow } from '../preflight/row.ts';
import type { DoctorCheck } from './check.ts';

/**
 * How long Google takes to spread a change of access: "typically 2 minutes, potentially 7 minutes or longer".
 * https://cloud.google.com/iam/docs/access-change-propagation
 */
export const usualSpreadMs = 120_000;
export const spreadText =
  'A change of access holds after 2 minutes as a rule, and can take 7 minutes or longer (https://cloud.google.com/iam/docs/access-change-propagation). Look again later:';

/** What a look found. */
export interface Look {
  checks: readonly DoctorCheck[];
  rows: readonly CheckRow[];
}

/** What was made a moment ago. */
export interface Made {
  /** An API was switched on. */
  api: boolean;
  /** A role, an account or a grant was written. */
  access: boolean;
}

/** Whether something that is missing may only mean that Google has not yet spread what was made a moment ago. */
export function maySettle({ checks, rows }: Look, made: Made): boolean {
  const lacks = (kind: CheckRow['need']['kind'], ...states: CheckRow['state'][]) =>
    rows.some(({ need, state, weight }) => need.kind === kind && weight === 'stop' && states.includes(state));
  if (made.api && (lacks('api', 'missing') || checks.some(({ state }) => state === 'unknown'))) return true;
  if (!made.access) return false;
  return lacks('account', 'missing') || lacks('permission', 'missing', 'unknown');
}
