import { expect } from '@jest/globals';
import { readReplay, recordingIn } from '../../src/domain/watch/replay/replay.ts';
import { replayWatch } from '../../src/steps/watch/replay.ts';

interface Judged {
  verdict: string;
  reason: string;
  next?: string;
  blame?: string | undefined;
}

/**
 * Replays a report as it would stand in a file, and expects what the watch said: the same verdict, reason and next step.
 * Reports without a whole recording (no watch, or a replayed one written by hand) are left alone.
 */
export function expectReplay(report: unknown, judged?: Judged): void {
  const recording = recordingIn(JSON.parse(JSON.stringify(report)));
  if (!(recording as { steps?: unknown } | null)?.steps) return;
  const parsed = readReplay(recording);
  if ('problems' in parsed) throw new Error(`The recording is wrong: ${parsed.problems.join('; ')}`);
  const said = judged ?? lastSegment(report);
  const again = replayWatch(parsed.replay.steps ?? [], {});
  const { verdict, reason, next, blame } = again;
  expect({ verdict, reason }).toEqual({ verdict: said?.verdict, reason: said?.reason });
  if (said?.next !== undefined) expect({ next, blame }).toEqual({ next: said.next, blame: said.blame });
}

function lastSegment(report: unknown): Judged | undefined {
  const { evidence } = report as { evidence?: { release?: { segments?: Judged[] } } };
  return evidence?.release?.segments?.at(-1) ?? (report as Judged);
}
