import { elapsedText } from '../../text/numbers.ts';
import { atFull, type Shift, type WatchFacts } from '../../watch/evidence.ts';

/** The x axis that all charts of a watch share: time since the candidate's first traffic, with marks where its share changed. */
export interface WatchAxis {
  xTitle: string;
  xMin: number;
  xMax: number;
  marks: number[];
}

const number = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** The changes of the share that belong to the charts. At 100 % the charts begin with it. */
export const shiftsOf = (facts: WatchFacts): Shift[] =>
  (Array.isArray(facts.shifts) ? facts.shifts : []).filter(
    (shift) => number(shift?.seconds) && number(shift.share) && (!atFull(facts) || shift.share >= 1),
  );

/** Minutes from half an hour on, else seconds. */
export function axisOf(facts: WatchFacts, first: number, last: number): WatchAxis {
  const minutes = last - first >= 1800;
  const unit = minutes ? 60 : 1;
  return {
    xTitle: `${minutes ? 'minutes' : 'seconds'} since its first traffic`,
    xMin: first / unit,
    xMax: last / unit,
    marks: shiftsOf(facts).map(({ seconds }) => seconds / unit),
  };
}

/** `grey peak: 50 % from 14s`. Empty if no change of the share lies between the two times. */
export function marksText(facts: WatchFacts, first: number, last: number): string {
  const inside = shiftsOf(facts)
    .filter(({ seconds }) => seconds > first && seconds < last)
    .slice(0, 10);
  if (inside.length === 0) return '';
  const each = inside.map(
    ({ seconds, share }) => `${Math.round(1000 * share) / 10} % from ${elapsedText(seconds)}`,
  );
  return `grey peak${inside.length === 1 ? '' : 's'}: ${each.join(', ')}`;
}
