import type { PostureFacts } from '../../facts.ts';
import { type Judged, notApplicable } from '../../row.ts';

/** Secrets of a function without a Cloud Run service are not looked at, and that is no pass. */
export function withoutService({ exposure }: PostureFacts): Judged {
  const { call } = exposure.function;
  if (!exposure.exists) return notApplicable('Nothing is deployed yet.', call);
  const saw = 'Not looked at: the row is about services of Cloud Run, and this function has none.';
  return { state: 'unknown', saw, call, holes: [] };
}
