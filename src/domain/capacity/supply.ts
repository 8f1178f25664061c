import { type JsonObject, objectOf } from '../data/json.ts';
import type { Supply } from '../invocation/supply.ts';
import type { ServiceScaling } from '../traffic/outside/settings.ts';
import { presentPoint } from './proposal.ts';

/** What a service of Cloud Run takes at once. A maximum of the whole service counts too. Undefined if its sizes cannot be read. */
export function supplyOf(raw: JsonObject, scaling: ServiceScaling): Supply | undefined {
  const point = presentPoint(objectOf(raw.template));
  if (!point) return undefined;
  const whole = scaling.scalingMode === 'MANUAL' ? scaling.manualInstanceCount : scaling.maxInstanceCount;
  return {
    instances: whole ? Math.min(whole, point.instances) : point.instances,
    perInstance: point.concurrency,
  };
}
