import { type Answers, addAnswers, clientRate, noAnswers } from '../../evidence/answers.ts';
import { compared, type WatchFacts } from '../../watch/evidence.ts';
import { lineChart } from '../charts/lines.ts';
import { blue, red } from '../charts/text.ts';
import { axisOf, marksText } from './axis.ts';
import { fewestRequests } from './course.ts';

const mostPoints = 24;

interface AnswersSoFar {
  seconds: number;
  candidate: Answers;
  baseline: Answers;
}

/** The sums of answers at every look. Looks that told nothing about 4xx are left out. */
export function answersCourse(facts: WatchFacts): AnswersSoFar[] {
  const sums = { candidate: { ...noAnswers }, baseline: { ...noAnswers } };
  return facts.points.flatMap((point) => {
    const { clients, seconds } = point ?? {};
    if (!clients || typeof seconds !== 'number') return [];
    for (const arm of ['candidate', 'baseline'] as const)
      addAnswers(sums[arm], { ...noAnswers, ...clients[arm] });
    return [{ seconds, candidate: { ...sums.candidate }, baseline: { ...sums.baseline } }];
  });
}

/** The fraction of 4xx of both revisions over time. Empty if neither gave any, or with too few answers for a rate. */
export function clientChart(facts: WatchFacts): string[] {
  const course = answersCourse(facts);
  const last = course.at(-1);
  if (!last || last.candidate.client + last.baseline.client === 0) return [];
  const beside = compared(facts) && last.baseline.total >= fewestRequests;
  const telling = course.filter(
    ({ candidate, baseline }) =>
      candidate.total >= fewestRequests && (!beside || baseline.total >= fewestRequests),
  );
  const first = telling[0];
  const span = last.seconds - (first?.seconds ?? last.seconds);
  const count = Math.min(mostPoints, Math.floor(span) + 1);
  if (!first || count < 2) return [];
  const looks = Array.from({ length: count }, (_, i) => {
    const time = first.seconds + (i * span) / (count - 1);
    return i === count - 1 ? last : (telling.findLast(({ seconds }) => seconds <= time) ?? first);
  });
  const percents = (arm: 'candidate' | 'baseline') => looks.map((look) => 100 * clientRate(look[arm]));
  const series = [
    { color: red, values: percents('candidate') },
    ...(beside ? [{ color: blue, values: percents('baseline') }] : []),
  ];
  const chart = lineChart({
    title: 'Answers of 4xx in percent',
    text: 'Answers of 4xx in percent of all answers so far',
    ...axisOf(facts, first.seconds, last.seconds),
    yMax: Math.max(1, ...series.flatMap(({ values }) => values)),
    height: 300,
    series,
  });
  if (chart.length === 0) return [];
  const marks = marksText(facts, first.seconds, last.seconds);
  const legend = ['🟥 new revision', ...(beside ? ['🟦 old revision'] : []), ...(marks ? [marks] : [])];
  return [`**Answers of 4xx** in %, of all so far: ${legend.join(' · ')}`, '', ...chart];
}
