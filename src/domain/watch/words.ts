import { type Counts, rateOf } from '../evidence/counts.ts';
import { type Decision, passAt, platformAt, type Standing } from '../evidence/decide.ts';
import { actsAtText, oddsText } from '../evidence/odds.ts';

/** `1.28 %`, with as many digits as tell it from zero. */
export function percentText(rate: number | undefined): string {
  if (rate === undefined || Number.isNaN(rate)) return '-';
  const percent = rate * 100;
  if (percent === 0) return '0 %';
  return `${percent.toFixed(percent >= 10 ? 1 : percent >= 0.1 ? 2 : 3)} %`;
}

/** `2 880`: thousands apart, no locale. */
export function countText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** `3m12s`, as the log writes time. */
export function elapsedText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  if (minutes === 0) return `${whole}s`;
  const rest = whole % 60;
  return minutes < 60
    ? `${minutes}m${String(rest).padStart(2, '0')}s`
    : `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}

/** The evidence that decides in this phase, as the log shows it. */
export function againstOf(at: Standing): number {
  return at.full ?? at.base;
}

const arm = (name: string, counts: Counts) =>
  `${name} ${countText(counts.total)} req ${percentText(rateOf(counts))}`;

/** From half of the odds that hold the share on, a look shows that both revisions break the objective. */
const bothAt = Math.log(platformAt / 2);

/**
 * `new 1204 req 0.92 %   old 1198 req 0.17 %   limit 0.50 %   odds it is worse 9 to 1 (acts at 2 000 to 1), it keeps the
 * objective 0.1 to 1 (passes at 20 to 1)   seen to 1m50s`: what is known, how far it is from each end, and until when.
 */
export function pollText(line: {
  candidate: Counts;
  baseline: Counts | undefined;
  limit: number;
  standing: Standing;
  alpha: number;
  /** Seconds of this share that the source has seen; undefined before its first answer. */
  seenTo: number | undefined;
  /** Who decides, where that is a classical rule. */
  rule?: string | undefined;
}): string {
  const { standing, baseline, seenTo, rule } = line;
  const against = `odds ${baseline ? 'it is worse ' : ''}${oddsText(againstOf(standing))} (acts at ${actsAtText(line.alpha)})`;
  const well = `it keeps the objective ${oddsText(standing.pass)} (passes at ${actsAtText(1 / passAt)})`;
  const both = baseline ? Math.min(standing.slo, standing.beside) : Number.NEGATIVE_INFINITY;
  return [
    arm('new', line.candidate),
    ...(baseline ? [arm('old', baseline)] : []),
    `limit ${percentText(line.limit)}`,
    rule === undefined ? `${against}, ${well}` : `the ${rule} rule decides`,
    ...(both >= bothAt ? [`both break the objective: odds ${oddsText(both)}`] : []),
    seenTo !== undefined && seenTo > 0 ? `seen to ${elapsedText(seenTo)}` : 'nothing seen yet',
  ].join('   ');
}

/** The worst test: the nearest to a rollback. */
export function worstOf(decision: Decision): number {
  let worst = 0;
  decision.standings.forEach((at, i) => {
    if (againstOf(at) > againstOf(decision.standings[worst] as Standing)) worst = i;
  });
  return decision.test ?? worst;
}
