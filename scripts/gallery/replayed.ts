import { readReplay, recordingIn } from '../../src/domain/watch/replay/replay.ts';
import { replayWatch } from '../../src/steps/watch/replay.ts';

/** Replays the watches of a release's report. Throws if their verdict or reason differs from the release's. */
export function checkReplay(report: unknown): void {
  const { evidence } = (report ?? {}) as {
    evidence?: { release?: { segments?: { verdict: string; reason: string }[] } };
  };
  const said = evidence?.release?.segments?.at(-1);
  const recording = recordingIn(report) as { steps?: unknown } | undefined;
  if (!said || !recording?.steps) return;
  const parsed = readReplay(recording);
  if ('problems' in parsed) throw new Error(`The recording is wrong: ${parsed.problems.join('; ')}`);
  const again = replayWatch(parsed.replay.steps ?? [], {});
  if (again.verdict !== said.verdict || again.reason !== said.reason)
    throw new Error(
      `Replayed: ${again.verdict}, ${again.reason} But the release said: ${said.verdict}, ${said.reason}`,
    );
}
