import { writeFileSync } from 'node:fs';
import { functionPath, shortName } from '../../domain/data/resource-name.ts';
import { slug, version } from '../../domain/product.ts';
import { newReport } from '../../domain/report/report.ts';
import { spanText } from '../../domain/text/span.ts';
import { serviceOf } from '../../domain/traffic/function.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import { formatRecord, isOpen } from '../../domain/traffic/record.ts';
import { allocationText } from '../../domain/traffic/serving.ts';
import type { Action } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import type { ReleasePorts, StageEntry } from '../../steps/release/ports.ts';
import { release as runRelease } from '../../steps/release/release.ts';
import type { ReleaseRun } from '../../steps/release/run.ts';
import { settle } from '../../steps/traffic/settle.ts';
import { openPlatform } from '../login/platform.ts';
import { ownerOf, trafficPorts } from '../rollback/traffic-ports.ts';
import { checkSuites } from '../smoke-test/suite-problems.ts';
import { type ReleaseInputs, readRelease } from './inputs.ts';
import { reportOf } from './report.ts';
import { bindStages } from './stages.ts';

const stateKey = 'release';
const endKey = 'release_end';
const recordKey = 'release_record';

const marks = { pass: '✓', fail: '✗', inconclusive: '!' } as const;

function tell(context: Context, entry: StageEntry): void {
  const took = spanText((entry.endedAt - entry.startedAt) / 1000);
  context.log.line(`${marks[entry.verdict]} ${entry.stage.padEnd(13)} ${took.padEnd(6)} ${entry.note}`);
}

/** A killed step leaves its last state: the summary's file is rewritten as the release goes on. */
function draft(context: Context, name: string, stages: readonly StageEntry[]): void {
  const path = context.env.GITHUB_STEP_SUMMARY;
  if (!path || context.inputs.summary === 'never') return;
  const rows = stages.map(
    (stage) =>
      `| ${stage.stage} | ${spanText((stage.endedAt - stage.startedAt) / 1000)} | ${marks[stage.verdict]} |`,
  );
  const lines = [
    `## ⏳ Release of \`${name}\` under way`,
    '',
    'If this is what you see at the end, the step was killed: the post step or the next release settles it.',
    '',
    '| step | took | |',
    '|:--|--:|:--|',
    ...rows,
    '',
  ];
  try {
    writeFileSync(path, lines.join('\n'));
  } catch {
    // A draft is no reason to fail.
  }
}

const clearDraft = (context: Context) => {
  if (context.env.GITHUB_STEP_SUMMARY) writeFileSync(context.env.GITHUB_STEP_SUMMARY, '');
};

function tellPlan(context: Context, { request, stages }: ReleaseInputs, name: string): void {
  const { log } = context;
  const shares = request.canary.map(
    (step) => `${step} % ${spanText(step === 100 ? request.fullSeconds : request.stepSeconds)}`,
  );
  const commit = request.commit ? `, commit ${request.commit.slice(0, 7)}` : '';
  log.line(`${slug} ${version}  ${name} in ${stages.deploy.region}${commit}, ${shares.join(', ')}`);
  log.line(
    `  smoke suite: ${stages.suite ?? 'none'}; objective: ${stages.objectives.map((objective) => `${(100 * objective.target).toFixed(2)} % ${objective.id}`).join(', ') || 'none'}`,
  );
}

export const release: Action<'release'> = async (context) => {
  const inputs = await readRelease(context);
  const owner = ownerOf(context, inputs.jobId);
  context.inputs.done();
  const wrong = await checkSuites(context, 'release', [inputs.stages.suite, inputs.stages.probes?.suite]);
  if (wrong) return wrong;
  const { name, project, region } = inputs.stages.deploy;
  const functionName = functionPath({ project, region, name });
  const platform = openPlatform(context, inputs.login);
  tellPlan(context, inputs, name);

  const { clock, log, env, signal } = context;
  const traffic = trafficPorts(context, platform, inputs.githubToken);
  const { rest } = platform;
  const { objectives } = inputs.slo;
  const source = await inputs.source.open({ rest, clock, log, projectId: project, region, objectives });
  const stages = bindStages(context, platform, inputs.stages, source);
  if (!inputs.request.dryRun) context.saveState(stateKey, JSON.stringify({ id: owner.id, functionName }));
  const told: StageEntry[] = [];
  const observer = {
    stage: (entry: StageEntry) => {
      tell(context, entry);
      told.push(entry);
      draft(context, name, told);
    },
  };
  const ports: ReleasePorts = { ...traffic, stages, observer, signal, clock, log };
  const run = await runRelease(ports, { ...inputs.request, functionName, owner });
  const report = reportOf(run, env, context.inputs.given, context.startedAt, inputs.slo.windowSeconds);
  const { record } = run.written;
  const { settled } = run.ending;
  if (!settled && record && isOpen(record)) context.saveState(recordKey, formatRecord(record));
  context.saveState(endKey, settled ? (report.outcome ?? 'failed') : 'open');
  clearDraft(context);
  return { report, view, outputs: outputsOf(run), summaryFile: true };
};

const view = async () => (await import('../../domain/summary/release/view.ts')).releaseView;
const afterView = async () => (await import('../../domain/summary/release/view.ts')).afterView;

function outputsOf(run: ReleaseRun) {
  return {
    url: run.live.url,
    revision: run.candidate ?? run.found.before?.revision,
    previous_revision: run.found.before?.revision,
    traffic: JSON.stringify(run.live.serving),
    exposure: run.exposure,
  };
}

/** After the step, however it ended: what it left open is settled, and where it was cancelled that is verified. */
export const releasePost: Action<'release'> = async (context) => {
  const report = newReport('release');
  report.verdict = 'pass';
  const saved = readState(context);
  const end = context.state(endKey);
  if (!saved || (end !== '' && end !== 'open' && end !== 'cancelled')) {
    report.reason = 'Nothing to settle.';
    return { report, annotate: false, summary: false };
  }
  const inputs = await readRelease(context);
  context.inputs.done();
  const platform = openPlatform(context, inputs.login);
  const ports = trafficPorts(context, platform, inputs.githubToken);
  const service = serviceOf(await ports.functions.get(saved.functionName, context.signal));
  report.target = { name: shortName(saved.functionName), service: shortName(service) };
  if (!service) {
    report.reason = 'The function does not exist, so there is nothing to settle.';
    return { report, view: afterView, annotate: false };
  }
  const settled = await settle(ports, {
    service,
    functionName: saved.functionName,
    purpose: 'post',
    owner: ownerOf(context, inputs.jobId, saved.id),
    waitMs: 180_000,
    remembered: rememberedRecord(context),
    signal: context.signal,
  });
  const traffic = allocationText(settled.serving);
  report.evidence.settled = { did: settled.did, reason: settled.reason, traffic };
  report.reason =
    settled.did === 'nothing'
      ? `Nothing was left open: ${traffic}.`
      : `${settled.did.replace('_', ' ')}: ${settled.reason}; traffic: ${traffic}.`;
  report.verdict = settled.did === 'wait' || settled.did === 'hold' ? 'inconclusive' : 'pass';
  return { report, view: afterView, exitCode: 0, outputs: { traffic } };
};

function rememberedRecord(context: Context) {
  const parsed = parseRecord(context.state(recordKey));
  return parsed.kind === 'record' ? parsed.record : undefined;
}

function readState(context: Context): { id: string; functionName: string } | undefined {
  try {
    const value = JSON.parse(context.state(stateKey)) as Record<string, unknown>;
    if (typeof value.id === 'string' && typeof value.functionName === 'string')
      return { id: value.id, functionName: value.functionName };
  } catch {
    // No state: the step ended before it began.
  }
  return undefined;
}
