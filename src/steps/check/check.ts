import type { CheckEvidence, FailOn } from '../../domain/check/evidence.ts';
import { findingOf, fingerprintOf } from '../../domain/check/evidence.ts';
import { type Facts, factsOf, newCache } from '../../domain/check/facts/facts.ts';
import { isTerraform } from '../../domain/check/facts/kinds.ts';
import type { Repository } from '../../domain/check/files/repository.ts';
import { applyFixes, type Fixed } from '../../domain/check/fix/apply.ts';
import { unifiedDiff } from '../../domain/check/fix/diff.ts';
import { type CheckResult, judgeCommit } from '../../domain/check/judge/judge.ts';
import { coreRules, type RuleSet } from '../../domain/check/rules/core.ts';
import type { Identity } from '../../domain/check/rules/wif/claims.ts';
import { counts, verdictOf } from '../../domain/check/verdict.ts';
import type { Finding, Severity } from '../../domain/findings/finding.ts';
import type { Verdict } from '../../domain/findings/verdict.ts';
import { sloFile, suiteFile } from '../../domain/product.ts';
import type { Log } from '../ports/log.ts';
import type { Trees } from './ports.ts';

export interface CheckRequest {
  /** The commit, branch or tag to compare with. Undefined: every finding counts as new. */
  base: string | undefined;
  failOn: FailOn;
  failSeverity: Severity;
  /** ISO day. */
  today: string;
  identity: Identity;
  /** Applies the fixes to the working copy. */
  fix?: boolean;
}

export interface CheckOutcome {
  verdict: Verdict;
  reason: string;
  findings: Finding[];
  evidence: CheckEvidence;
  /** Files that the fixes changed. */
  fixed: { file: string; count: number }[];
}

const mostShown = 1000;

/** Reads both commits, judges them, and applies the fixes if asked for. */
export async function check(ports: { trees: Trees; log: Log }, request: CheckRequest): Promise<CheckOutcome> {
  const { trees, log } = ports;
  const { base: wanted, failOn, failSeverity: severity } = request;
  const cache = newCache();
  let head = factsOf(trees.head(), request.today, cache);
  const read = wanted === undefined ? undefined : trees.base(wanted);
  const base = read && 'repository' in read ? factsOf(read.repository, request.today, cache) : undefined;
  const problem = read && 'problem' in read ? read.problem : undefined;
  if (problem)
    log.warning(`The change is compared with nothing, so every finding counts as new: ${problem}.`);
  const rules = await rulesFor(head, base, request.identity);
  let result = judgeCommit(head, base, rules);
  let fixes = applyFixes(result.found, head.repository.text);
  const fixed: CheckOutcome['fixed'] = [];
  // A fix can make room for the next one, as a login without a key needs a permission.
  for (let turn = 0; request.fix && fixes.length > 0 && turn < 5; turn++) {
    for (const { file, after, fixed: count } of fixes) {
      trees.write(file, after);
      fixed.push({ file, count });
    }
    head = factsOf(trees.head(), request.today, cache);
    result = judgeCommit(head, base, rules);
    fixes = applyFixes(result.found, head.repository.text);
  }
  const threshold = { failOn, severity };
  const files = readFiles(head.repository);
  return {
    ...verdictOf(result.found, threshold, files, base !== undefined),
    findings: result.found.slice(0, mostShown).map(findingOf),
    evidence: evidenceOf(head, result, fixes, {
      ...{ base: read && 'commit' in read ? read.commit : undefined, base_problem: problem },
      ...{ fail_on: failOn, fail_severity: severity, files },
      counts: (one) => counts(one, threshold),
    }),
    fixed,
  };
}

const readFiles = ({ paths, text }: Repository): number =>
  paths.filter((path) => text(path) !== undefined).length;

/** CEL and the schemas are loaded only if a file needs them, because they take longer to load than most checks run. */
async function rulesFor(head: Facts, base: Facts | undefined, identity: Identity): Promise<RuleSet> {
  const all = [head.repository, ...(base ? [base.repository] : [])];
  const pool = /workload[-_]?identity[-_]?pool|principalSet:|project_iam_|projects add-iam-policy-binding/i;
  const needsIdentity = all.some(({ paths, text }) =>
    paths.some(
      (path) =>
        (isTerraform(path) || /\.(ya?ml|sh|mk|json)$|akefile$/.test(path)) && pool.test(text(path) ?? ''),
    ),
  );
  const needsFiles =
    all.some(({ paths }) => paths.some((path) => path.endsWith(suiteFile) || path.endsWith(sloFile))) ||
    head.steps.some((step) => step.with.has('suite') || step.with.has('slo_file'));
  return {
    ...coreRules,
    ...(needsIdentity ? (await import('../../domain/check/rules/identity.ts')).identityRules(identity) : {}),
    ...(needsFiles ? (await import('../../domain/check/rules/files.ts')).fileRules : {}),
  };
}

function evidenceOf(
  head: Facts,
  { found, unknown, silenced }: CheckResult,
  fixes: readonly Fixed[],
  rest: Pick<CheckEvidence, 'base' | 'base_problem' | 'fail_on' | 'fail_severity' | 'files'> & {
    counts: (one: CheckResult['found'][number]) => boolean;
  },
): CheckEvidence {
  const { counts: fails, ...known } = rest;
  return {
    ...known,
    found: found.slice(0, mostShown).map((one) => ({
      rule: one.rule,
      severity: one.severity,
      confidence: one.confidence,
      is_new: one.isNew,
      counts: fails(one),
      fingerprint: fingerprintOf(one),
      ...one.at,
      has_fix: (one.edits ?? []).length > 0,
    })),
    unknown: unknown
      .slice(0, 200)
      .map(({ rule, at, what }) => ({ rule, file: at.file, line: at.line, what })),
    silenced: silenced
      .slice(0, 200)
      .map(({ found: one, reason }) => ({ rule: one.rule, file: one.at.file, line: one.at.line, reason })),
    unread: [...head.refused()].slice(0, 200),
    diffs: fixes
      .slice(0, 50)
      .map(({ file, before, after }) => ({ file, diff: unifiedDiff(file, before, after) })),
    linters: ['zizmor', 'actionlint'].filter((name) =>
      head.steps.some((step) => step.uses?.name.includes(name) || step.run?.text.includes(name)),
    ),
  };
}
