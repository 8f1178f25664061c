import type { CapacityEvidence } from '../../capacity/evidence.ts';
import { pointText } from '../../capacity/point.ts';
import { answerText, dollarsText, objectiveText, quantileText } from '../../capacity/sentences.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { nextStepLines } from '../next-step.ts';

const milliseconds = (value: number | undefined) => (value === undefined ? '-' : `${Math.round(value)} ms`);

function proposalLines({ changes, found, requests_per_second: rate }: CapacityEvidence): string[] {
  if (!found || changes.length === 0) return [];
  return [
    `To take the proposal, change these inputs of the release. At ${rate} requests a second it was measured, at no other rate.`,
    '',
    '```diff',
    ...changes.flatMap(({ input, from, to }) => [
      ...(from === undefined ? [] : [`- ${input}: ${from}`]),
      `+ ${input}: ${to}`,
    ]),
    '```',
    '',
  ];
}

function trialLines({ trials, objective }: CapacityEvidence): string[] {
  if (trials.length === 0) return [];
  const limit = objectiveText(objective);
  return [
    `| configuration | ${limit} | missed | p50 | ${quantileText(objective.quantile)} | per 1 000 requests |`,
    '|:--|:--|--:|--:|--:|--:|',
    ...trials.map((trial) => {
      const full = trial.full > 0 ? ` (${trial.full} × 429)` : '';
      const note = trial.note ? ` ${markdownText(trial.note, 200)}` : '';
      return `| ${pointText(trial.point)} | ${answerText(trial)}${note} | ${trial.misses} of ${trial.calls}${full} | ${milliseconds(trial.p50_ms)} | ${milliseconds(trial.objective_ms)} | ${dollarsText(trial.dollars_per_thousand)} |`;
    }),
    '',
  ];
}

function basisLines(evidence: CapacityEvidence): string[] {
  const { calls, max_calls: maxCalls, dollars, max_dollars: maxDollars, confidence, prices } = evidence;
  const image = evidence.image === undefined ? '' : ` of the image ${codeSpan(evidence.image)}`;
  return [
    `Measured on revisions at 0 %${image}, by ${calls} of at most ${maxCalls} calls, which cost at most ${dollarsText(dollars)} of ${dollarsText(maxDollars)}.`,
    `A configuration that breaks the objective is proposed with a chance of ${((1 - confidence) * 100).toFixed(0)} % at most, if calls miss independently of each other.`,
    `Prices are Google's of ${prices.date} (${prices.page}), with all instances busy all the time: the bill cannot be higher at that size.`,
    `The service: ${markdownText(evidence.put_back, 300)}.`,
    '',
  ];
}

function capacitySection({ evidence, findings }: Report<'capacity'>): string[] {
  const { capacity } = evidence;
  if (!capacity) return [];
  const told = findings.flatMap((finding) => [
    `- ${markdownText(finding.title, 600)}`,
    ...nextStepLines(finding),
  ]);
  return [
    proposalLines(capacity).join('\n'),
    trialLines(capacity).join('\n'),
    ...(told.length > 0 ? [[...told, ''].join('\n')] : []),
    basisLines(capacity).join('\n'),
  ];
}

export const capacityView: View<'capacity'> = { sections: [capacitySection] };
