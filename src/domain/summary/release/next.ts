import { updateTraffic } from '../../data/commands.ts';
import { servicePath } from '../../data/resource-name.ts';
import type { RuleId } from '../../findings/catalog.ts';
import type { ReleaseFacts } from '../../release/facts.ts';
import { decidingSteps, watchFactsOf } from '../../release/segments.ts';
import { pageLink } from '../../report/render.ts';
import type { ErrorRecord, Report } from '../../report/report.ts';
import { commandLines } from '../../text/command-block.ts';
import { linkedText } from '../../text/linked-text.ts';
import { codeSpan } from '../../text/safe-text.ts';
import { mainFailure } from '../watch/failures.ts';

/** What to do next: sentences or links, and commands. */
interface Next {
  texts: string[];
  /** To paste into a shell. */
  commands: string[];
}

/** Findings that are not critical, and whose repair is still the next thing to do. */
const urgentRules: ReadonlySet<RuleId> = new Set([
  'alert-open',
  'alerts-unread',
  'budget-exhausted',
  'preflight-missing',
  'release-frozen',
  'setting-not-put-back',
  'smoke-unknown',
]);

const isRepairable = ({ fix, commands }: Pick<ErrorRecord, 'fix' | 'commands'>): boolean =>
  Boolean(fix || commands?.length);

function nextThing(report: Report<'release'>, facts: ReleaseFacts): Next {
  const repair =
    report.errors.find(isRepairable) ??
    report.findings.find(
      (finding) =>
        isRepairable(finding) && (finding.severity === 'critical' || urgentRules.has(finding.rule)),
    );
  const own = ownNext(report, facts);
  const links =
    facts.candidate && report.verdict !== 'pass'
      ? [
          ...(facts.logs_url ? [`[Open the logs of the new revision](${facts.logs_url})`] : []),
          ...(facts.commit?.compare ? [`[Compare with the last good commit](${facts.commit.compare})`] : []),
        ]
      : [];
  if (facts.other_run_url) links.push(`[Open that run](${facts.other_run_url})`);
  const words = [linkedText(repair?.fix ?? ''), ...failedMost(report, facts), ...own.texts]
    .filter((part) => part !== '')
    .map(ended);
  const texts = [words.join(' '), links.join(' · ')].filter((part) => part !== '');
  return { texts, commands: [...(repair?.commands ?? []).slice(0, 20), ...own.commands] };
}

/** What most failures have in common, if a watch did not pass. That is the first place to look. */
function failedMost(report: Report<'release'>, facts: ReleaseFacts): string[] {
  if (report.verdict === 'pass') return [];
  const decided = decidingSteps(facts);
  if (!decided || decided.segment.verdict === 'pass') return [];
  const main = mainFailure(decided.watch);
  return main ? [main] : [];
}

/** Ends a sentence with a full stop, unless it leads to a command or is nothing but a link. */
const ended = (text: string): string => (/[.:!?]$|^\[[^\]]*\]\([^)]*\)$/.test(text) ? text : `${text}.`);

const only = (text: string): Next => ({ texts: [text], commands: [] });

function ownNext(report: Report<'release'>, facts: ReleaseFacts): Next {
  if (report.outcome === 'held') return decide(report, facts);
  if (report.outcome === 'yielded') return only('Run this job again when that release has ended');
  if (report.outcome === 'superseded')
    return only('The traffic stays as it was set. Run this job again to release');
  return { texts: [], commands: [] };
}

/** A held release waits for a person. The shell command is for someone who cannot start a workflow. */
function decide(
  report: Report<'release'>,
  { before, before_gone: gone, candidate, segments }: ReleaseFacts,
): Next {
  const { project, region, service } = report.target;
  const last = segments.at(-1);
  const platform = last !== undefined && watchFactsOf(last)?.blame === 'platform';
  const back = before ? `goes back to ${codeSpan(before)}` : 'takes it back';
  const forth = candidate
    ? `${codeSpan(`to: ${candidate}`)} gives it all of the traffic`
    : '`to: REVISION` sends everything to that revision';
  const role = last && watchFactsOf(last)?.missingRole;
  const texts = [
    ...(role ? [`Grant ${codeSpan(role)} to the identity of this job`] : []),
    ...(platform
      ? [
          "Look first at what both revisions depend on: a database, an API, the network, [Google Cloud's status](https://status.cloud.google.com)",
        ]
      : []),
    gone
      ? `Decide with \`actions/rollback\`: ${forth}; ${before ? codeSpan(before) : 'the revision before'} can no longer serve, so name another one if you want to go back`
      : `Decide with \`actions/rollback\`: \`to: before\` ${back}, ${forth}`,
  ];
  const commands =
    project && region && service && before && !gone
      ? ['# back, by hand:', updateTraffic(servicePath({ project, region, name: service }), { all: before })]
      : [];
  return { texts, commands };
}

/** The end of the alert: what to do next, in words, links and commands to paste. Empty if there is nothing to do. */
export function nextLines(report: Report<'release'>, facts: ReleaseFacts): string[] {
  const { texts, commands } = nextThing(report, facts);
  if (texts.length === 0 && commands.length === 0) return [];
  const page = report.errors.find(isRepairable);
  const more = page?.page ? ['>', `> ${pageLink(page)}`] : [];
  return ['>', `> **Next:** ${texts.join(' ')}`.trimEnd(), ...commandLines(commands, '> '), ...more];
}
