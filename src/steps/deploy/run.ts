import { textOf } from '../../domain/data/json.ts';
import { functionStateOf } from '../../domain/deploy/state.ts';
import { serviceOf } from '../../domain/traffic/function.ts';
import { soleServing } from '../../domain/traffic/serving.ts';
import type { FunctionOperation } from '../ports/functions.ts';
import type { SourceTree } from '../ports/source.ts';
import { checkLive } from './checks.ts';
import { awaitOperation } from './operation.ts';
import { type Digests, isOurs, type Live, readLive, runningOn, updateTimeOf } from './state.ts';
import type { DeployPorts, DeployRequest, DeployResult, DeployRun } from './types.ts';

/** The state of a deploy that has done nothing yet. */
export function startRun(
  ports: DeployPorts,
  request: DeployRequest,
  name: string,
  tree: SourceTree,
  live: Live,
): DeployRun {
  const result: DeployResult = {
    verdict: 'inconclusive',
    reason: '',
    revision: undefined,
    previousRevision: live.service && soleServing(live.service),
    service: serviceOf(live.function),
    url: textOf(live.function?.url),
    operation: undefined,
    sourceSha256: tree.sha256,
    traffic: live.service?.trafficStatuses ?? [],
    unchanged: false,
    created: false,
    joined: false,
    plan: {
      action: 'update',
      changes: [],
      source: {
        before: undefined,
        after: tree.sha256,
        changed: true,
        files: tree.files.length,
        bytes: tree.bytes,
      },
      mask: [],
      message: {},
      service: [],
      iam: [],
    },
    findings: [],
    exposure: undefined,
    repaired: [],
    functionUpdateTime: updateTimeOf(live.function),
    function: live.function,
    actions: [],
  };
  return {
    ports,
    request,
    name,
    deadline: ports.clock.now() + request.deadlineSeconds * 1000,
    result,
    sent: false,
    held: undefined,
    act: (what) => {
      result.actions.push({ at: new Date(ports.clock.now()).toISOString(), what });
      ports.log.debug(`Changed: ${what}`);
    },
  };
}

/**
 * Looks for an operation that is already running. Returns it as `ours` if an interrupted attempt of this deploy
 * started it, and waits until any other one ends.
 */
export async function meetRunning(
  run: DeployRun,
  live: Live,
  digests: Digests,
): Promise<{ live: Live; ours?: FunctionOperation }> {
  const { ports, request } = run;
  if (!['DEPLOYING', 'DELETING', 'UNKNOWN'].includes(functionStateOf(live.function))) return { live };
  const running = await runningOn(ports, run.name, request.signal);
  if (!running) return { live };
  if (isOurs(running, digests)) return { live, ours: running };
  if (request.dryRun) {
    ports.log.warning(
      `Another deploy of ${request.name} is running (${running.name}): this plan may be out of date when it ends.`,
    );
    return { live };
  }
  ports.log.line(`Another deploy of ${request.name} is running (${running.name}): waiting until it ends`);
  await awaitOperation(ports, running, run.deadline, request.signal);
  const fresh = await readLive(ports, request);
  checkLive(request, fresh);
  run.result.previousRevision = fresh.service && soleServing(fresh.service);
  run.result.functionUpdateTime = updateTimeOf(fresh.function);
  return { live: fresh };
}
