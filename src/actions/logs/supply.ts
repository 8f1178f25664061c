import { supplyOf } from '../../domain/capacity/supply.ts';
import { servicePath } from '../../domain/data/resource-name.ts';
import { exhaustedText } from '../../domain/invocation/supply.ts';
import { createServices } from '../../gcp/run/services.ts';
import type { Rest } from '../../http/rest.ts';
import type { ReasonPorts } from '../../steps/logs/read-reasons.ts';

/** What a service takes, as it is set now. */
export const createSupply =
  (rest: Rest): NonNullable<ReasonPorts['supply']> =>
  async ({ project, region, service }, deadlineMs, signal) => {
    const services = createServices(rest, { attemptMs: deadlineMs, deadlineMs }, { retry: 'never' });
    // The deadline of the call does not hold for the login before it.
    const limit = AbortSignal.any([...(signal ? [signal] : []), AbortSignal.timeout(Math.ceil(deadlineMs))]);
    const live = await services.get(servicePath({ project, region, name: service }), limit);
    const supply = live && supplyOf(live.raw, live.scaling);
    return supply && exhaustedText(supply);
  };
