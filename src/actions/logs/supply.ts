import { supplyOf } from '../../domain/capacity/supply.ts';
import { servicePath } from '../../domain/data/resource-name.ts';
import { exhaustedText } from '../../domain/invocation/supply.ts';
import { type LogsEvidence, linesOf } from '../../domain/logs/evidence.ts';
import { createServices } from '../../gcp/run/services.ts';
import type { Rest } from '../../http/rest.ts';

/** Nobody waits longer for what only helps to explain. */
const times = { attemptMs: 1500, deadlineMs: 3000 };

/** Adds what the service takes, as it is set now, if an entry says that no instance was free. Never throws. */
export async function addSupply(
  logs: LogsEvidence,
  { project, region, service }: { project: string; region: string; service: string },
  rest: Rest,
  signal: AbortSignal,
): Promise<void> {
  if (!linesOf(logs).some(({ kind }) => kind === 'no-instance')) return;
  try {
    const name = servicePath({ project, region, name: service });
    const live = await createServices(rest, times).get(name, signal);
    const supply = live && supplyOf(live.raw, live.scaling);
    if (supply) logs.supply = exhaustedText(supply);
  } catch {
    // The entry alone says what happened.
  }
}
