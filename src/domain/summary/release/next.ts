import type { ReleaseFacts } from '../../release/facts.ts';
import { decidingSteps, watchFactsOf } from '../../release/segments.ts';
import type { Report } from '../../report/report.ts';
import { codeBlock, codeSpan, markdownText, proseText } from '../../text/safe-text.ts';
import { mainFailure } from '../watch/failures.ts';

/** What to do next: sentences or links, and commands. */
interface Next {
  texts: string[];
  /** To paste into a shell. */
  commands: string[];
}

function nextThing(report: Report<'release'>, facts: ReleaseFacts): Next {
  const fix =
    report.errors.find((error) => error.fix)?.fix ??
    report.findings.find(
      ({ severity, rule, fix: own }) =>
        own && (severity === 'critical' || rule === 'budget-exhausted' || rule === 'setting-not-put-back'),
    )?.fix;
  const { text, commands } = splitFix(fix ?? '');
  const own = ownNext(report, facts);
  const links =
    facts.candidate && report.verdict !== 'pass'
      ? [
          ...(facts.logs_url ? [`[Open the logs of the new revision](${facts.logs_url})`] : []),
          ...(facts.commit?.compare ? [`[Compare with the last good commit](${facts.commit.compare})`] : []),
        ]
      : [];
  if (facts.other_run_url) links.push(`[Open that run](${facts.other_run_url})`);
  const words = [linkedText(text), ...failedMost(report, facts), ...own.texts]
    .filter((part) => part !== '')
    .map(ended);
  const texts = [words.join(' '), links.join(' · ')].filter((part) => part !== '');
  return { texts, commands: [...commands, ...own.commands] };
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
  const named = [project, region, service, before].every(
    (name) => name !== undefined && /^[\w.:-]+$/.test(name),
  );
  const commands =
    named && !gone
      ? [
          '# back, by hand:',
          `gcloud run services update-traffic ${service} --project=${project} --region=${region} --to-revisions=${before}=100`,
        ]
      : [];
  return { texts, commands };
}

/** Splits a fix into its words and its commands. A command follows a colon, or begins a line of its own. */
function splitFix(fix: string): { text: string; commands: string[] } {
  const at = fix.search(/(?:^|[:\n]\s*)(?:gcloud|curl|npx) /);
  if (at < 0) return { text: fix, commands: [] };
  const rest = fix.slice(at).replace(/^[:\s]+/, '');
  const text = fix.slice(0, at).trim();
  return { text: text === '' ? '' : `${text}:`, commands: rest.split(/\n\s*/).slice(0, 6) };
}

const consoleUrl =
  /https:\/\/console\.cloud\.google\.com\/[A-Za-z0-9/._~;=?&%,:+-]{0,500}[A-Za-z0-9/_~=&%+-]/;

/** Text in which addresses of Google's console are links and backticks are code. Nothing else becomes markup. */
function linkedText(text: string): string {
  const found = consoleUrl.exec(text);
  if (!found) return proseText(text, 800);
  const [url] = found;
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + url.length);
  if (/^[^`\n]+: $/.test(before) && /^\.?$/.test(after))
    return `[${markdownText(before.slice(0, -2), 200)}](${url})`;
  return `${proseText(before, 800)}[console.cloud.google.com](${url})${linkedText(after)}`;
}

/** The end of the alert: what to do next, in words, links and commands to paste. Empty if there is nothing to do. */
export function nextLines(report: Report<'release'>, facts: ReleaseFacts): string[] {
  const { texts, commands } = nextThing(report, facts);
  if (texts.length === 0 && commands.length === 0) return [];
  const block = commands.length > 0 ? codeBlock(commands.join('\n'), 'sh').split('\n') : [];
  const shown = block.length > 0 ? ['>', ...block.map((line) => `> ${line}`)] : [];
  return ['>', `> **Next:** ${texts.join(' ')}`.trimEnd(), ...shown];
}
