import { readReplay, recordingIn } from '../../src/domain/watch/replay/replay.ts';
import { replayWatch } from '../../src/steps/watch/replay.ts';

/** What a watch said, as its report holds it. An older report lacks the next step. */
interface Said {
  verdict: string;
  reason: string;
  next?: string | undefined;
}

interface Read {
  verdict?: string;
  reason?: string;
  inputs?: { replay?: unknown };
  evidence?: {
    release?: { segments?: (Said & { evidence?: unknown })[] };
    watch?: { replay?: unknown; next?: string };
  };
}

/** How the replay of one recording differs from what was said. Undefined if nothing differs, or nothing was recorded whole. */
function difference(report: unknown, said: Said): string | undefined {
  const recording = recordingIn(report) as { steps?: unknown } | undefined;
  if (!recording?.steps) return undefined;
  const parsed = readReplay(recording);
  if ('problems' in parsed) return `The recording is wrong: ${parsed.problems.join('; ')}`;
  const { verdict, reason, next } = replayWatch(parsed.replay.steps ?? [], {});
  const same =
    verdict === said.verdict && reason === said.reason && (said.next === undefined || next === said.next);
  return same
    ? undefined
    : `Replayed: ${verdict}, ${next}, ${reason} But it was said: ${said.verdict}, ${said.next}, ${said.reason}`;
}

/**
 * Replays every watch of a report, as the report would stand in a file: that of a release after each of its steps, since
 * each step has decided. Returns what differs in verdict, reason or next step. Reports of a replay are left alone.
 */
export function replayDifferences(report: unknown, next?: string): string[] {
  const read = JSON.parse(JSON.stringify(report ?? {})) as Read;
  if (read.inputs?.replay !== undefined) return [];
  const { release, watch } = read.evidence ?? {};
  const found = (release?.segments ?? []).map((segment, i, segments) =>
    segment.evidence === undefined
      ? undefined
      : difference({ evidence: { release: { segments: segments.slice(0, i + 1) } } }, segment),
  );
  if (watch?.replay !== undefined && read.verdict !== undefined && read.reason !== undefined)
    found.push(difference(read, { verdict: read.verdict, reason: read.reason, next }));
  return found.filter((text) => text !== undefined);
}

/** Throws if a watch of this report would be judged otherwise from its recording. */
export function checkReplay(report: unknown, next?: string): void {
  const found = replayDifferences(report, next);
  if (found.length > 0) throw new Error(found.join('\n'));
}
