import { functionPath } from '../../domain/data/resource-name.ts';
import { exposureOf } from '../../domain/waves/outcome.ts';
import type { Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { Owner } from '../../steps/ports/runs.ts';
import type { ReleasePorts, StageEntry } from '../../steps/release/ports.ts';
import { releaseWaves } from '../../steps/waves/release-waves.ts';
import { releaseAlpha } from '../../steps/waves/together.ts';
import type { ReleaseInputs } from './inputs.ts';
import { outputsOf } from './outputs.ts';
import { clearDraft, logStage, writeDraft } from './progress.ts';
import { regionsReport } from './regions-report.ts';
import { reportOf } from './report.ts';
import { saveEnd, saveRegionsBegun } from './saved.ts';
import type { StageSettings } from './stage-settings.ts';
import { tellGithub } from './tell-github.ts';

type OpenPorts = (context: Context, settings: StageSettings) => Promise<Omit<ReleasePorts, 'observer'>>;

/** Releases in several regions. Each region is a release of its own, with its own record; they share the id. */
export async function releaseRegions(
  context: Context,
  inputs: ReleaseInputs & { several: NonNullable<ReleaseInputs['several']> },
  owner: Owner,
  open: OpenPorts,
): Promise<Finished<'release'>> {
  const { clock, env } = context;
  const { waves, mayMiss } = inputs.several;
  const { project, name } = inputs.stages.deploy;
  const all = waves.flat();
  const places = all.map((region) => ({ project, region, name }));
  if (!inputs.request.dryRun)
    saveRegionsBegun(
      context,
      places.map((place) => ({ id: owner.id, functionName: functionPath(place) })),
    );
  const width = Math.max(...all.map((region) => region.length));
  const ended: StageEntry[] = [];
  const regions = new Map(
    await Promise.all(
      places.map(async (place) => {
        const { region } = place;
        const log = named(context.log, region.padEnd(width));
        const regional = { ...context, log };
        const settings: StageSettings = {
          ...inputs.stages,
          deploy: deployIn(region, inputs.stages.deploy),
          // What one region may use by itself. The regions together decide by the alpha of the release.
          alpha: releaseAlpha / all.length,
        };
        const observer = {
          stage: (entry: StageEntry) => {
            logStage(regional, entry);
            ended.push({ ...entry, stage: `${region}: ${entry.stage}` });
            writeDraft(context, name, ended);
          },
        };
        const ports: ReleasePorts = { ...(await open(regional, settings)), observer };
        const request = { ...inputs.request, place, owner, othersSeconds: othersSeconds(inputs) };
        return [region, { ports, request }] as const;
      }),
    ),
  );
  const { objectives, rule } = inputs.stages;
  const result = await releaseWaves({ waves, mayMiss, objectives, rule }, regions);
  const startedAt = clock.now() - (clock.steady() - context.startedAt);
  const reports = new Map(
    [...result.runs].map(([region, run]) => [
      region,
      reportOf(run, env, context.inputs.given, startedAt, inputs.slo.windowSeconds),
    ]),
  );
  for (const [region, run] of result.runs) saveEnd(context, run, reports.get(region)?.outcome, region);
  for (const [region, run] of result.runs) {
    const report = reports.get(region);
    if (report) await tellGithub(context, inputs.record, run, report);
  }
  clearDraft(context);
  const taken = all.filter((region) => !result.skipped.includes(region));
  const lead = result.runs.get(taken[0] ?? '');
  const exposure = exposureOf(taken.map((region) => result.runs.get(region)?.exposure));
  const byRegion = Object.fromEntries(
    [...result.runs].map(([region, run]) => {
      const { traffic: _, ...outputs } = outputsOf(run);
      const { outcome, verdict } = reports.get(region) ?? {};
      return [region, { outcome, verdict, ...outputs, traffic: run.live.serving }];
    }),
  );
  return {
    report: regionsReport(context, { project, name }, waves, result, reports),
    view: async () => (await import('../../domain/summary/waves/view.ts')).wavesView,
    outputs: { ...(lead ? outputsOf(lead) : {}), exposure, regions: JSON.stringify(byRegion) },
    summaryFile: true,
  };
}

const connectorPath = 'serviceConfig.vpcConnector';

/** The same function in another region. A connector belongs to a region, so its name stands for the one that each region has. */
export function deployIn(region: string, deploy: StageSettings['deploy']): StageSettings['deploy'] {
  const connector = deploy.settings.get(connectorPath);
  if (typeof connector !== 'string') return { ...deploy, region };
  const own = connector.replace(`/locations/${deploy.region}/`, `/locations/${region}/`);
  return { ...deploy, region, settings: new Map([...deploy.settings, [connectorPath, own]]) };
}

/** While other regions wait for a release of others, are closed, build and go through their waves, a region waits with its record open. */
function othersSeconds({ request, stages, several }: ReleaseInputs): number {
  const others = (several?.waves.length ?? 1) - 1;
  const steps = (request.canary.length - 1) * request.stepSeconds + request.fullSeconds;
  return request.waitSeconds + 2 * stages.propagationSeconds + request.buildSeconds + others * steps;
}

/** A log whose lines begin with the region. */
const named = (log: Log, region: string): Log => ({
  line: (text) => log.line(`${region}  ${text}`),
  warning: (text) => log.warning(`${region.trim()}: ${text}`),
  debug: (text) => log.debug(`${region.trim()}: ${text}`),
  detail: (title, lines) => log.detail(`${region.trim()}: ${title}`, lines),
});
