import { functionPath } from '../../domain/data/resource-name.ts';
import type { Report } from '../../domain/report/report.ts';
import type { Rest } from '../../http/rest.ts';
import type { Action } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import type { ReleasePorts, StageEntry } from '../../steps/release/ports.ts';
import { release as runRelease } from '../../steps/release/release.ts';
import type { ReleaseRun } from '../../steps/release/run.ts';
import type { AskedRecord } from '../linked/inputs.ts';
import { outsideLogin } from '../login/outside.ts';
import { openPlatform } from '../login/platform.ts';
import { tellStart } from '../notify/start.ts';
import { ownerOf, trafficPorts } from '../rollback/traffic-ports.ts';
import { checkSuites } from '../smoke-test/suite-problems.ts';
import { programRunner } from '../watch/programs.ts';
import { readRelease } from './inputs.ts';
import { clearDraft, logPlan, logStage, writeDraft } from './progress.ts';
import { reportOf } from './report.ts';
import { saveBegun, saveEnd } from './saved.ts';
import { bindStages } from './stages.ts';

/** The whole release in one step. */
export const release: Action<'release'> = async (context) => {
  const inputs = await readRelease(context);
  const owner = ownerOf(context, inputs.jobId);
  context.inputs.done();
  const wrong = await checkSuites(context, 'release', [inputs.stages.suite, inputs.stages.probes?.suite]);
  if (wrong) return wrong;
  const { name, project, region } = inputs.stages.deploy;
  const place = { project, region, name };
  tellStart(context, 'release', place);
  const platform = openPlatform(context, inputs.login);
  logPlan(context, inputs, name);

  const { clock, log, env, signal } = context;
  const traffic = trafficPorts(context, platform, inputs.githubToken, {
    place,
    kind: inputs.stages.deploy.kind,
    fromSource: inputs.stages.deploy.image === undefined,
  });
  const { rest } = platform;
  const { objectives } = inputs.slo;
  const source = await inputs.source.open({
    ...{ rest, clock, log, projectId: project, member: platform.member, region, objectives },
    outside: outsideLogin(context, platform),
    runProgram: programRunner(context),
  });
  const snooze =
    inputs.snooze && (await snoozeFor(context, rest, { project, slo: inputs.snooze, service: name }));
  const bound = bindStages(context, { platform, login: inputs.login }, inputs.stages, source);
  const stages = snooze ? snooze.around(bound) : bound;
  if (!inputs.request.dryRun) saveBegun(context, { id: owner.id, functionName: functionPath(place) });
  const ended: StageEntry[] = [];
  const observer = {
    stage: (entry: StageEntry) => {
      logStage(context, entry);
      ended.push(entry);
      writeDraft(context, name, ended);
    },
  };
  const ports: ReleasePorts = { ...traffic, stages, observer, signal, clock, log };
  const run = await runRelease(ports, { ...inputs.request, place, owner }).finally(() =>
    snooze ? snooze.end() : undefined,
  );
  const startedAt = clock.now() - (clock.steady() - context.startedAt);
  const report = reportOf(run, env, context.inputs.given, startedAt, inputs.slo.windowSeconds);
  saveEnd(context, run, report.outcome);
  if (inputs.record && run.live.serving.length > 0)
    await tellGithub(context, traffic, inputs.record, run, report);
  clearDraft(context);
  return { report, view, outputs: outputsOf(run), summaryFile: true };
};

/** What serves at the end goes into the linked artifacts on GitHub. What does not work out is a warning of the report. */
async function tellGithub(
  context: Context,
  { services }: Pick<ReleasePorts, 'services'>,
  asked: AskedRecord,
  run: ReleaseRun,
  report: Report<'release'>,
): Promise<void> {
  const { recordDeployment } = await import('../linked/record.ts');
  const { project, region } = run.request.place;
  const { service, serving } = run.live;
  const { done, warning } = await recordDeployment(context, services, asked, {
    ...{ project, region, service, serving },
    exposure: run.exposure,
  });
  if (done) report.actions_taken.push({ at: new Date(context.clock.now()).toISOString(), what: done });
  if (warning) report.evidence.release?.warnings?.push(warning);
}

/** Its code is loaded only if it is asked for. */
async function snoozeFor(
  context: Context,
  rest: Rest,
  place: { project: string; slo: string; service: string },
) {
  const { snoozing } = await import('./snooze.ts');
  return snoozing(context, rest, place);
}

const view = async () => (await import('../../domain/summary/release/view.ts')).releaseView;

function outputsOf(run: ReleaseRun) {
  return {
    url: run.live.address ?? run.live.url,
    revision: run.candidate ?? run.found.before?.revision,
    previous_revision: run.found.before?.revision,
    traffic: JSON.stringify(run.live.serving),
    exposure: run.exposure,
  };
}
