import { likelyService, shortName } from '../../domain/data/resource-name.ts';
import { tagProblem } from '../../domain/deploy/limits.ts';
import { contentWord } from '../../domain/deploy/plan-text.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { build } from './build.ts';
import { closeBefore, confirmAfter, openIngress } from './exposure.ts';
import { warnHeld } from './hold.ts';
import type { Attempt, DeployPorts, DeployRequest, DeployResult } from './ports.ts';
import { doneSentence, finishPinned, finishWithoutWrites, logPlan } from './report.ts';
import { startRun } from './run.ts';
import { giveTag } from './tag.ts';
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
  if (request.dryRun || (result.plan.action === 'unchanged' && !attempt.ours)) {
    finishWithoutWrites(run, attempt.live);
    // A tag that an interrupted run did not set.
    if (!request.dryRun) await giveTag(run);
    return result;
  }

  await request.beforeWrite?.(result.plan, attempt.live);
  if (result.plan.action === 'reuse' && !attempt.ours) {
    result.revision = attempt.live?.revision;
    ports.log.line(
      `Nothing to build: ${result.revision} already has this ${contentWord(result.plan)} and configuration`,
    );
  } else await build(run, attempt);

  try {
    if ((await confirmAfter(run)) === 'stop') return finishPinned(run);
    if ((await openIngress(run, attempt)) === 'stop') return result;
    const moves = !request.noTraffic && request.allTraffic !== false && !result.created;
    if (moves && (await giveTraffic(run)) === 'stop') return result;
    await giveTag(run);
    result.verdict = 'pass';
    result.reason = doneSentence(run, moves);
    return result;
  } catch (error) {
    warnHeld(run);
    throw error;
  }
}

/** A tag and the name of the service share one label of a host name. Throws `function-refused`. */
function checkTags({ name, tag, tags = [] }: DeployRequest, { live }: Attempt): void {
  const service = shortName(live?.service) ?? likelyService(name);
  const ownProblem = tag && tagProblem(service, [tag]);
  if (ownProblem)
    throw new ReleaseError('function-refused', {
      what: `The tag ${tag} is too long for this function: ${ownProblem}.`,
      why: 'Both together are the first part of the host name of the URL.',
      fix: 'Take a shorter tag.',
    });
  const problem = tagProblem(service, tags);
  if (problem)
    throw new ReleaseError('function-refused', {
      what: `The name ${name} is too long for a release: ${problem}.`,
      why: 'The candidate is tested under its own traffic tag.',
      fix: 'Deploy it under a shorter name.',
    });
}
