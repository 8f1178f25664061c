import { addCounts, noCounts } from '../../domain/evidence/counts.ts';
import type { Decision } from '../../domain/evidence/decide.ts';
import type { Cell } from '../../domain/evidence/state.ts';
import { againstOf } from '../../domain/watch/live-line.ts';
import type { WatchPoint } from './evidence.ts';

/** What one look added, for the report. `horizon`: seconds since the first shift until when everything was seen. */
export function pointOf(
  look: { seconds: number; cells: readonly Cell[]; decision: Decision },
  share: number,
  horizon: number,
): WatchPoint {
  return {
    seconds: Math.round(look.seconds * 10) / 10,
    share,
    horizon: Math.round(horizon * 10) / 10,
    tests: look.decision.standings.map((at, test) => {
      const counts = { candidate: { ...noCounts }, baseline: { ...noCounts } };
      for (const cell of look.cells) {
        if (cell.test !== test) continue;
        addCounts(counts.candidate, cell.candidate);
        if (cell.baseline) addCounts(counts.baseline, cell.baseline);
      }
      return { ...counts, against: againstOf(at), pass: at.pass };
    }),
  };
}
