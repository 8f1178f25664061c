import type { TransportError } from './transport-error.ts';

/**
 * When a failed attempt may be repeated. `read` and `repeatable-write`: after any transient failure. `write`: only if
 * the server certainly did not act. `metered-read`: as `read`, but a quota that is used up (429) goes to the caller, which
 * knows how to slow down. `never`: not at all.
 */
export type RetryRule = 'read' | 'metered-read' | 'write' | 'repeatable-write' | 'never';

const transientStatus = (status: number) =>
  status === 429 || status === 500 || status === 502 || status === 503 || status === 504;

/** Returns true if the call may be repeated after this failure. Servers send 429 and 503 before they do anything. */
export function mayRetry(rule: RetryRule, failure: { status?: number; transport?: TransportError }): boolean {
  if (rule === 'never') return false;
  const { status, transport } = failure;
  if (transport) {
    if (transport.permanent) return false;
    return rule === 'write'
      ? !transport.sent || transport.kind === 'refused' || transport.kind === 'dns'
      : true;
  }
  if (status === undefined || (rule === 'metered-read' && status === 429)) return false;
  return rule === 'write' ? status === 429 || status === 503 : transientStatus(status);
}
