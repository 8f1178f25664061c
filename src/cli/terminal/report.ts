import type { Finding } from '../../domain/findings/finding.ts';
import { type InputProblem, inputProblemText } from '../../domain/report/input-problem.ts';
import type { ErrorRecord, Report } from '../../domain/report/report.ts';
import { verdictWord } from '../../domain/report/words.ts';
import { logText } from '../../domain/text/safe-text.ts';
import { flagName, withFlags } from '../words/flag-names.ts';
import type { Terminal } from './terminal.ts';
import { wrap } from './wrap.ts';

type Face = Pick<Terminal, 'style' | 'width' | 'flags'>;

/** A report of an action for a terminal: errors and findings with their repairs, then the verdict in the last line. */
export function reportText(report: Report, face: Face): string {
  const blocks = [
    ...report.errors.map((error) => errorText(error, report.evidence.problems, face)),
    ...findingsText(report.findings, face),
  ];
  if (report.errors.length === 0) blocks.push(verdictLine(report, face));
  return blocks.join('\n\n');
}

export function verdictLine(report: Report, { style, width, flags }: Face): string {
  const good = report.verdict === 'pass' || report.outcome === 'promoted';
  const colour = good ? style.green : report.verdict === 'fail' ? style.red : style.yellow;
  const mark = good ? '✓' : report.verdict === 'fail' ? '✗' : '!';
  return wrap(`${colour(`${mark} ${verdictWord(report)}:`)} ${plain(report.reason, flags)}`, width, '  ');
}

/** The findings, the worst first. Commands stand alone in their lines and are never broken, so that they can be copied. */
export function findingsText(findings: readonly Finding[], face: Face): string[] {
  const order = ['critical', 'high', 'medium', 'low', 'info'];
  return [...findings]
    .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
    .map((finding) => findingText(finding, face));
}

function findingText({ severity, title, why, fix, commands, file, line }: Finding, face: Face): string {
  const { style, width, flags } = face;
  const grave = severity === 'critical' || severity === 'high';
  const colour = grave ? style.red : severity === 'info' ? style.cyan : style.yellow;
  const place = file === undefined ? '' : `${logText(file, 4000)}${line === undefined ? '' : `:${line}`}: `;
  return [
    wrap(`${colour(severity)}: ${place}${plain(title, flags)}`, width, '  '),
    ...more(why, fix, commands, face),
  ].join('\n');
}

/** An error with its reason, its repair and its page. `problems` are those of the inputs. */
export function errorText(
  error: ErrorRecord,
  problems: readonly InputProblem[] | undefined,
  face: Face,
): string {
  const { style, width, flags: known } = face;
  const lines = problems?.length
    ? problems.map(({ inputs, problem }) => {
        const flags = inputs.map(flagName);
        return `${style.red('error:')} ${plain(inputProblemText({ inputs: flags, problem }), known)}`;
      })
    : [`${style.red('error:')} ${plain(error.what, known)}`];
  return [
    ...lines.map((text) => wrap(text, width, '  ')),
    ...more(error.why, error.code === 'input-invalid' ? undefined : error.fix, error.commands, face),
    ...(error.page && error.code !== 'input-invalid' ? [`  ${error.page}`] : []),
  ].join('\n');
}

function more(
  why: string | undefined,
  fix: string | undefined,
  commands: readonly string[] | undefined,
  { width, flags }: Face,
): string[] {
  const indented = (text: string) => `  ${wrap(plain(text, flags), width - 2, '  ')}`;
  return [
    ...(why ? [indented(why)] : []),
    ...(fix ? [indented(fix)] : []),
    ...(commands ?? []).flatMap((command) => command.split('\n').map((line) => `    ${logText(line, 4000)}`)),
  ];
}

/** Text of others is made harmless: it may hold the codes of a terminal. Inputs are named by their flags. */
const plain = (text: string, flags: readonly string[]): string => withFlags(logText(text, 4000), flags);
