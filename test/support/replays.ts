import { deepStrictEqual } from 'node:assert';
import { replayDifferences } from '../../scripts/gallery/replayed.ts';
import { readReplay, recordingIn } from '../../src/domain/watch/replay/replay.ts';
import { replayWatch } from '../../src/steps/watch/replay.ts';

interface Judged {
  verdict: string;
  reason: string;
  next?: string;
  blame?: string | undefined;
}

/**
 * Replays a report as it would stand in a file, and expects what the watch said: the same verdict, reason and next step, for
 * every step of a release. Reports without a whole recording (no watch, or a replayed one written by hand) are left alone.
 */
export function expectReplay(report: unknown, judged?: Judged): void {
  if (judged === undefined) {
    deepStrictEqual(replayDifferences(report), []);
    return;
  }
  const recording = recordingIn(JSON.parse(JSON.stringify(report)));
  if (!(recording as { steps?: unknown } | null)?.steps) return;
  const parsed = readReplay(recording);
  if ('problems' in parsed) throw new Error(`The recording is wrong: ${parsed.problems.join('; ')}`);
  const { verdict, reason, next, blame } = replayWatch(parsed.replay.steps ?? [], {});
  // The sweep replays its reports too, and it runs without jest.
  deepStrictEqual({ verdict, reason }, { verdict: judged.verdict, reason: judged.reason });
  if (judged.next !== undefined) deepStrictEqual({ next, blame }, { next: judged.next, blame: judged.blame });
}
