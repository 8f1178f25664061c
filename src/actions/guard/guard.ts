import { ReleaseError } from '../../domain/errors/errors.ts';
import { classify, isPublic } from '../../domain/exposure/policy/members.ts';
import { userAgent } from '../../domain/product.ts';
import { newReport } from '../../domain/report/report.ts';
import { createExposureSources } from '../../gcp/exposure/exposure-sources.ts';
import { createServices } from '../../gcp/run/services.ts';
import { createProber } from '../../http/probe.ts';
import { functionName, regionName } from '../../inputs/names.ts';
import type { Context } from '../../runner/context.ts';
import type { Action } from '../../runner/run.ts';
import { type GuardRequest, guardDefaults, guard as proveExposure } from '../../steps/guard/guard.ts';
import { readLogin } from '../login/inputs.ts';
import { openPlatform } from '../login/platform.ts';
import { logResult } from './log-result.ts';
import { writeSarif } from './sarif-file.ts';

function readRequest(context: Context): Omit<GuardRequest, 'project'> & { missing: 'fail' | 'pass' } {
  const { inputs, signal } = context;
  const name = inputs.required('name', functionName);
  const region = inputs.required('region', regionName);
  const trusted = inputs.list('trusted_principals') ?? [];
  for (const member of trusted)
    if (isPublic(classify(member).reach))
      inputs.problem(
        `trusted_principals: "${member.slice(0, 60)}": this is a public member, and you cannot vouch for the public. Name a group, a domain or a pool`,
      );
  const probeUrls = inputs.list('probe_urls') ?? [];
  for (const url of probeUrls)
    if (!/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/])[^\s/]*/i.test(url))
      inputs.problem(`probe_urls: "${url.slice(0, 60)}": expected URLs such as https://ocr.example.com`);
  return {
    ...guardDefaults,
    name,
    region,
    mode: inputs.choice('mode', ['verify', 'enforce']) ?? 'verify',
    requireProof: inputs.choice('require_proof', ['partial', 'complete']) ?? 'partial',
    missing: inputs.choice('if_missing', ['fail', 'pass']) ?? 'fail',
    propagationSeconds: inputs.duration('propagation_timeout') ?? 420,
    scope: 'full',
    trusted,
    probeUrls,
    signal,
  };
}

export const guard: Action<'guard'> = async (context) => {
  const request = readRequest(context);
  const login = readLogin(context.inputs, context.env);
  context.inputs.done();
  const { rest, endpoints, projectId } = openPlatform(context, login);
  const { log, clock, id } = context;
  log.line(`Is ${request.name} in ${projectId}/${request.region} private? Mode ${request.mode}.`);
  const started = clock.now();
  const ports = {
    clock,
    log,
    prober: createProber(endpoints, userAgent(id, 'guard')),
    services: createServices(rest),
    exposure: createExposureSources(rest),
  };
  const identity = login.serviceAccount ? `serviceAccount:${login.serviceAccount}` : undefined;
  const result = await proveExposure(ports, { ...request, project: projectId, identity });
  if (!result.exists && request.missing === 'fail')
    throw new ReleaseError('not-found', {
      what: `The function ${request.name} does not exist in ${projectId}/${request.region}.`,
      fix: `Correct name, region or project_id (gcloud functions list --project=${projectId}), or set if_missing: pass to check only what the function would inherit.`,
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
  const seconds = (clock.now() - started) / 1000;
  const startedAtSeconds = (started - context.startedAt) / 1000;
  report.timings.push({
    stage: 'guard',
    startedAtSeconds,
    seconds,
    verdict: result.verdict,
    note: result.exposure,
  });
  return {
    report,
    view: async () => (await import('../../domain/summary/exposure/section.ts')).guardView,
    outputs: { exposure: result.exposure, proof: result.proof, sarif: writeSarif(report, context) },
  };
};
