import { functionPath } from '../../domain/data/resource-name.ts';
import type { Rest } from '../../http/rest.ts';
import type { Action } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import type { ReleasePorts, StageEntry } from '../../steps/release/ports.ts';
import { release as runRelease } from '../../steps/release/release.ts';
import { openPlatform } from '../login/platform.ts';
import { tellStart } from '../notify/start.ts';
import { ownerOf } from '../rollback/traffic-ports.ts';
import { checkSuites } from '../smoke-test/suite-problems.ts';
import { readRelease } from './inputs.ts';
import { outputsOf } from './outputs.ts';
import { openPorts } from './ports.ts';
import { clearDraft, logPlan, logStage, writeDraft } from './progress.ts';
import { reportOf } from './report.ts';
import { saveBegun, saveEnd } from './saved.ts';
import { tellGithub } from './tell-github.ts';

/** The whole release in one step. */
export const release: Action<'release'> = async (context) => {
  const inputs = await readRelease(context);
  const owner = ownerOf(context, inputs.jobId);
  context.inputs.done();
  const wrong = await checkSuites(context, 'release', [inputs.stages.suite, inputs.stages.probes?.suite]);
  if (wrong) return wrong;
  const { name, project, region } = inputs.stages.deploy;
  const place = { project, region, name };
  const regions = inputs.several?.waves.flat().join(', ');
  tellStart(context, 'release', regions === undefined ? place : { ...place, region: regions });
  const platform = openPlatform(context, inputs.login);
  logPlan(context, inputs, name);

  const { clock, env } = context;
  const { rest } = platform;
  const snooze =
    inputs.snooze && (await snoozeFor(context, rest, { project, slo: inputs.snooze, service: name }));
  const withSnooze = (ports: Omit<ReleasePorts, 'observer'>) =>
    snooze ? { ...ports, stages: snooze.around(ports.stages) } : ports;
  if (inputs.several) {
    const { releaseRegions } = await import('./regions.ts');
    return releaseRegions(
      context,
      { ...inputs, several: inputs.several },
      owner,
      async (regional, settings) => withSnooze(await openPorts(regional, platform, inputs, settings)),
    ).finally(() => (snooze ? snooze.end() : undefined));
  }
  const opened = withSnooze(await openPorts(context, platform, inputs, inputs.stages));
  if (!inputs.request.dryRun) saveBegun(context, { id: owner.id, functionName: functionPath(place) });
  const ended: StageEntry[] = [];
  const observer = {
    stage: (entry: StageEntry) => {
      logStage(context, entry);
      ended.push(entry);
      writeDraft(context, name, ended);
    },
  };
  const run = await runRelease({ ...opened, observer }, { ...inputs.request, place, owner }).finally(() =>
    snooze ? snooze.end() : undefined,
  );
  const startedAt = clock.now() - (clock.steady() - context.startedAt);
  const report = reportOf(run, env, context.inputs.given, startedAt, inputs.slo.windowSeconds);
  saveEnd(context, run, report.outcome);
  await tellGithub(context, inputs.record, run, report);
  clearDraft(context);
  return { report, view, outputs: outputsOf(run), summaryFile: true };
};

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
