import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { smokeRules } from '../../domain/findings/rules/smoke.ts';
import { type ActionName, newReport } from '../../domain/report/report.ts';
import { annotationsOf } from '../../domain/smoke/results/annotations.ts';
import type { Finished } from '../../runner/action.ts';
import { annotate } from '../../runner/annotate.ts';
import type { Context } from '../../runner/context.ts';
import { readSuite, SuiteError } from '../../steps/smoke/read-suite.ts';
import { suiteFiles } from './suite-files.ts';

/**
 * Reads all suites before anything is built or sent, so that a mistake in one is reported at once. Undefined if all of
 * them can be used.
 */
export async function checkSuites<Name extends ActionName>(
  context: Context,
  action: Name,
  suites: readonly (string | undefined)[],
): Promise<Finished<Name> | undefined> {
  const files = suiteFiles(context.env.GITHUB_WORKSPACE || '.');
  for (const suite of new Set(suites)) {
    if (suite === undefined) continue;
    try {
      await readSuite({ files }, suite);
    } catch (error) {
      if (error instanceof SuiteError) return suiteProblems(error, context, action);
      throw error;
    }
  }
  return undefined;
}

/** The end of a job whose suite cannot be used: an annotation for every problem at its place, and the report. */
async function suiteProblems<Name extends ActionName>(
  error: SuiteError,
  context: Context,
  action: Name,
): Promise<Finished<Name>> {
  const findings: Finding[] = error.problems.map((problem) => ({
    ...ofRule(smokeRules, 'smoke-suite'),
    title: smokeRules['smoke-suite'].title,
    why: `${problem.message} [${problem.quoted.trim()}]`,
    file: error.file,
    line: problem.line,
    column: problem.column,
  }));
  await annotate(annotationsOf(context.secrets.redactAll(findings)), context);
  for (const problem of error.problems.slice(0, 50))
    context.log.line(`${error.file}:${problem.line}:${problem.column}: ${problem.message}`);
  const report = newReport(action);
  report.inputs = context.inputs.given;
  report.findings = findings;
  const [first] = error.problems;
  const more = error.problems.length - 1;
  report.reason =
    more > 0 && first
      ? `${error.file} has ${more + 1} problems. The first is at line ${first.line}: ${first.message}`
      : error.what;
  report.evidence.suite = error.problems;
  const { code, why, fix, commands } = error;
  report.errors.push({ code, what: report.reason, why, fix, commands });
  const view = async () => ({
    sections: [(await import('../../domain/summary/smoke/section.ts')).suiteSection],
  });
  return { report, view, annotate: false };
}
