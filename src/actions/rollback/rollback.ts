import { userAgent } from '../../domain/product.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import type { Allocation } from '../../domain/traffic/serving.ts';
import { createProber } from '../../http/probe.ts';
import type { Action, Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import { sources } from '../../sli/registry.ts';
import { type RollbackRequest, rollback as rollBack } from '../../steps/rollback/rollback.ts';
import type { ProvePorts } from '../../steps/traffic/prove-back.ts';
import { nothingToSettle, type Settled, type SettlePorts, settle } from '../../steps/traffic/settle.ts';
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
    return finish(context, settledReport(report, settled, request.dryRun), settled.serving, started);
  }
  log.line(`Rolling ${request.name} back to ${words.includes(request.to) ? `"${request.to}"` : request.to}.`);
  const tried = request.dryRun
    ? await (await import('./preflight.ts')).tryRollback(
        context,
        { platform, login: request.login, target: ports.target },
        place,
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
  if (tried) {
    done.findings = [...tried.findings, ...done.findings];
    done.evidence.preflight = tried.evidence;
  }
  return finish(context, done, result.serving, started);
};

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
