import { functionStateOf } from '../../domain/deploy/state.ts';
import type { FunctionOperation } from '../../steps/ports/functions.ts';
import { checkLive } from './checks.ts';
import { awaitOperation } from './operation.ts';
import { type Digests, isOurs, type Live, readLive, runningOn } from './state.ts';
import type { FunctionRun } from './world.ts';

/**
 * Looks for an operation that is already running. Returns it as `ours` if an interrupted attempt of this deploy
 * started it, and waits until any other one ends.
 */
export async function meetRunning(
  run: FunctionRun,
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
  return { live: fresh };
}
