import type { Confusion } from '../../ocr/score.ts';
import { diffText, textDiff } from '../../ocr/text-diff.ts';
import { defaultPolicy } from '../../ocr/units.ts';
import type { View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { points } from '../../smoke/champion/compare.ts';
import { mostFailures, mostOthers } from '../../smoke/results/limits.ts';
import type { CaseResult, SmokeEvidence } from '../../smoke/results/result.ts';
import type { SuiteProblem } from '../../smoke/suite/suite.ts';
import { thresholdsText } from '../../smoke/thresholds.ts';
import { codeBlock, codeSpan, markdownText } from '../../text/safe-text.ts';

/** How many failing cases are shown in full. The rest are in the report. */
const mostPasses = 100;

const percent = (rate: number) => `${(rate * 100).toFixed(2)} %`;
const milliseconds = (value: number) => `${Math.round(value)} ms`;
const icons = { passed: '✅', failed: '❌', error: '⚠️', skipped: '⏭️' } as const;

const shownUnit = (unit: string) => (unit === '' ? 'nothing' : unit === ' ' ? 'a space' : codeSpan(unit, 20));
const confusionWords = (confusions: readonly Confusion[]) =>
  confusions
    .map(
      ({ expected, recognised, count }) =>
        `${shownUnit(expected)} read as ${shownUnit(recognised)}${count > 1 ? ` (${count} times)` : ''}`,
    )
    .join(', ');

function scoreLine({ score }: CaseResult): string[] {
  if (!score || score.length === 0) return [];
  const parts = [
    `CER ${percent(score.cer)}`,
    `WER ${percent(score.wer)}`,
    `${score.substitutions} replaced, ${score.deletions} missing, ${score.insertions} added of ${score.length}`,
  ];
  if (score.whitespace === 'ignore') parts.push(`with spaces ${percent(score.spacedCer)}`);
  if (Math.abs(score.jamoCer - score.cer) > 0.0001) parts.push(`by Hangul letters ${percent(score.jamoCer)}`);
  return ['', `<sub>${parts.join(' · ')}</sub>`];
}

function failure(result: CaseResult, file: string): string[] {
  const lines = [`#### ${icons[result.status]} ${markdownText(result.name, 200)}`, ''];
  for (const { what } of result.failures) lines.push(`- ${markdownText(what, 600)}`);
  if (result.failures.length === 0) lines.push(`- ${markdownText(result.note ?? 'Not run.', 600)}`);
  if (
    result.score &&
    result.score.distance > 0 &&
    result.expected !== undefined &&
    result.recognised !== undefined
  ) {
    const policy = { ...defaultPolicy, ...result.policy, whitespace: result.score.whitespace };
    lines.push('', codeBlock(diffText(textDiff(result.expected, result.recognised, policy)), 'diff'));
    const { confusions } = result.score;
    if (confusions.length > 0) lines.push('', `Most often: ${confusionWords(confusions)}.`);
  } else if (result.recognised !== undefined && result.failures.length > 0)
    lines.push('', 'Recognised:', '', codeBlock(result.recognised || '(nothing)', 'text', 1000));
  const attempts = result.attempts.length > 1 ? ` · attempts: ${result.attempts.join(', ')}` : '';
  return [
    ...lines,
    ...scoreLine(result),
    '',
    `<sub>${codeSpan(`${file}:${result.place.line}`)}${attempts}</sub>`,
    '',
  ];
}

function row(result: CaseResult): string {
  const cer = result.score && result.score.length > 0 ? percent(result.score.cer) : '';
  const note = result.flaky ? `flaky: ${result.attempts.join(', ')}` : (result.note ?? '');
  return `| ${icons[result.status]} ${markdownText(result.name, 100)} | ${cer} | ${result.status === 'skipped' ? '' : milliseconds(result.milliseconds)} | ${markdownText(note, 200)} |`;
}

/** The comparison with the revision that serves: both rates, the difference with its interval, and the images that are read worse. */
function championTable(found: NonNullable<SmokeEvidence['champion']>): string[] {
  const {
    revision,
    images,
    left,
    candidate,
    champion,
    difference,
    low,
    high,
    allowed,
    worse,
    better,
    enough,
  } = found;
  const words = {
    pass: '✅ no worse than allowed',
    fail: '❌ worse',
    inconclusive: '⚠️ too few images to tell',
  };
  if (images === 0)
    return [
      `#### Beside ${codeSpan(revision, 100)}: ⚠️ nothing to compare`,
      '',
      `No image was read by both revisions, ${left} left out.`,
      '',
    ];
  const lines = [
    `#### Beside ${codeSpan(revision, 100)}: ${words[found.verdict]}`,
    '',
    '| same images | this revision | champion | more errors, in points | allowed |',
    '|--:|--:|--:|:--|--:|',
    `| ${images}${left > 0 ? `, ${left} left out` : ''} | CER ${percent(candidate)} | CER ${percent(champion)} | ${points(difference)} (90 %: ${points(low)} to ${points(high)}) | ${points(allowed)} |`,
    '',
    `<sub>read worse: ${worse}, better: ${better}, alike: ${images - worse - better}${enough === undefined ? '' : ` · about ${enough} images like these would be enough`}</sub>`,
    '',
  ];
  if (found.worst.length === 0) return lines;
  const rows = found.worst.map(
    (pair) => `| ${markdownText(pair.name, 100)} | ${percent(pair.candidate)} | ${percent(pair.champion)} |`,
  );
  return [...lines, '| read worse | this revision | champion |', '|:--|--:|--:|', ...rows, ''];
}

/** The smoke test's part of a job summary: failures open with a text diff, passes collapsed. */
export function smokeSummary(evidence: SmokeEvidence): string[] {
  const { results } = evidence;
  const bad = results.filter((result) => result.status === 'failed' || result.status === 'error');
  const rest = results.filter((result) => result.status === 'passed' || result.status === 'skipped');
  const passed = results.filter((result) => result.status === 'passed');
  const flaky = passed.filter((result) => result.flaky).length;
  const lines = [`### Smoke test: ${passed.length} of ${results.length} checks passed`, ''];
  const facts = [
    `${codeSpan(evidence.file)} on ${codeSpan(evidence.url)} in ${(evidence.milliseconds / 1000).toFixed(1)} s`,
  ];
  if (evidence.cer) facts.push(`CER ${percent(evidence.cer.micro)} of ${evidence.cer.characters} characters`);
  if (evidence.coldMs !== undefined) facts.push(`first answer ${milliseconds(evidence.coldMs)}`);
  const { latency } = evidence;
  if (latency)
    facts.push(
      `warm p50 ${milliseconds(latency.p50)}, p95 ${milliseconds(latency.p95)}, p99 ${milliseconds(latency.p99)} of ${latency.samples}`,
    );
  if (evidence.thresholds) facts.push(markdownText(thresholdsText(evidence.thresholds), 300));
  if (flaky > 0) facts.push(`⚠️ ${flaky} flaky`);
  lines.push(facts.join(' · '), '');
  if (evidence.champion) lines.push(...championTable(evidence.champion));
  for (const result of bad.slice(0, mostFailures)) lines.push(...failure(result, evidence.file));
  const others = bad.slice(mostFailures);
  if (others.length > 0) {
    const shown = others.slice(0, mostOthers).map((result) => {
      const what = result.failures.map((found) => found.what).join(' ') || (result.note ?? '');
      return `| ${icons[result.status]} ${markdownText(result.name, 100)} | ${markdownText(what, 300)} | ${result.place.line} |`;
    });
    lines.push(`${others.length} more:`, '', '| check | what is wrong | line |', '|:--|:--|--:|', ...shown);
    if (others.length > mostOthers) lines.push(`| ${others.length - mostOthers} more in the report | | |`);
    lines.push('');
  }
  if (rest.length > 0) {
    const skipped = rest.length - passed.length;
    lines.push(
      `<details><summary>${passed.length} passed${skipped > 0 ? `, ${skipped} skipped` : ''}</summary>`,
      '',
    );
    lines.push('| check | CER | time | |', '|:--|--:|--:|:--|', ...rest.slice(0, mostPasses).map(row));
    if (rest.length > mostPasses) lines.push(`| ${rest.length - mostPasses} more in the report | | | |`);
    lines.push('', '</details>', '');
  }
  return lines;
}

const mostProblems = 100;

/** Every problem of a suite that could not be used, one in a row. */
function suiteProblems(problems: readonly SuiteProblem[]): string {
  const lines = problems
    .slice(0, mostProblems)
    .map(
      ({ line, column, message, quoted }) =>
        `| ${line}:${column} | ${markdownText(message, 300)} | ${codeSpan(quoted.trim(), 100)} |`,
    );
  const rest = problems.length - lines.length;
  if (rest > 0) lines.push(`| | ${rest} more | |`);
  return ['### The suite cannot be used', '', '| line | problem | |', '|--:|:--|:--|', ...lines].join('\n');
}

/** The suite's problems if it could not be used. A single one is already in the report's reason. */
export function suiteSection({ evidence }: Report): string[] {
  const { suite } = evidence;
  return suite && suite.length > 1 ? [suiteProblems(suite)] : [];
}

const smokeSection = ({ evidence: { smoke } }: Report<'smoke-test'>) =>
  smoke ? [smokeSummary(smoke).join('\n')] : [];

export const smokeView: View<'smoke-test'> = { sections: [suiteSection, smokeSection] };
