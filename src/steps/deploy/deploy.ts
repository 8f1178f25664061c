import { functionPath, locationOf } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { revisionOf } from '../../domain/traffic/function.ts';
import { build } from './build.ts';
import { checkLive, checkSupport, tellRetry } from './checks.ts';
import { closeBefore, confirmAfter, openIngress } from './exposure.ts';
import { warnHeld } from './hold.ts';
import { doneSentence, finishPinned, finishWithoutWrites, logPlan } from './report.ts';
import { meetRunning, startRun } from './run.ts';
import { checkProject } from './source-check.ts';
import { digestsOf, planOf, readLive } from './state.ts';
import { giveTraffic } from './traffic.ts';
import type { DeployPorts, DeployRequest, DeployResult } from './types.ts';

export type {
  DeployPorts,
  DeployRequest,
  DeployResult,
  ExposureSeen,
  LookAtExposure,
} from './types.ts';

/**
 * Builds a new revision from a folder: reads the live state, logs the plan, closes a public function, uploads, waits
 * for the build, and checks again that the function is private before the revision gets traffic. Throws `ReleaseError`
 * if a step fails or cannot be checked. An exposed function is a result, not an error.
 */
export async function deploy(ports: DeployPorts, request: DeployRequest): Promise<DeployResult> {
  const { signal } = request;
  const name = functionPath(request);
  // These requests run while the folder is being read.
  const first = request.live ? Promise.resolve(request.live.function) : ports.functions.get(name, signal);
  const runtimes = ports.functions
    .runtimes(locationOf(name), signal)
    .catch((error: unknown) => new Error(messageOf(error)));
  first.catch(() => undefined);
  const tree = await ports.sources.scan(request.sourceDir, signal);
  const read = await readLive(ports, request, first);
  checkLive(request, read);

  const run = startRun(ports, request, name, tree, read);
  const { result } = run;
  const digests = digestsOf(ports, request, tree);
  const { live, ours } = await meetRunning(run, read, digests);
  checkSupport(run, live, await runtimes);
  tellRetry(run, live);
  checkProject(run, live, tree);
  result.plan = planOf(request, live, tree, digests);
  const before = await closeBefore(run);
  logPlan(run, tree);
  if (before === 'stop') return result;
  if (request.dryRun || (result.plan.action === 'unchanged' && !ours)) return finishWithoutWrites(run, live);

  await request.beforeWrite?.(result.plan);
  if (result.plan.action === 'reuse' && !ours) {
    result.revision = revisionOf(live.function);
    ports.log.line(`Nothing to build: ${result.revision} already has this source and configuration`);
  } else await build(run, { live, plan: result.plan, tree, digests }, ours);

  try {
    if ((await confirmAfter(run)) === 'stop') return finishPinned(run);
    if ((await openIngress(run)) === 'stop') return result;
    const moves = !request.noTraffic && request.allTraffic !== false && !result.created;
    if (moves && (await giveTraffic(run)) === 'stop') return result;
    result.verdict = 'pass';
    result.reason = doneSentence(run, moves);
    return result;
  } catch (error) {
    warnHeld(run);
    throw error;
  }
}
