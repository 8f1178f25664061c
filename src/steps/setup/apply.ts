import { describe } from '../../domain/setup/describe.ts';
import { type SetupPlan, type SetupRow, toWrite } from '../../domain/setup/plan.ts';
import { placeKey } from '../../domain/setup/resource.ts';
import type { Log } from '../ports/log.ts';
import { placeOf } from './observe.ts';
import type { SetupPlace } from './ports.ts';

/** Rows of one policy, and all APIs, are written together. Everything else is a write of its own. */
const groupOf = ({ resource }: SetupRow, at: number): string => {
  if (resource.kind === 'api') return 'api';
  return resource.kind === 'grant' ? placeKey(resource.on) : String(at);
};

export function groupsOf(plan: SetupPlan): SetupRow[][] {
  const groups = new Map<string, SetupRow[]>();
  for (const [at, row] of toWrite(plan).entries()) {
    const key = groupOf(row, at);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

/**
 * Writes the rows one after another, and says each before it is written. If it is interrupted, a second run goes on where
 * this one stopped.
 */
export async function apply(
  places: readonly SetupPlace[],
  plan: SetupPlan,
  log: Log,
  signal?: AbortSignal,
): Promise<number> {
  let written = 0;
  for (const rows of groupsOf(plan)) {
    const [first] = rows;
    if (!first) continue;
    signal?.throwIfAborted();
    for (const row of rows) log.line(`${row.sign} ${describe(row.resource)}`);
    await placeOf(places, first.resource).write(rows, signal);
    written += rows.length;
  }
  return written;
}
