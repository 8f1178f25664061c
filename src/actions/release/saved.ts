import { messageOf } from '../../domain/errors/errors.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import { formatRecord, isOpen, type ReleaseRecord } from '../../domain/traffic/record.ts';
import type { Context } from '../../runner/context.ts';
import type { ReleaseRun } from '../../steps/release/run.ts';

/** What the main step saves for its post step. The record is the one that the main step last wrote. */

const startKey = 'release';
const endKey = 'release_end';
const recordKey = 'release_record';
const outcomeKey = 'release_outcome';

/** Saved before anything is changed, so that the post step knows what to settle even if the main step is killed. */
export interface Begun {
  /** Id of the main step's process. */
  id: string;
  /** projects/P/locations/L/functions/F */
  functionName: string;
}

export const saveBegun = (context: Context, begun: Begun) =>
  context.saveState(startKey, JSON.stringify(begun));

export function saveEnd(context: Context, run: ReleaseRun, outcome: string | undefined): void {
  try {
    save(context, run, outcome);
  } catch (error) {
    // The release has ended and its result counts. The post step reads the record of the service instead.
    context.log.warning(`The end of the release could not be saved for its post step: ${messageOf(error)}.`);
  }
}

function save(context: Context, run: ReleaseRun, outcome: string | undefined): void {
  const { record } = run.written;
  if (!run.ending.settled && record && isOpen(record)) context.saveState(recordKey, formatRecord(record));
  if (outcome !== undefined) context.saveState(outcomeKey, outcome);
  context.saveState(endKey, run.ending.settled ? (outcome ?? 'failed') : 'open');
}

/** Undefined if the main step ended before it began to release. */
export function readBegun(context: Context): Begun | undefined {
  try {
    const value = JSON.parse(context.state(startKey)) as Record<string, unknown>;
    if (typeof value.id === 'string' && typeof value.functionName === 'string')
      return { id: value.id, functionName: value.functionName };
  } catch {
    // The main step saved nothing.
  }
  return undefined;
}

/** Returns true if the main step left nothing to settle. After a cancel it is false, so that the post step verifies the traffic. */
export function endedWell(context: Context): boolean {
  const end = context.state(endKey);
  return end !== '' && end !== 'open' && end !== 'cancelled';
}

/** True if the main step has said that another tool or person moved the traffic. */
export const wasSuperseded = (context: Context): boolean => context.state(outcomeKey) === 'superseded';

export function readRecord(context: Context): ReleaseRecord | undefined {
  const parsed = parseRecord(context.state(recordKey));
  return parsed.kind === 'record' ? parsed.record : undefined;
}
