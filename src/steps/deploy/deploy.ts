import { likelyService, shortName } from '../../domain/data/resource-name.ts';
import { tagProblem } from '../../domain/deploy/limits.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { build } from './build.ts';
import { closeBefore, confirmAfter, openIngress } from './exposure.ts';
import { warnHeld } from './hold.ts';
import type { Attempt, DeployPorts, DeployRequest, DeployResult } from './ports.ts';
import { doneSentence, finishPinned, finishWithoutWrites, logPlan } from './report.ts';
import { startRun } from './run.ts';
import { giveTraffic } from './traffic.ts';

/**
 * Makes a new revision: lets the driver read and plan, logs the plan, closes a public function, lets the driver make the
 * revision at 0 %, and checks again that the function is private before the revision gets traffic. Throws `ReleaseError`
 * if a step fails or cannot be checked. An exposed function is a result, not an error.
 */
export async function deploy(ports: DeployPorts, request: DeployRequest): Promise<DeployResult> {
  const run = startRun(ports, request);
  const { result } = run;
  const attempt = await ports.driver.prepare(run);
  checkTags(request, attempt);
  result.plan = attempt.plan;
  const before = await closeBefore(run);
  attempt.logContent();
  logPlan(run);
  if (before === 'stop') return result;
  if (request.dryRun || (result.plan.action === 'unchanged' && !attempt.ours))
    return finishWithoutWrites(run, attempt.live);

  await request.beforeWrite?.(result.plan);
  if (result.plan.action === 'reuse' && !attempt.ours) {
    result.revision = attempt.live?.revision;
    ports.log.line(`Nothing to build: ${result.revision} already has this source and configuration`);
  } else await build(run, attempt);

  try {
    if ((await confirmAfter(run)) === 'stop') return finishPinned(run);
    if ((await openIngress(run, attempt)) === 'stop') return result;
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

/** A tag and the name of the service share one label of a host name. Throws `function-refused`. */
function checkTags({ name, tags = [] }: DeployRequest, { live }: Attempt): void {
  const problem = tagProblem(shortName(live?.service) ?? likelyService(name), tags);
  if (problem)
    throw new ReleaseError('function-refused', {
      what: `The name ${name} is too long for a release: ${problem}.`,
      why: 'The candidate is tested under its own traffic tag.',
      fix: 'Deploy it under a shorter name.',
    });
}
