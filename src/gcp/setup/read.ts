import type { JsonObject } from '../../domain/data/json.ts';
import { absent, type Observed } from '../../domain/setup/observed.ts';
import type { Rest, RestCall } from '../../http/rest.ts';
import { reading } from '../exposure/reading.ts';

/**
 * Reads one resource. An API that is off has nothing in it, so what it would hold is absent.
 * @param permission the permission that the read needs, if Google does not name it
 * @param ifGone what it means that Google knows no such resource
 */
export async function observe(
  rest: Rest,
  call: RestCall,
  permission: string,
  take: (body: JsonObject) => Observed,
  ifGone: Observed = absent,
): Promise<Observed> {
  const found = await reading(rest, call, permission, take);
  if (found.ok) return found.value;
  if (found.cause === 'absent') return ifGone;
  if (found.cause === 'api-off') return absent;
  return { state: 'unreadable', permission: found.permission, detail: found.detail };
}
