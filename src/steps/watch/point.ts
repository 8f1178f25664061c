import { addAnswers, noAnswers } from '../../domain/evidence/answers.ts';
import type { ClientCell } from '../../domain/evidence/client-test.ts';
import { addCounts, noCounts } from '../../domain/evidence/counts.ts';
import type { Decision } from '../../domain/evidence/decide.ts';
import type { Cell } from '../../domain/evidence/state.ts';
import type { Latencies } from '../../domain/watch/evidence.ts';
import { againstOf } from '../../domain/watch/live-line.ts';
import type { WatchPoint } from './evidence.ts';

/** What one look added, for the report. `horizon`: seconds since the first shift until when everything was seen. */
export function pointOf(
  look: {
    seconds: number;
    cells: readonly Cell[];
    decision: Decision;
    clients: { cells: readonly ClientCell[] } | undefined;
    latency?: Latencies | undefined;
  },
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
      const alone = at.full !== undefined;
      const breaks = { candidate: at.full ?? at.slo, baseline: alone ? undefined : at.beside };
      return { ...counts, against: againstOf(at), pass: at.pass, breaks };
    }),
    ...(look.clients ? { clients: answersOf(look.clients.cells) } : {}),
    ...(look.latency ? { latency: look.latency } : {}),
  };
}

function answersOf(cells: readonly ClientCell[]): WatchPoint['clients'] {
  const sums = { candidate: { ...noAnswers }, baseline: { ...noAnswers } };
  for (const cell of cells) {
    addAnswers(sums.candidate, cell.candidate);
    if (cell.baseline) addAnswers(sums.baseline, cell.baseline);
  }
  return sums;
}
