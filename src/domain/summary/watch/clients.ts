import { type Answers, clientRate } from '../../evidence/answers.ts';
import { countText, percentText } from '../../text/numbers.ts';
import { oddsText } from '../../text/odds.ts';
import { codeSpan } from '../../text/safe-text.ts';
import { clientErrorsId } from '../../watch/clients/cells.ts';
import { type ClientFacts, refusedText } from '../../watch/clients/facts.ts';
import { compared, type WatchFacts } from '../../watch/evidence.ts';
import { kindTexts } from '../../watch/failures.ts';
import { failuresOf } from './failures.ts';

const cell = (answers: Answers | undefined) =>
  answers === undefined || answers.total === 0
    ? '-'
    : `${countText(answers.client)} of ${countText(answers.total)} (${percentText(clientRate(answers))})`;

/** How 4xx were judged, for the last column. */
function judgedText({ judged, decided, actsAt }: ClientFacts, beside: boolean): string {
  if (judged === 'count') return 'counted as errors';
  if (judged === 'ignore') return 'not judged';
  if (decided === 'mostly') return '❌ most answers for minutes';
  if (!beside || actsAt === undefined) return 'stops at most answers for minutes';
  return `${decided === 'worse' ? '❌ ' : ''}acts at ${oddsText(actsAt)}`;
}

/** What the watch saw of 4xx, and of requests that the front end refused. Empty if there were none of both. */
export function clientLines(facts: WatchFacts): string[] {
  const { clients } = facts;
  const refused = refusedText(facts.refused ?? []);
  const notes = refused === '' ? [] : [`<sub>Not counted: ${refused}.</sub>`, ''];
  const sums = clients ? [clients.candidate, clients.baseline, clients.alone] : [];
  if (!clients || sums.every((answers) => (answers?.client ?? 0) === 0)) return notes;
  const beside = compared(facts) || clients.decided === 'worse';
  const own = beside ? clients.candidate : (clients.alone ?? clients.candidate);
  const judged = judgedText(clients, beside);
  const rows = beside
    ? [
        '| answers of 4xx | new | old | limit |',
        '|:--|--:|--:|--:|',
        `| of all answers | ${cell(own)} | ${cell(clients.baseline)} | ${clients.odds === undefined ? judged : ''} |`,
        ...(clients.odds === undefined
          ? []
          : [`| odds the new one gives more | ${oddsText(clients.odds)} |  | ${judged} |`]),
      ]
    : [
        '| answers of 4xx | new | before | limit |',
        '|:--|--:|--:|--:|',
        `| of all answers | ${cell(own)} | ${clients.before === undefined ? 'not known' : percentText(clients.before)} | ${judged} |`,
      ];
  const kinds = kindTexts(failuresOf(facts, clientErrorsId), 5, (what) => codeSpan(what));
  const what = kinds.length > 0 ? [`4xx of the new revision: ${kinds.join(' · ')}`, ''] : [];
  return [...rows, '', ...what, ...notes];
}
