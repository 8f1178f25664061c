import { randomBytes } from 'node:crypto';
import { defaults } from '../../domain/capacity/plan.ts';
import { inputsFor } from '../../domain/capacity/proposal.ts';
import { listFunctions } from '../../domain/data/commands.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { invocationOf } from '../../domain/invocation/refusal.ts';
import { clientAgent } from '../../domain/product.ts';
import { newReport } from '../../domain/report/report.ts';
import { createFunctions } from '../../gcp/functions/functions.ts';
import { createBuilds } from '../../gcp/run/builds.ts';
import { createServices } from '../../gcp/run/services.ts';
import type { Action } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import { findCapacity } from '../../steps/capacity/capacity.ts';
import { chooseTarget } from '../../targets/choose.ts';
import { openPlatform, type Platform } from '../login/platform.ts';
import { ownerOf } from '../rollback/traffic-ports.ts';
import { checkSuites } from '../smoke-test/suite-problems.ts';
import { capacityFile } from './file.ts';
import { readCapacity } from './inputs.ts';
import { capacityPorts } from './ports.ts';
import { saveBegun } from './saved.ts';

/** Finds the cheapest configuration that keeps the objective. It proposes, and never changes what serves. */
export const capacity: Action<'capacity'> = async (context) => {
  const { login, ...request } = readCapacity(context);
  context.inputs.done();
  const started = context.clock.steady();
  const wrong = await checkSuites(context, 'capacity', [request.suite]);
  if (wrong) return wrong;
  const platform = openPlatform(context, login);
  const { projectId, invoker } = platform;
  const { name, region } = request;
  const service = await serviceOf(context, platform, { name, region });
  const id = randomBytes(4).toString('hex');
  saveBegun(context, { id, service });
  const result = await findCapacity(capacityPorts(context, platform, request), {
    ...request,
    service,
    error: 1 - defaults.confidence,
    maxTrials: defaults.trials,
    owner: ownerOf(context, request.jobId),
    id,
    invocation: invocationOf(service, '', invoker),
    signal: context.signal,
  });
  const { evidence } = result;
  const report = newReport('capacity', { project: projectId, region, name, service: shortName(service) });
  report.inputs = context.inputs.given;
  Object.assign(report, { verdict: result.verdict, reason: result.reason, findings: result.findings });
  report.evidence.capacity = evidence;
  report.actions_taken = result.actions.map((what) => ({
    at: new Date(context.clock.now()).toISOString(),
    what,
  }));
  report.timings.push(timingOf(context, 'capacity', started, result.verdict));
  const { found, present_dollars_per_thousand: now, found_dollars_per_thousand: then } = evidence;
  const file = capacityFile(evidence);
  return {
    report,
    view: async () => (await import('../../domain/summary/capacity/section.ts')).capacityView,
    outputs: {
      proposal: evidence.changes.map(({ input, to }) => `${input}: ${to}`).join('\n'),
      cost_ratio: now !== undefined && then !== undefined ? (then / now).toFixed(2) : undefined,
      calls: evidence.calls,
      ...(found && request.apply ? inputsFor(found) : {}),
    },
    ...(file ? { files: { capacity_file: file } } : {}),
  };
};

/** Full name of the Cloud Run service behind a function, or of the service itself. */
async function serviceOf(
  { clock, log, signal }: Context,
  { rest, projectId: project }: Platform,
  { name, region }: { name: string; region: string },
): Promise<string> {
  const services = createServices(rest);
  const functions = createFunctions({ rest, clock, log, userAgent: clientAgent });
  const target = chooseTarget(
    { functions, services, builds: createBuilds(rest), log },
    { place: { project, region, name }, kind: undefined, fromSource: false },
  );
  const deployed = await target.read(signal);
  if (deployed?.service !== undefined) return deployed.service;
  throw new ReleaseError('not-found', {
    what: `${name} does not exist in ${project}/${region}.`,
    fix: 'Correct name, region or project_id. To list all functions:',
    commands: [listFunctions(project)],
  });
}
