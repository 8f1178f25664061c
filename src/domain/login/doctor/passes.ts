import type { Claims } from '../claims.ts';
import { holds, type Mapped, type Truth } from './cel.ts';
import type { ProviderResource } from './facts.ts';

/** Whether a run gets into the pool. It needs a subject, and the condition has to hold. */
export function passes(
  resource: Pick<ProviderResource, 'attributeCondition'>,
  claims: Claims,
  mapped: Mapped,
): Truth {
  const unsure = mapped.unknown.some(({ target }) => target === 'google.subject');
  if (mapped.subject === undefined && !unsure) return 'false';
  const truth = holds(resource.attributeCondition, claims, mapped);
  return truth === 'true' && unsure ? 'unknown' : truth;
}
