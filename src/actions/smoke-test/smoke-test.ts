import { newReport, type Report } from '../../domain/report/report.ts';
import { annotationsOf } from '../../domain/smoke/results/annotations.ts';
import type { Action, Finished } from '../../runner/action.ts';
import { annotate } from '../../runner/annotate.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import type { SmokeResult } from '../../steps/smoke/ports.ts';
import { smokeTest as testFunction } from '../../steps/smoke/smoke-test.ts';
import { readSmokeTest } from './inputs.ts';
import { type OpenTarget, openTarget } from './open-target.ts';
import { resultFiles } from './result-files.ts';
import { checkSuites } from './suite-problems.ts';

function reportOf(
  context: Context,
  opened: OpenTarget,
  result: SmokeResult,
  started: number,
): Report<'smoke-test'> {
  const report = newReport('smoke-test', opened.named);
  report.inputs = context.inputs.given;
  Object.assign(report, { verdict: result.verdict, reason: result.reason, findings: result.findings });
  report.evidence.smoke = opened.local
    ? { ...result.evidence, isolation: opened.local.isolation }
    : result.evidence;
  report.timings.push(timingOf(context, 'smoke', started, result.verdict));
  return report;
}

function finished(
  context: Context,
  result: SmokeResult,
  report: Report<'smoke-test'>,
): Finished<'smoke-test'> {
  const { evidence } = result;
  const count = (status: string) => result.cases.filter((item) => item.status === status).length;
  return {
    report,
    view: async () => (await import('../../domain/summary/smoke/section.ts')).smokeView,
    outputs: {
      passed: count('passed'),
      failed: count('failed') + count('error'),
      flaky: result.cases.filter((item) => item.flaky).length,
      cer: evidence.cer?.micro.toFixed(6),
      first_answer_ms: evidence.coldMs === undefined ? undefined : Math.round(evidence.coldMs),
      p95_ms: evidence.latency === undefined ? undefined : Math.round(evidence.latency.p95),
    },
    files: resultFiles(evidence, context),
    // Failed checks already have annotations at the lines of the suite.
    annotate: annotationsOf(result.findings).length === 0,
  };
}

export const smokeTest: Action<'smoke-test'> = async (context) => {
  const { login, ...request } = readSmokeTest(context);
  context.inputs.done();
  const started = context.clock.steady();
  let opened: OpenTarget | undefined;
  try {
    // Read the suite before the login and before a command is started, so that a wrong suite is reported at once.
    const wrong = await checkSuites(context, 'smoke-test', [request.suite]);
    if (wrong) return wrong;
    opened = await openTarget(context, request, login);
    const { suite, deadlineMs, settleMs, expiredToken } = request;
    const result = await testFunction(opened.ports, {
      suite,
      target: opened.target,
      ...opened.champion,
      deadlineMs,
      settleMs,
      expiredToken,
      signal: context.signal,
    });
    if (opened.local && result.verdict !== 'pass')
      context.log.detail('Last lines of the command', opened.local.printed().slice(-50));
    await annotate(annotationsOf(context.secrets.redactAll(result.findings)), context);
    return finished(context, result, reportOf(context, opened, result, started));
  } finally {
    await opened?.local?.stop();
  }
};
