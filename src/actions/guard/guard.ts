import { listFunctions } from '../../domain/data/commands.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { userAgent } from '../../domain/product.ts';
import { newReport } from '../../domain/report/report.ts';
import { createExposureSources } from '../../gcp/exposure/exposure-sources.ts';
import { createServices } from '../../gcp/run/services.ts';
import { createProber } from '../../http/probe.ts';
import type { Action } from '../../runner/action.ts';
import { timingOf } from '../../runner/timing.ts';
import { guard as proveExposure } from '../../steps/guard/guard.ts';
import { openPlatform } from '../login/platform.ts';
import { readGuard } from './inputs.ts';
import { logResult } from './log-result.ts';
import { sarifFile } from './sarif-file.ts';

export const guard: Action<'guard'> = async (context) => {
  const { login, request, missing } = readGuard(context);
  context.inputs.done();
  const { rest, endpoints, projectId, member: identity } = openPlatform(context, login);
  const { log, clock, id, signal } = context;
  log.line(`Is ${request.name} in ${projectId}/${request.region} private? Mode ${request.mode}.`);
  const started = clock.steady();
  const ports = {
    clock,
    log,
    prober: createProber(endpoints, userAgent(id, 'guard')),
    services: createServices(rest),
    exposure: createExposureSources(rest),
  };
  const result = await proveExposure(ports, { ...request, project: projectId, identity, signal });
  if (!result.exists && missing === 'fail')
    throw new ReleaseError('not-found', {
      what: `The function ${request.name} does not exist in ${projectId}/${request.region}.`,
      fix: 'Correct name, region or project_id, or set if_missing: pass to check only what the function would inherit. To list all functions:',
      commands: [listFunctions(projectId)],
    });
  logResult(log, result);

  const service = result.evidence.service;
  const report = newReport('guard', {
    project: projectId,
    region: request.region,
    name: request.name,
    service,
  });
  report.inputs = context.inputs.given;
  report.verdict = result.verdict;
  report.outcome = result.outcome;
  report.reason = result.reason;
  report.findings = result.findings;
  report.evidence.exposure = result.evidence;
  report.actions_taken = result.repaired.map((what) => ({ at: new Date(clock.now()).toISOString(), what }));
  report.timings.push({ ...timingOf(context, 'guard', started, result.verdict), note: result.exposure });
  return {
    report,
    view: async () => (await import('../../domain/summary/exposure/section.ts')).guardView,
    outputs: { exposure: result.exposure, proof: result.proof },
    files: { sarif: sarifFile(report, context) },
  };
};
