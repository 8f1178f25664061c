import { functionPath, servicePath, shortName } from '../../domain/data/resource-name.ts';
import type { DeployEvidence } from '../../domain/deploy/evidence.ts';
import { planWithoutValues } from '../../domain/deploy/plan-text.ts';
import { withModel } from '../../domain/deploy/with-model.ts';
import { evidenceOfModel, modelText, type ResolvedModel } from '../../domain/model/model.ts';
import { userAgent } from '../../domain/product.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import { servingAllocations } from '../../domain/traffic/serving.ts';
import { createExposureSources } from '../../gcp/exposure/exposure-sources.ts';
import { createProber } from '../../http/probe.ts';
import type { Action } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import { deploy as deployService } from '../../steps/deploy/deploy.ts';
import type { DeployRequest, DeployResult } from '../../steps/deploy/ports.ts';
import { guard, guardDefaults } from '../../steps/guard/guard.ts';
import { openPlatform, type Platform } from '../login/platform.ts';
import type { AskedModel } from '../model/inputs.ts';
import { type DeployInputs, readDeployInputs } from './inputs.ts';
import { askWhetherNow, type Now } from './now.ts';
import { deployPorts } from './ports.ts';

/** What the report keeps of a deploy: no values of variables, and at most 5000 files. */
export function evidenceOf(request: DeployRequest, result: DeployResult): DeployEvidence {
  return {
    plan: planWithoutValues(result.plan),
    revision: result.revision,
    previousRevision: result.previousRevision,
    service: result.service,
    url: result.url,
    ...(request.model === undefined ? {} : { model: evidenceOfModel(request.model) }),
    operation: result.operation,
    sourceSha256: result.sourceSha256,
    ...(result.image === undefined ? {} : { image: result.image }),
    traffic: result.traffic,
    unchanged: result.unchanged,
    joined: result.joined,
    dryRun: request.dryRun,
    rules: result.content?.rules ?? '',
    files: (result.content?.files ?? []).slice(0, 5000).map(({ path, size }) => ({ path, size })),
  };
}

/** Deploys a function, proves it private, and only then gives it traffic. */
export const deploy: Action<'deploy'> = async (context) => {
  const { inputs, log, clock, signal, startedAt } = context;
  const read = readDeployInputs(context);
  const { login, request: settings, requireProof, propagationSeconds } = read;
  inputs.done();
  const platform = openPlatform(context, login);
  const { project, region, name } = settings;
  const ports = deployPorts(context, platform, {
    place: { project, region, name },
    kind: settings.kind,
    fromSource: settings.image === undefined,
  });
  const guardPorts = {
    clock,
    log,
    prober: createProber(platform.endpoints, userAgent(context.id, 'deploy')),
    services: ports.services,
    exposure: createExposureSources(platform.rest, settings.kind),
  };
  log.line(
    `Deploying ${name} to ${project}/${region} from ${settings.image ?? settings.sourceDir}${settings.dryRun ? ' (dry run)' : ''}`,
  );

  // Its code is loaded while the login is under way.
  const [{ tryDeploy }] = await Promise.all([import('./preflight.ts'), platform.tokens.accessToken(signal)]);
  const tried = await tryDeploy(
    context,
    { platform, login, target: ports.target, images: ports.images },
    read,
    signal,
  );
  const now = await askWhetherNow(context, platform, read);
  if (now.blocked !== undefined) return { report: blocked(read, inputs.given, now), view };
  const model = read.model && (await modelOf(context, platform, read.model, settings));
  const request: DeployRequest = {
    ...withModel(settings, model),
    live: tried.live,
    release: context.id,
    signal,
  };
  const result = await deployService(
    {
      ...ports,
      exposure: (mode, aborted) =>
        guard(guardPorts, {
          ...guardDefaults,
          identity: platform.member,
          ...{ project, region, name, mode, requireProof, propagationSeconds },
          signal: aborted,
        }),
    },
    request,
  );

  const service = shortName(result.service);
  const report = newReport('deploy', { project, region, name, service, revision: result.revision });
  report.inputs = inputs.given;
  report.verdict = result.verdict;
  report.outcome = result.outcome;
  report.reason = result.reason;
  report.findings = [...tried.findings, ...now.findings, ...result.findings];
  report.actions_taken = result.actions;
  report.evidence.preflight = tried.evidence;
  Object.assign(report.evidence, now.evidence);
  report.evidence.deploy = evidenceOf(request, result);
  report.timings.push(timingOf(context, 'deploy', startedAt, result.verdict));
  return { report, view, outputs: outputsOf(request, result) };
};

/** Its code is loaded only if a model is named. */
async function modelOf(
  context: Context,
  platform: Platform,
  asked: AskedModel,
  place: { project: string; region: string },
): Promise<ResolvedModel> {
  const { openModel } = await import('../model/open.ts');
  const model = await (await openModel(context, platform, asked, place)).resolve(context.signal);
  context.log.line(`Model: ${modelText(model)}`);
  return model;
}

const view = async () => (await import('../../domain/summary/deploy/section.ts')).deployView;

/** The report of a deploy that did not begin. */
function blocked(
  { request: { project, region, name } }: DeployInputs,
  given: Record<string, unknown>,
  now: Now,
): Report<'deploy'> {
  const report = newReport('deploy', { project, region, name });
  report.inputs = given;
  report.verdict = 'fail';
  report.outcome = 'blocked';
  report.reason = `${now.blocked} Nothing was changed.`;
  report.findings = now.findings;
  report.evidence = now.evidence;
  return report;
}

function outputsOf(
  request: DeployRequest,
  result: DeployResult,
): Record<string, string | boolean | undefined> {
  const kind = result.deployed?.kind ?? request.kind ?? 'function';
  return {
    name: kind === 'function' ? functionPath(request) : (result.service ?? servicePath(request)),
    url: result.url,
    tag_url: result.tagUrl,
    revision: result.revision,
    previous_revision: result.previousRevision,
    service: result.service,
    operation: result.operation,
    source_sha256: result.image === undefined ? result.sourceSha256 : undefined,
    image: result.image,
    traffic: JSON.stringify(servingAllocations(result.traffic, undefined)),
    exposure: result.exposure,
    unchanged: result.unchanged,
  };
}
