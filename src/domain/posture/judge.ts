import type { Finding } from '../findings/finding.ts';
import { bySeverity, type Severity } from '../findings/rule.ts';
import type { Verdict } from '../findings/verdict.ts';
import { type Change, changesSince, type EarlierRow } from './changes.ts';
import { type Door, doorsOf } from './doors.ts';
import type { PostureFacts } from './facts.ts';
import { protections } from './protections.ts';
import { type MissingRole, missingRoles } from './roles.ts';
import type { Row } from './row.ts';

/** What makes the run fail. */
export interface FailOn {
  /** The mildest severity that fails. Undefined: none does. */
  severity: Severity | undefined;
  /** Something became worse since the earlier run. */
  change: boolean;
  /** A row could not be read. */
  unknown: boolean;
}

export interface PostureEvidence {
  rows: readonly Row[];
  doors: readonly Door[];
  roles: readonly MissingRole[];
  /** Undefined without an earlier report. */
  changes?: readonly Change[] | undefined;
  /** How many calls of Google's APIs the run made. */
  calls?: number | undefined;
}

export interface Posture {
  evidence: PostureEvidence;
  findings: Finding[];
  verdict: Verdict;
  /** One or two sentences. */
  reason: string;
}

const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];
const atLeast = (severity: Severity, least: Severity): boolean =>
  severities.indexOf(severity) <= severities.indexOf(least);

/** A hint is in the table alone: an alert of code scanning for it would hide the others. */
const findingsOf = (rows: readonly Row[]): Finding[] =>
  rows
    .flatMap(({ id, holes, call: shown }) =>
      holes
        .filter(({ severity }) => severity !== 'info')
        .map(
          ({ about, text, severity, fix, commands, call }): Finding => ({
            rule: id,
            about,
            severity,
            title: text,
            fix,
            commands,
            source: call ?? shown,
          }),
        ),
    )
    .sort(bySeverity);

const many = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;

function reasonOf(
  rows: readonly Row[],
  findings: readonly Finding[],
  changes: readonly Change[] | undefined,
): string {
  const count = (state: Row['state']) => rows.filter((row) => row.state === state).length;
  // A protection of which nobody says that it is needed is missing, and no reason to worry.
  const needed = rows.filter(
    ({ state, holes }) => state === 'absent' && holes.some(({ severity }) => severity !== 'info'),
  );
  const parts = [
    `${many(count('present'), 'protection holds', 'protections hold')}`,
    `${many(count('bypassable'), 'can be bypassed', 'can be bypassed')}`,
    `${many(needed.length, 'is missing', 'are missing')}`,
    ...(count('unknown') > 0 ? [`${many(count('unknown'), 'is unknown', 'are unknown')}`] : []),
  ];
  const [worst] = findings;
  const worse = changes?.filter(({ direction }) => direction === 'worse').length ?? 0;
  return [
    `${parts.join(', ')}.`,
    ...(worst ? [`Worst (${worst.severity}): ${worst.title}`] : []),
    ...(worse > 0 ? [`${many(worse, 'thing', 'things')} became worse since the last run.`] : []),
  ].join(' ');
}

/** The whole table from everything that was read. */
export function judgePosture(
  facts: PostureFacts,
  failOn: FailOn,
  earlier: readonly EarlierRow[] | undefined,
): Posture {
  const rows = protections.map(({ id, title, judge }): Row => ({ id, title, ...judge(facts) }));
  const findings = findingsOf(rows);
  const changes = earlier && changesSince(rows, earlier);
  const { severity: least } = failOn;
  const fails =
    (least !== undefined && findings.some(({ severity }) => atLeast(severity, least))) ||
    (failOn.change && changes?.some(({ direction }) => direction === 'worse') === true);
  const blind = failOn.unknown && rows.some(({ state }) => state === 'unknown');
  return {
    evidence: { rows, doors: doorsOf(facts, rows), roles: missingRoles(rows, facts), changes },
    findings,
    verdict: fails ? 'fail' : blind ? 'inconclusive' : 'pass',
    reason: reasonOf(rows, findings, changes),
  };
}
