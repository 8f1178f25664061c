import { userAgent } from '../../domain/product.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import { capital } from '../../domain/text/sentence.ts';
import { recordOn } from '../../domain/traffic/parse-record.ts';
import type { Allocation } from '../../domain/traffic/serving.ts';
import { createProber } from '../../http/probe.ts';
import type { Action, Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import { sources } from '../../sli/registry.ts';
import type { RunService, Services } from '../../steps/ports/services.ts';
import { type RollbackRequest, rollback as rollBack } from '../../steps/rollback/rollback.ts';
import type { GatewayBack } from '../../steps/traffic/ports.ts';
import type { ProvePorts } from '../../steps/traffic/prove-back.ts';
import { nothingToSettle, type Settled, type SettlePorts, settle } from '../../steps/traffic/settle.ts';
import { settleGateway } from '../../steps/traffic/settle-gateway.ts';
import { outsideLogin } from '../login/outside.ts';
import { openPlatform, type Platform } from '../login/platform.ts';
import { tellStart } from '../notify/start.ts';
import { programRunner } from '../watch/programs.ts';
import { readRollback } from './inputs.ts';
import { resultReport, settledReport } from './report.ts';
import { ownerOf, trafficPorts } from './traffic-ports.ts';

const words = ['before', 'stable', 'settle'];

/** Moves the traffic back by hand, or with `to: settle` ends what a release left open. */
export const rollback: Action<'rollback'> = async (context) => {
  const request = readRollback(context);
  const owner = ownerOf(context, request.jobId);
  context.inputs.done();
  const platform = openPlatform(context, request.login);
  const { log, clock, signal, env } = context;
  const place = { project: platform.projectId, region: request.region, name: request.name };
  const ports = trafficPorts(context, platform, request.githubToken, {
    place,
    kind: undefined,
    fromSource: false,
  });
  const report = newReport('rollback', { ...place });
  tellStart(context, 'rollback', place);
  report.inputs = context.inputs.given;
  const started = clock.steady();
  const prober = createProber(platform.endpoints, userAgent(context.id));
  const alive: SettlePorts['alive'] = async (url, stop) =>
    (await import('./serving-proof.ts')).alive(prober, platform, log, url, place, stop);
  const record = async (done: Report<'rollback'>, serving: readonly Allocation[]) => {
    if (!request.record || serving.length === 0) return;
    const { recordDeployment } = await import('../linked/record.ts');
    const service = (await ports.target.read(signal).catch(() => undefined))?.service;
    const { done: what } = await recordDeployment(context, ports.services, request.record, {
      ...{ project: place.project, region: place.region, service, serving },
      // A rollback has no guard.
      exposure: undefined,
    });
    if (what) done.actions_taken.push({ at: new Date(clock.now()).toISOString(), what });
  };
  if (request.to === 'settle') {
    const purpose = env.GITHUB_EVENT_NAME === 'schedule' ? 'janitor' : 'person';
    log.line(`Checking whether a release of ${request.name} left anything to settle.`);
    const settled = await settleDeployed(
      { ...ports, alive },
      {
        purpose,
        owner,
        waitMs: request.waitSeconds * 1000,
        dryRun: request.dryRun,
        signal,
      },
    );
    const done = settledReport(report, settled, request.dryRun);
    noteGateway(done, settled.gateway, clock.now());
    const isSettled = settled.did !== 'wait' && settled.did !== 'hold';
    await aliasBack(context, platform, request, isSettled ? settled : undefined, done, ports.services);
    await record(done, settled.serving);
    return finish(context, done, settled.serving, started);
  }
  log.line(`Rolling ${request.name} back to ${words.includes(request.to) ? `"${request.to}"` : request.to}.`);
  const tried = request.dryRun
    ? await (await import('./preflight.ts')).tryRollback(
        context,
        { platform, login: request.login, target: ports.target },
        place,
        request.model,
        signal,
      )
    : undefined;
  const result = await rollBack(
    {
      ...ports,
      alive,
      ...(request.target === 'none' ? {} : { rate: lazyRate(context, platform, request, request.target) }),
    },
    { owner, signal, ...pick(request) },
  );
  const done = resultReport(report, result, context);
  // What a killed release has left of its gateway goes back with the traffic.
  if ((result.did === 'rolled_back' || result.did === 'already_there') && !request.dryRun) {
    const { service } = result;
    const gateway = await settleGateway(ports, { service, record: recordOn(service), signal });
    noteGateway(done, gateway, clock.now());
  }
  await aliasBack(
    context,
    platform,
    request,
    result.did === 'refused' ? undefined : result,
    done,
    ports.services,
  );
  if (tried) {
    done.findings = [...tried.findings, ...done.findings];
    done.evidence.preflight = tried.evidence;
  }
  await record(done, result.serving);
  return finish(context, done, result.serving, started);
};

/** A gateway that could not be moved back leaves the rollback open. */
function noteGateway(report: Report<'rollback'>, gateway: GatewayBack | undefined, now: number): void {
  if (gateway === undefined) return;
  const at = new Date(now).toISOString();
  report.findings = [...report.findings, ...gateway.findings];
  report.actions_taken.push(...gateway.changed.map((what) => ({ at, what })));
  report.reason = `${report.reason} ${capital(gateway.reason)}.`;
  if (gateway.verdict === 'fail' && report.verdict === 'pass') report.verdict = 'inconclusive';
}

/**
 * The alias of the model goes back with the traffic, and what it names then is in the report. Its code is loaded only if a model is
 * named, or if the release that is taken back had one.
 */
async function aliasBack(
  context: Context,
  platform: Platform,
  { model, region, dryRun, to }: ReturnType<typeof readRollback>,
  result: { service: RunService | undefined; from?: readonly Allocation[] } | undefined,
  report: Report<'rollback'>,
  services: Services,
): Promise<void> {
  const service = result?.service?.name;
  if (result === undefined || service === undefined || dryRun) return;
  const from = to === 'settle' ? undefined : (result.from ?? []).map(({ revision }) => revision);
  if (model === undefined) {
    const { unmovedAlias } = await import('../../steps/model/finding.ts');
    report.findings = [...report.findings, ...unmovedAlias(result.service)];
    return;
  }
  const { follow } = await import('../model/follow.ts');
  const asked = { asked: model, project: platform.projectId, region, service, services, from };
  const followed = await follow(context, platform, asked);
  if (followed === undefined) return;
  if (report.evidence.rollback) report.evidence.rollback.alias = followed.alias;
  report.findings = [...report.findings, ...followed.findings];
  if (followed.alias.did !== 'moved') return;
  const what = capital(followed.alias.reason);
  report.actions_taken.push({ at: new Date(context.clock.now()).toISOString(), what });
  report.reason = `${report.reason} ${what}.`;
}

/**
 * The error rate of one revision, from the logs, or from metrics if the logs cannot be read. Its code is loaded when it
 * is asked for: by then the traffic is back, so the start of a rollback need not wait for it.
 */
function lazyRate(
  context: Context,
  platform: Platform,
  { region, verifySeconds }: { region: string; verifySeconds: number },
  target: number,
): NonNullable<ProvePorts['rate']> {
  const objectives = [{ id: 'availability', kind: 'availability' as const, target }];
  return async (...question) => {
    const { clock, log } = context;
    const { rest, projectId } = platform;
    const outside = outsideLogin(context, platform);
    const runProgram = programRunner(context);
    const world = { rest, clock, log, projectId, region, objectives, outside, runProgram };
    const [{ rateOf }, source] = await Promise.all([
      import('./serving-proof.ts'),
      sources.auto.open(world, undefined),
    ]);
    return rateOf(context, source, { objectives, seconds: verifySeconds })(...question);
  };
}

const pick = ({ to, force, dryRun }: Pick<RollbackRequest, 'to' | 'force' | 'dryRun'>) => ({
  to,
  force,
  dryRun,
});

async function settleDeployed(
  ports: SettlePorts,
  request: Omit<Parameters<typeof settle>[1], 'service'>,
): Promise<Settled> {
  const service = (await ports.target.read(request.signal))?.service;
  if (!service) return nothingToSettle('the function does not exist');
  return settle(ports, { ...request, service });
}

function finish(
  context: Context,
  report: Report<'rollback'>,
  serving: readonly Allocation[],
  started: number,
): Finished<'rollback'> {
  report.timings.push(timingOf(context, 'rollback', started, report.verdict));
  const view = async () => (await import('../../domain/summary/rollback/view.ts')).rollbackView;
  return {
    report,
    view,
    outputs: { serving_revision: serving[0]?.revision, traffic: JSON.stringify(serving) },
  };
}
