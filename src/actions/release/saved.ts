import { objectOf } from '../../domain/data/json.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import { formatRecord, isOpen, type ReleaseRecord } from '../../domain/traffic/record.ts';
import type { Context } from '../../runner/context.ts';
import { savedJson } from '../../runner/saved.ts';
import type { ReleaseRun } from '../../steps/release/run.ts';

/**
 * What the main step saves for its post step. The record is the one that the main step last wrote. With several regions, each
 * has an end and a record of its own, so that each is settled alone.
 */

const startKey = 'release';
const regionsKey = 'release_regions';
const endKey = 'release_end';
const recordKey = 'release_record';
const outcomeKey = 'release_outcome';

/** Only letters and underscores, because the runner makes a variable of it. */
const of = (key: string, region: string | undefined) =>
  region === undefined ? key : `${key}_${region.replaceAll('-', '_')}`;

/** Saved before anything is changed, so that the post step knows what to settle even if the main step is killed. */
export interface Begun {
  /** Id of the main step's process. */
  id: string;
  /** projects/P/locations/L/functions/F */
  functionName: string;
}

export const saveBegun = (context: Context, begun: Begun) =>
  context.saveState(startKey, JSON.stringify(begun));

export const saveRegionsBegun = (context: Context, begun: readonly Begun[]) =>
  context.saveState(regionsKey, JSON.stringify(begun));

export function saveEnd(
  context: Context,
  run: ReleaseRun,
  outcome: string | undefined,
  region?: string,
): void {
  try {
    save(context, run, outcome, region);
  } catch (error) {
    // The release has ended and its result counts. The post step reads the record of the service instead.
    context.log.warning(`The end of the release could not be saved for its post step: ${messageOf(error)}.`);
  }
}

function save(
  context: Context,
  run: ReleaseRun,
  outcome: string | undefined,
  region: string | undefined,
): void {
  const { record } = run.written;
  if (!run.ending.settled && record && isOpen(record))
    context.saveState(of(recordKey, region), formatRecord(record));
  if (outcome !== undefined) context.saveState(of(outcomeKey, region), outcome);
  context.saveState(of(endKey, region), run.ending.settled ? (outcome ?? 'failed') : 'open');
}

/** Undefined if the main step ended before it began to release. */
export function readBegun(context: Context): Begun | undefined {
  return begunOf(savedJson(context, startKey));
}

/** What each region has begun. Empty if the release has one region, or has not begun. */
export function readRegionsBegun(context: Context): Begun[] {
  const list = savedJson(context, regionsKey);
  return Array.isArray(list) ? list.map(begunOf).filter((begun) => begun !== undefined) : [];
}

function begunOf(value: unknown): Begun | undefined {
  const { id, functionName } = objectOf(value);
  return typeof id === 'string' && typeof functionName === 'string' ? { id, functionName } : undefined;
}

/** Returns true if the main step left nothing to settle. After a cancel it is false, so that the post step verifies the traffic. */
export function endedWell(context: Context, region?: string): boolean {
  const end = context.state(of(endKey, region));
  return end !== '' && end !== 'open' && end !== 'cancelled';
}

/** True if the main step has said that another tool or person moved the traffic. */
export const wasSuperseded = (context: Context, region?: string): boolean =>
  context.state(of(outcomeKey, region)) === 'superseded';

export function readRecord(context: Context, region?: string): ReleaseRecord | undefined {
  const found = parseRecord(context.state(of(recordKey, region)));
  return found.kind === 'record' ? found.record : undefined;
}
