import { resolve } from 'node:path';
import { budgetInvoice } from '../../domain/budget/invoice.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { noCounts } from '../../domain/evidence/counts.ts';
import { suiteFile } from '../../domain/product.ts';
import { nothingCheckedFinding } from '../../domain/release/silence.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import { countText, elapsedText, percentText } from '../../domain/text/numbers.ts';
import { takenBackIn } from '../../domain/traffic/taken-back.ts';
import { createServices } from '../../gcp/run/services.ts';
import type { Action, Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { readRegularFile } from '../../runner/regular-file.ts';
import { timingOf } from '../../runner/timing.ts';
import { type BudgetResult, budgetGate } from '../../steps/budget/gate.ts';
import { findWatchTarget } from '../../steps/watch/find-target.ts';
import { createSaver } from '../../steps/watch/saved-watch.ts';
import { type WatchResult, watch as watchStep } from '../../steps/watch/watch.ts';
import { outsideLogin } from '../login/outside.ts';
import { openPlatform } from '../login/platform.ts';
import { findEarlier } from './earlier.ts';
import type { ObjectiveSettings } from './inputs.ts';
import { watchOutputs } from './outputs.ts';
import { programRunner } from './programs.ts';
import { readWatch } from './request.ts';
import { showSloProblems } from './slo-file.ts';

const view = async () => (await import('../../domain/summary/watch/section.ts')).watchView;

export const watch: Action<'watch'> = async (context) => {
  const { inputs, clock, log, signal } = context;
  const { replay: recording } = inputs.of('watch');
  if (recording !== undefined)
    return (await import('./replay.ts')).replay(context, readRecording(context, recording));
  const request = await readWatch(context);
  if (request.objectives?.broken) await showSloProblems(context, request.objectives.broken);
  inputs.done();
  // A watch without probes loads no code of the smoke test.
  const probing =
    request.probes > 0
      ? {
          ...(await import('./probes.ts')),
          ...(await import('../smoke-test/suite-problems.ts')),
        }
      : undefined;
  const wrong = await probing?.checkSuites(context, 'watch', [request.probeSuite]);
  if (wrong) return wrong;
  const settings = request.objectives as ObjectiveSettings;
  const platform = openPlatform(context, request.login);
  const project = platform.projectId;

  const services = createServices(platform.rest);
  const target = await findWatchTarget(services, { ...request, project }, signal);
  const source = await request.source.open({
    ...{ rest: platform.rest, clock, log, projectId: project, member: platform.member },
    ...{ region: request.region, objectives: settings.objectives },
    outside: outsideLogin(context, platform),
    runProgram: programRunner(context),
  });
  const ports = { clock, log, source };
  const probes = probing?.openProbes(context, platform, request.probeSuite, {
    ...target,
    services,
    service: target.raw,
  });
  const report = newReport('watch', {
    project,
    region: request.region,
    name: request.name,
    service: shortName(target.service),
    revision: target.candidate,
  });
  report.inputs = inputs.given;

  const started = clock.steady();
  const budget = await budgetGate(ports, {
    service: target.service,
    objectives: settings.objectives,
    windowSeconds: settings.windowSeconds,
    onExhausted: request.gate,
    override: request.override,
    onBlind: request.policy.blind,
    readTakenBack: async () => takenBackIn(target.raw).filter((name) => name !== target.candidate),
    signal,
  });
  report.evidence.budget = budget.evidence;
  log.line(`Error budget: ${budget.reason}`);
  if (request.gate === 'block' && budget.verdict === 'fail') {
    Object.assign(report, {
      verdict: 'fail',
      outcome: 'blocked',
      reason: budget.reason,
      findings: budget.findings,
    });
    return { report, view, outputs: { blame: 'none', budget_remaining: budget.evidence.remaining } };
  }

  const beside = target.baseline ? ` beside ${target.baseline}` : '';
  const limits = settings.objectives
    .map((objective) => `${objective.id} ${percentText(objective.target)}`)
    .join(', ');
  log.line(
    `Watching ${target.candidate} (${percentText(target.share)} of traffic)${beside} for at most ${elapsedText(request.duration)}: ${limits}.`,
  );
  const earlier = findEarlier(log, target, { ...request, objectives: settings.objectives, source });
  const settledAt = request.since?.() ?? clock.now();
  const keeper = request.resume === 'save' ? createSaver({ services, clock, log }, target) : undefined;
  const result = await watchStep(
    { ...ports, probes },
    {
      ...target,
      probesPerMinute: request.probes,
      objectives: settings.objectives,
      durationSeconds: request.duration,
      alpha: request.alpha,
      pollSeconds: request.poll,
      until: request.until,
      policy: request.policy,
      rule: request.rule,
      clientErrors: request.clientErrors,
      state: earlier?.state,
      // The runner before this one may not have seen its last shift settle, so requests from then until now do not count.
      shiftedAt: earlier?.at ?? settledAt,
      settledAt,
      onProgress: keeper && ((_, state) => void (keeper.due() && keeper.keep(state, signal))),
      signal,
    },
  );
  await keeper?.keep(result.state, signal);
  report.timings.push({ ...timingOf(context, 'watch', started, result.verdict), note: result.reason });
  return finish(report, result, budget, settings);
};

function finish(
  report: Report<'watch'>,
  result: WatchResult,
  budget: BudgetResult,
  settings: ObjectiveSettings,
): Finished<'watch'> {
  const spent = Object.fromEntries(
    result.evidence.tests
      .filter(({ stream }) => stream === 'users')
      .map(({ objective, candidate, unread = noCounts }) => [
        objective.id,
        { total: candidate.total + unread.total, bad: candidate.bad + unread.bad },
      ]),
  );
  const { items } = budgetInvoice(budget.evidence, spent);
  const { evidence } = result;
  report.verdict = result.verdict;
  report.reason = result.reason;
  if (result.next === 'hold') report.outcome = 'held';
  const silent =
    result.open === 'too_few_requests' && evidence.tests.every(({ candidate }) => candidate.total === 0);
  const silence = silent ? [nothingCheckedFinding(evidence.candidate, suiteFile)] : [];
  report.findings = [...result.findings, ...budget.findings, ...silence];
  report.evidence.watch = result.evidence;
  report.evidence.invoice = { window_seconds: settings.windowSeconds, items };
  const dearest = [...items].sort((a, b) => b.invoice.share - a.invoice.share)[0]?.invoice;
  return {
    report,
    view,
    exitCode: result.next === 'go_on' ? 0 : 1,
    outputs: {
      ...watchOutputs(result),
      budget_remaining: dearest?.remaining ?? budget.evidence.remaining,
      budget_spent: dearest ? `${countText(dearest.bad)} bad, ${percentText(dearest.share)}` : undefined,
    },
  };
}

function readRecording(context: Context, path: string): unknown {
  try {
    return JSON.parse(readRegularFile(resolve(context.env.GITHUB_WORKSPACE || '.', path)));
  } catch (cause) {
    throw new ReleaseError('replay-invalid', {
      what: `${path} cannot be read as JSON: ${messageOf(cause).replace(/\.$/, '')}.`,
      cause,
    });
  }
}
