import { textOf } from '../../domain/data/json.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { deployRules } from '../../domain/findings/rules/deploy.ts';
import { revisionOf, serviceOf } from '../../domain/traffic/function.ts';
import type { FunctionOperation } from '../ports/functions.ts';
import { holdTraffic, releaseHold, warnHeld } from './hold.ts';
import { awaitOperation, operationFailure } from './operation.ts';
import { type Live, updateTimeOf } from './state.ts';
import { type Submission, submit } from './submit.ts';
import { settledService, verifyHeld } from './traffic.ts';
import type { DeployRun } from './types.ts';

/**
 * Pins the traffic, starts the operation (or joins `ours`, if that is running), waits until it ends, and reads the
 * result.
 */
export async function build(
  run: DeployRun,
  submission: Submission,
  ours: FunctionOperation | undefined,
): Promise<void> {
  const { ports, request, result } = run;
  try {
    // From here on a new revision may appear, even if this deploy fails.
    if (ours) {
      run.sent = true;
      request.onBegun?.();
    }
    result.operation = ours?.name || undefined;
    await holdTraffic(run, submission.live);
    const begun = ours ? { operation: ours, joined: true } : await submit(run, submission);
    result.operation = begun.operation.name || undefined;
    result.joined = begun.joined;
    request.onBegun?.();
    if (begun.joined)
      ports.log.line(
        `Joined a deploy that was already running (${begun.operation.name || 'it has just ended'}): it has the same source and configuration`,
      );
    const ended = await awaitOperation(ports, begun.operation, run.deadline, request.signal);
    if (ended.error) throw await operationFailure(ports, request, ended);
  } catch (error) {
    await releaseHold(run, error);
    throw error;
  }
  try {
    await readAfter(run, submission.live);
  } catch (error) {
    warnHeld(run);
    throw error;
  }
}

/** Reads from the service what the operation made. */
async function readAfter(run: DeployRun, before: Live): Promise<void> {
  const { ports, request, result } = run;
  const after = await ports.functions.get(run.name, request.signal);
  result.function = after;
  result.revision = revisionOf(after);
  result.service = serviceOf(after);
  result.url = textOf(after?.url);
  result.functionUpdateTime = updateTimeOf(after);
  if (!result.service) return;
  let service = await settledService(run, result.service);
  result.revision ??= service.latestCreatedRevision;
  if (before.service && request.allTraffic !== false)
    service = await verifyHeld(run, service, before.service);
  result.traffic = service.trafficStatuses;
  if (service.latestCreatedRevision && service.latestCreatedRevision !== result.revision)
    result.findings.push({
      ...ofRule(deployRules, 'latest-is-another'),
      title: `The newest revision of the service is ${service.latestCreatedRevision}, but this deploy made ${result.revision}.`,
      why: 'Another deploy changed the same function or service at the same time.',
      source: 'GET run v2 services',
    });
}
