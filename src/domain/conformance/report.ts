import { type Json, jsonText } from '../data/json.ts';
import { pageUrl, repositoryUrl, slug, version } from '../product.ts';
import { codeBlock, codeSpan, markdownText, proseText } from '../text/safe-text.ts';
import { spanText } from '../text/span.ts';
import { beliefs } from './catalog.ts';
import { evidenceLines, grouped } from './evidence-lines.ts';
import { arithmetic, dollarsText, planOf } from './plan.ts';
import { prices } from './prices.ts';
import { probes } from './probes.ts';
import type { Outcome, Settled } from './result.ts';
import { loginWorkflow } from './workflow.ts';

/** The report as data. The schema only grows. */
export function documentOf(outcome: Outcome) {
  const plan = planOf(outcome.probes.filter(({ skipped }) => !skipped).map(({ probe }) => probe));
  return {
    schema: `${slug}/conformance/v1`,
    version,
    ...outcome,
    cost: { currency: 'USD', prices: prices.date, lines: plan.cost, total: plan.dollars },
    settled: outcome.settled.map((one) => {
      const { belief, quirk, otherwise } = beliefs[one.belief];
      return { id: one.belief, statement: belief, quirk, otherwise, ...one };
    }),
  };
}

const of = ({ settled }: Outcome, verdict: Settled['verdict']) =>
  settled.filter((one) => one.verdict === verdict);

/** One sentence: what the run came to. */
export function headline(outcome: Outcome): string {
  const [wrong, holds, open] = [
    of(outcome, 'contradicted'),
    of(outcome, 'holds'),
    of(outcome, 'not settled'),
  ];
  const out = open.filter(({ leftOut }) => leftOut).length;
  const failed = outcome.probes.filter(({ failure }) => failure !== undefined).length;
  return [
    wrong.length > 0
      ? `${wrong.length} of our beliefs ${wrong.length === 1 ? 'is' : 'are'} contradicted: ${wrong.map(({ belief }) => belief).join(', ')}.`
      : 'Nothing is contradicted.',
    `Beliefs that hold: ${holds.length}; not settled: ${open.length - out}${out > 0 ? `; left out: ${out}` : ''}.`,
    ...(failed > 0 ? [`${failed} ${failed === 1 ? 'part' : 'parts'} of the run failed.`] : []),
    ...(outcome.left.length > 0 ? [`Throw-away resources left behind: ${outcome.left.length}.`] : []),
  ].join(' ');
}

/** The report for people, ready to be attached to an issue. */
export function markdownOf(outcome: Outcome): string {
  const [wrong, holds, open] = [
    of(outcome, 'contradicted'),
    of(outcome, 'holds'),
    of(outcome, 'not settled'),
  ];
  const plan = planOf(outcome.probes.filter(({ skipped }) => !skipped).map(({ probe }) => probe));
  const out = open.filter(({ leftOut }) => leftOut).map(({ belief }) => `\`${belief}\``);
  const lines = [
    '# Conformance: what Google Cloud does',
    '',
    `**${markdownText(headline(outcome), 2000)}**`,
    '',
    ...(outcome.against === 'sandbox'
      ? ['This run was made against the sandbox. It says nothing about Google Cloud.', '']
      : []),
    `${slug} ${version}, run \`${outcome.run}\` of ${outcome.startedAt.slice(0, 16).replace('T', ' ')} UTC in \`${outcome.region}\`, ${spanText(outcome.seconds)}, ${outcome.answers} answers of APIs. ` +
      `${outcome.removed} throw-away resources were removed. Estimated cost: ${dollarsText(plan.dollars)} US dollars. ` +
      `Names of project and people are replaced. Each id is explained on [the page of beliefs](${pageUrl('docs/understand/unverified.md')}).`,
    '',
    ...(wrong.length > 0 ? ['## Contradicted', '', ...wrong.flatMap(contradicted)] : []),
    ...leftLines(outcome),
    ...failureLines(outcome),
    '## Holds',
    '',
    '| belief | what was seen |',
    '|:--|:--|',
    ...holds.map(
      ({ belief, seen }) =>
        `| \`${belief}\`: ${proseText(beliefs[belief].belief, 900)} | ${seenText(seen)} |`,
    ),
    '',
    '## Not settled',
    '',
    '| belief | why |',
    '|:--|:--|',
    ...open
      .filter(({ leftOut }) => !leftOut)
      .map(
        ({ belief, why, seen }) =>
          `| \`${belief}\`: ${proseText(beliefs[belief].belief, 900)} | ${proseText(why ?? '', 700)}${Object.keys(seen).length > 0 ? ` ${seenText(seen)}` : ''} |`,
      ),
    '',
    ...(out.length > 0 ? [`This run was not asked about ${out.join(', ')}.`, ''] : []),
    ...workflowLines(outcome, open),
    '## What it cost',
    '',
    `List prices of ${prices.date} in US dollars, without what is free every month. Estimated, not measured.`,
    '',
    ...arithmetic(plan.cost).map((line) => `- ${line}`),
    '',
    '## Evidence',
    '',
    'The calls behind each verdict, with what was sent and the part of the answer that matters.',
    '',
    ...grouped(outcome.settled).flatMap(evidenceLines),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

const valueText = (value: Json): string => (typeof value === 'string' ? value : jsonText(value));
const seenText = (seen: Settled['seen']): string =>
  Object.entries(seen)
    .map(([what, value]) => `${markdownText(what)}: ${codeSpan(valueText(value), 300)}`)
    .join('<br>');

function contradicted({ belief, seen }: Settled): string[] {
  const { quirk, belief: statement, otherwise } = beliefs[belief];
  const change =
    quirk === undefined
      ? 'The sandbox has no switch for it: its code has to follow.'
      : `To have the sandbox do the same: \`npm run sandbox -- --quirk ${belief}=${!quirk}\`. The default is in \`sandbox/core/types.ts\`.`;
  return [
    `### ${belief}`,
    '',
    `**We believed.** ${proseText(statement, 900)}`,
    '',
    `**Seen.** ${seenText(seen)}`,
    '',
    `**What changes for users.** ${proseText(otherwise, 900)}`,
    '',
    `**What to do.** ${change} Please attach this report to [an issue](${repositoryUrl}/issues/new).`,
    '',
  ];
}

function leftLines({ left, project, region }: Outcome): string[] {
  if (left.length === 0) return [];
  return [
    '## Left behind',
    '',
    'These could not be removed. To try again:',
    '',
    codeBlock(`${slug} conformance --clean-up --project ${project} --region ${region} --yes`, 'sh'),
    '',
    ...left.map(({ name, why }) => `- ${codeSpan(name)}: ${markdownText(why)}`),
    '',
  ];
}

function failureLines({ probes: ends }: Outcome): string[] {
  const failed = ends.filter(({ failure }) => failure !== undefined);
  if (failed.length === 0) return [];
  return [
    '## Parts that did not come to their end',
    '',
    ...failed.map(
      ({ probe, failure = '' }) => `- ${probes[probe].title} (\`${probe}\`): ${markdownText(failure)}`,
    ),
    '',
  ];
}

function workflowLines({ project, region }: Outcome, open: readonly Settled[]): string[] {
  const login = open.some(({ belief }) => {
    const { settled } = beliefs[belief];
    return 'by' in settled && settled.by === 'login';
  });
  if (!login) return [];
  return [
    '## From GitHub',
    '',
    'The beliefs about the login need the token of a job. This workflow settles them. It changes nothing. Run it in a repository whose variable `WORKLOAD_IDENTITY_PROVIDER` names your provider:',
    '',
    codeBlock(loginWorkflow(project, region), 'yaml'),
    '',
  ];
}
