import type { Finding } from '../findings/finding.ts';
import { ofRule } from '../findings/of-rule.ts';
import { preflightRules } from '../findings/rules/preflight.ts';
import type { Verdict } from '../findings/verdict.ts';
import { capital } from '../text/sentence.ts';
import { commandBlock } from './commands.ts';
import { listsApis } from './permissions.ts';
import { type CheckRow, missingOf, type PreflightTarget } from './row.ts';
import { needText, remedyText, rowText } from './text.ts';

export interface PreflightJudgement {
  /** `fail`: something is missing without which a later stage fails. */
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  /** What will not be checked, or not be possible. One sentence each. */
  warnings: string[];
}

const things = (count: number) => (count === 1 ? 'one thing' : `${count} things`);

/** The list of what is missing, with one block of commands, and the warnings. */
export function judgePreflight(
  rows: readonly CheckRow[],
  target: PreflightTarget,
  mode: 'stop' | 'warn',
): PreflightJudgement {
  const stops = missingOf(rows, 'stop');
  const warns = missingOf(rows, 'warn');
  // Without the right to list APIs, the warning about that right says why none of them could be tried.
  const told = warns.some(({ need }) => need.kind === 'permission' && need.permission === listsApis);
  const unknown = rows.filter(
    ({ state, weight, need }) => state === 'unknown' && weight === 'stop' && !(told && need.kind === 'api'),
  );
  const findings = [
    ...(stops.length > 0 ? [missingFinding(stops, warns, target)] : []),
    ...warns.map((row) => optionalFinding(row, target)),
    ...(unknown.length > 0 ? [uncheckedFinding(unknown, target)] : []),
  ];
  const warnings = warns.map((row) => `Missing: ${rowText(row, target)}`);
  if (stops.length === 0) {
    const tried = rows.length - unknown.length;
    const rest = unknown.length > 0 ? `, ${unknown.length} could not be tried` : '';
    return { verdict: 'pass', reason: `${tried} of ${rows.length} checks${rest}`, findings, warnings };
  }
  const reason = listText(stops, target);
  if (mode === 'warn')
    return { verdict: 'inconclusive', reason, findings, warnings: [`${capital(reason)}.`, ...warnings] };
  return { verdict: 'fail', reason, findings, warnings };
}

/** Permissions by which nothing changes. */
const reads = /\.(get|list|search|view|read)\w*$/;
const mayChange = ({ need }: CheckRow): boolean => need.kind === 'permission' && !reads.test(need.permission);
/** A plan builds nothing, so it does not read what only a build reads. */
const isOfBuild = ({ need, stage }: CheckRow): boolean => need.kind === 'permission' && stage === 'Build';

/**
 * Judges for a plan, which changes nothing. An account that may change nothing at all is one for plans: that it lacks the permissions of a
 * deploy is no mistake, and to grant them would be one.
 */
export function judgePlan(
  rows: readonly CheckRow[],
  target: PreflightTarget,
  mode: 'stop' | 'warn',
): PreflightJudgement {
  const changes = rows.filter((row) => mayChange(row) && row.weight === 'stop' && row.state !== 'unknown');
  if (changes.length === 0 || changes.some(({ state }) => state === 'ok'))
    return judgePreflight(rows, target, mode);
  const rest = judgePreflight(
    rows.filter((row) => !mayChange(row) && !isOfBuild(row)),
    target,
    mode,
  );
  const account = target.member ?? 'the identity of this job';
  return {
    ...rest,
    findings: [
      ...rest.findings,
      {
        ...ofRule(preflightRules, 'preflight-reads-only'),
        title: `${capital(account)} may change nothing, as befits a plan. Whether the account that deploys has what it needs was not tried.`,
      },
    ],
  };
}

/** "two things are missing that … : (1) …; (2) …" */
function listText(stops: readonly CheckRow[], target: PreflightTarget): string {
  const items = stops.map(
    (row, index) =>
      `${stops.length > 1 ? `(${index + 1}) ` : ''}${needText(row.need, target)} (${row.stage.toLowerCase()})`,
  );
  return `${things(stops.length)} that a later stage needs ${stops.length === 1 ? 'is' : 'are'} missing: ${items.join('; ')}`;
}

function missingFinding(
  stops: readonly CheckRow[],
  warns: readonly CheckRow[],
  target: PreflightTarget,
): Finding {
  // The block repairs the warnings too, so that one visit to a shell is enough.
  const commands = commandBlock([...stops, ...warns], target);
  const remedies = [...new Set(stops.flatMap(({ need }) => fixOf(need)))];
  const member = target.member === undefined && stops.some(({ need }) => need.kind === 'permission');
  const words = [
    ...remedies,
    ...(member ? [`Grant ${rolesOf(stops).join(', ')} to the identity of this job.`] : []),
    ...(commands.length > 0
      ? ['A person who may change access can paste this block. Then run the job again:']
      : []),
  ];
  return {
    ...ofRule(preflightRules, 'preflight-missing'),
    title: `${capital(listText(stops, target))}.`,
    fix: words.join(' '),
    commands,
  };
}

/** A permission is repaired by its command; everything else has words of its own. */
const fixOf = (need: CheckRow['need']): string[] => {
  const text = need.kind === 'permission' ? undefined : remedyText(need);
  return text === undefined ? [] : [text];
};

const rolesOf = (rows: readonly CheckRow[]): string[] => [
  ...new Set(rows.flatMap(({ need }) => (need.kind === 'permission' ? [need.role] : []))),
];

function optionalFinding(row: CheckRow, target: PreflightTarget): Finding {
  const commands = commandBlock([row], target);
  const fix = row.need.kind === 'permission' ? undefined : remedyText(row.need);
  return {
    ...ofRule(preflightRules, 'preflight-optional'),
    about: [row.stage, needText(row.need, target)],
    title: `Missing: ${rowText(row, target)}`,
    fix: [fix, commands.length > 0 ? 'To change that:' : undefined].filter(Boolean).join(' ') || undefined,
    commands,
  };
}

function uncheckedFinding(rows: readonly CheckRow[], target: PreflightTarget): Finding {
  const what = rows.slice(0, 8).map(({ need }) => needText(need, target));
  const more = rows.length > what.length ? ` and ${rows.length - what.length} more` : '';
  const detail = rows.find((row) => row.detail)?.detail;
  return {
    ...ofRule(preflightRules, 'preflight-unchecked'),
    title: `Could not be tried before the first change: ${what.join('; ')}${more}.`,
    why: detail,
  };
}
