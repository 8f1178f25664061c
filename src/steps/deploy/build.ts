import { textOf } from '../../domain/data/json.ts';
import { revisionOf, serviceOf } from '../../domain/traffic/function.ts';
import type { FunctionOperation } from '../ports/functions.ts';
import { holdTraffic, releaseHold, warnHeld } from './hold.ts';
import { awaitOperation, operationFailure } from './operation.ts';
import { type Live, updateTimeOf } from './state.ts';
import { type Submission, submit } from './submit.ts';
import { atRest, verifyHeld } from './traffic.ts';
import type { DeployRun } from './types.ts';

/** Holds the traffic, begins the operation or joins `ours`, waits for its end, and reads what it made. */
export async function build(
  run: DeployRun,
  submission: Submission,
  ours: FunctionOperation | undefined,
): Promise<void> {
  const { ports, request, result } = run;
  try {
    // From here on, whatever goes wrong, its revision may still appear.
    if (ours) run.sent = true;
    result.operation = ours?.name || undefined;
    await holdTraffic(run, submission.live);
    const begun = ours ? { operation: ours, joined: true } : await submit(run, submission);
    result.operation = begun.operation.name || undefined;
    result.joined = begun.joined;
    if (begun.joined)
      ports.log.line(
        `Joined the deploy that is under way (${begun.operation.name || 'it has just ended'}): it carries this source and configuration`,
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

/** What the operation made, from the service itself. */
async function readAfter(run: DeployRun, before: Live): Promise<void> {
  const { ports, request, result } = run;
  const after = await ports.functions.get(run.name, request.signal);
  result.function = after;
  result.revision = revisionOf(after);
  result.service = serviceOf(after);
  result.url = textOf(after?.url);
  result.functionUpdateTime = updateTimeOf(after);
  if (!result.service) return;
  let service = await atRest(run, result.service);
  result.revision ??= service.latestCreatedRevision;
  if (before.service && request.allTraffic !== false)
    service = await verifyHeld(run, service, before.service);
  result.traffic = service.trafficStatuses;
  if (service.latestCreatedRevision && service.latestCreatedRevision !== result.revision)
    result.findings.push({
      rule: 'latest-is-another',
      severity: 'medium',
      title: `The newest revision of the service is ${service.latestCreatedRevision}, not ${result.revision} that this deploy made.`,
      why: 'Somebody else deployed the same function or service.',
      source: 'GET run v2 services',
    });
}
