import { annotationsOf } from '../../domain/check/annotations.ts';
import { sarifOf } from '../../domain/check/sarif.ts';
import { version } from '../../domain/product.ts';
import { newReport } from '../../domain/report/report.ts';
import type { Action, Finished } from '../../runner/action.ts';
import { annotate } from '../../runner/annotate.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import { check as checkFiles } from '../../steps/check/check.ts';
import { readCheck } from './inputs.ts';
import { logResult } from './log-result.ts';
import { openTrees } from './trees.ts';

export const check: Action<'check'> = (context) => run(context, false);

/** The check of the command line, which can apply the fixes. */
export const checkWith =
  ({ fix }: { fix: boolean }): Action<'check'> =>
  (context) =>
    run(context, fix);

async function run(context: Context, fix: boolean): Promise<Finished<'check'>> {
  const { root, request } = readCheck(context);
  context.inputs.done();
  const { log, clock, env, secrets } = context;
  const started = clock.steady();
  const outcome = await checkFiles({ trees: openTrees(root, env), log }, { ...request, fix });
  // On a terminal, the result itself shows the findings.
  if (!context.onTerminal) logResult(log, outcome);
  for (const { file, count } of outcome.fixed) log.line(`Fixed ${count} in ${file}.`);
  const report = newReport('check');
  report.inputs = context.inputs.given;
  report.verdict = outcome.verdict;
  report.reason = outcome.reason;
  report.findings = outcome.findings;
  report.evidence.check = outcome.evidence;
  report.timings.push(timingOf(context, 'check', started, outcome.verdict));
  // A command has no run whose page could show them.
  if (env.GITHUB_ACTIONS) await annotate(annotationsOf(outcome.evidence, outcome.findings), context);
  const safe = secrets.redactAll(report);
  const sarif = sarifOf(safe.evidence.check ?? outcome.evidence, safe.findings, version);
  return {
    report,
    view: async () => (await import('../../domain/summary/check/section.ts')).checkView,
    outputs: {
      new: outcome.evidence.found.filter((one) => one.is_new).length,
      found: outcome.evidence.found.length,
    },
    files: { sarif: { name: `check-${process.pid}.sarif`, text: `${JSON.stringify(sarif, null, 2)}\n` } },
  };
}
