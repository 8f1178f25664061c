import { findingAnnotations } from '../../domain/gateway/annotations.ts';
import { newReport } from '../../domain/report/report.ts';
import type { Action } from '../../runner/action.ts';
import { annotate } from '../../runner/annotate.ts';
import { timingOf } from '../../runner/timing.ts';
import { releaseGateway } from '../../steps/gateway/gateway.ts';
import { openPlatform } from '../login/platform.ts';
import { readGateway } from './inputs.ts';
import { logResult } from './log-result.ts';
import { portsOf, readText } from './ports.ts';
import { saveMove, saveOver } from './saved.ts';

/** Releases the document of an API gateway. */
export const gateway: Action<'gateway'> = async (context) => {
  const { login, request, service } = readGateway(context);
  context.inputs.done();
  const { log, clock, signal, env } = context;
  const started = clock.steady();
  const text = await readText(env, request.file);
  const platform = login && openPlatform(context, login);
  const project = platform?.projectId ?? '';
  const result = await releaseGateway(portsOf(context, platform), {
    ...request,
    text,
    project,
    service: service(project),
    begins: (move) => saveMove(context, move),
    signal,
  });
  // A way back that failed is tried once more when the job ends.
  if (result.evidence.did !== 'stuck' || !result.moved) saveOver(context);
  logResult(log, result);
  const report = newReport('gateway', {
    ...(project ? { project, region: request.region } : {}),
    name: request.gateway ?? request.file,
  });
  report.inputs = context.inputs.given;
  report.verdict = result.verdict;
  report.outcome = result.outcome;
  report.reason = result.reason;
  report.findings = result.findings;
  report.evidence.gateway = result.evidence;
  report.actions_taken = result.changed.map(({ at, what }) => ({ at: new Date(at).toISOString(), what }));
  report.timings.push(timingOf(context, 'gateway', started, result.verdict));
  // A command has no run whose page could show them.
  if (env.GITHUB_ACTIONS) await annotate(findingAnnotations(result.findings), context);
  return {
    report,
    view: async () => (await import('../../domain/summary/gateway/view.ts')).gatewayView,
    outputs: {
      config: result.evidence.config,
      host: result.evidence.host,
      route_changes: result.evidence.changes.length,
    },
  };
};
