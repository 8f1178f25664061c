import { textOf } from '../domain/deploy/json.ts';
import { manifestLines } from '../domain/deploy/manifest.ts';
import type { DeployPlan } from '../domain/deploy/plan.ts';
import { planLines, planSentence } from '../domain/deploy/plan-text.ts';
import { functionStateOf } from '../domain/deploy/state.ts';
import { messageOf } from '../domain/errors.ts';
import { checkLive, checkRuntime } from './deploy-checks.ts';
import { closeBefore, confirmAfter, openIngress } from './deploy-exposure.ts';
import { giveTraffic, type Hold, holdTraffic, releaseHold, verifyHeld } from './deploy-hold.ts';
import { awaitOperation, operationFailure } from './deploy-operation.ts';
import {
  type Digests,
  digestsOf,
  functionName,
  isOurs,
  type Live,
  planOf,
  readLive,
  revisionOf,
  serviceOf,
  updateTimeOf,
} from './deploy-state.ts';
import { submit } from './deploy-submit.ts';
import { awaitSettled, soleServing } from './deploy-traffic.ts';
import type { DeployPorts, DeployRequest, DeployResult, DeployRun } from './deploy-types.ts';
import type { FunctionOperation, JsonObject, SourceTree } from './ports.ts';

export type {
  DeployPorts,
  DeployRequest,
  DeployResult,
  ExposureSeen,
  LookAtExposure,
} from './deploy-types.ts';

/**
 * Builds a new revision from a folder. Reads first, says what it would change, closes what is open, uploads, waits, and
 * proves the exposure again before the revision gets traffic. Throws `ReleaseError` where it could not do or find out;
 * an exposed function is a value.
 */
export async function deploy(ports: DeployPorts, request: DeployRequest): Promise<DeployResult> {
  const { signal } = request;
  const name = functionName(request);
  // The network works while the folder is read.
  const first = ports.functions.get(name, signal);
  const runtimes = ports.functions
    .runtimes(name.split('/').slice(0, 4).join('/'), signal)
    .catch((error: unknown) => new Error(messageOf(error)));
  first.catch(() => undefined);
  const tree = await ports.sources.scan(request.sourceDir, signal);
  const read = await readLive(ports, request, first);
  checkLive(request, read);

  const run = startRun(ports, request, name, tree, read);
  const { result } = run;
  const digests = digestsOf(ports, request, tree);
  const { live, ours } = await meetRunning(run, read, digests);
  await checkSupport(run, live, await runtimes);
  result.plan = planOf(request, live, tree, digests);
  const before = await closeBefore(run);
  tellPlan(run, tree);
  if (before === 'stop') return result;
  if (request.dryRun || (result.plan.action === 'unchanged' && !ours)) return finishWithoutWrites(run, live);

  await request.beforeWrite?.(result.plan);
  if (result.plan.action === 'reuse' && !ours) {
    result.revision = revisionOf(live.function);
    ports.log.line(`Nothing is built: ${result.revision} carries this source and configuration already`);
  } else await build(run, { live, plan: result.plan, tree, digests }, ours);

  if ((await confirmAfter(run)) === 'stop') return result;
  if ((await openIngress(run)) === 'stop') return result;
  const moves = !request.noTraffic && request.allTraffic !== false && !result.created;
  if (moves) await giveTraffic(run);
  result.verdict = 'pass';
  result.reason = doneSentence(run, moves);
  return result;
}

function startRun(
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
    act: (what) => {
      result.actions.push({ at: new Date(ports.clock.now()).toISOString(), what });
      ports.log.debug(`Changed: ${what}`);
    },
  };
}

/** An operation in flight is ours, from an attempt that was cut off, or somebody else's, which is waited out. */
async function meetRunning(
  run: DeployRun,
  live: Live,
  digests: Digests,
): Promise<{ live: Live; ours?: FunctionOperation }> {
  const { ports, request } = run;
  if (!['DEPLOYING', 'DELETING', 'UNKNOWN'].includes(functionStateOf(live.function))) return { live };
  const running = await ports.functions.runningOperation(run.name, request.signal);
  if (!running) return { live };
  if (isOurs(running, digests)) return { live, ours: running };
  if (request.dryRun) {
    ports.log.warning(
      `${request.name} is being changed right now (${running.name}): this plan may be out of date when it ends.`,
    );
    return { live };
  }
  ports.log.line(`Another deploy of ${request.name} is under way (${running.name}): waiting for it`);
  await awaitOperation(ports, running, run.deadline, request.signal);
  const fresh = await readLive(ports, request);
  checkLive(request, fresh);
  run.result.previousRevision = fresh.service && soleServing(fresh.service);
  run.result.functionUpdateTime = updateTimeOf(fresh.function);
  return { live: fresh };
}

async function checkSupport(run: DeployRun, live: Live, list: JsonObject[] | Error): Promise<void> {
  const { ports, request, result } = run;
  request.signal?.throwIfAborted();
  if (list instanceof Error)
    ports.log.warning(`Whether the runtime is still supported could not be read: ${list.message}`);
  else if (list.length > 0)
    result.findings.push(
      ...checkRuntime(request, live, list, new Date(ports.clock.now()).toISOString().slice(0, 10)),
    );
  for (const finding of result.findings)
    if (finding.rule.startsWith('runtime-')) ports.log.warning(`${finding.title} ${finding.fix ?? ''}`);
}

function tellPlan(run: DeployRun, tree: SourceTree): void {
  const { ports, request, result } = run;
  const left = tree.ignored.count > 0 ? `, ${tree.ignored.count} left out` : '';
  ports.log.detail(
    `Upload of ${request.sourceDir}: ${tree.files.length} files by ${tree.rules}${left}, sha256 ${tree.sha256}`,
    manifestLines(tree.files),
  );
  ports.log.detail(`Plan: ${planSentence(result.plan)}`, planLines(result.plan));
}

function finishWithoutWrites(run: DeployRun, live: Live): DeployResult {
  const { request, result } = run;
  const { action } = result.plan;
  result.unchanged = action === 'unchanged';
  if (action === 'unchanged' || action === 'reuse') result.revision = revisionOf(live.function);
  result.verdict = 'pass';
  result.reason = request.dryRun
    ? `Dry run, nothing was changed. ${planSentence(result.plan)}`
    : `Unchanged: ${result.revision} serves this source and configuration already; upload and build were skipped.`;
  return result;
}

async function build(
  run: DeployRun,
  submission: { live: Live; plan: DeployPlan; tree: SourceTree; digests: Digests },
  ours: FunctionOperation | undefined,
): Promise<void> {
  const { ports, request, result } = run;
  let hold: Hold | undefined;
  try {
    hold = await holdTraffic(run, submission.live);
    if (ours) run.sent = true;
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
    if (hold) await releaseHold(run, hold, error);
    throw error;
  }
  await readAfter(run, submission.live);
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
  let service = await awaitSettled(ports, result.service, request.signal);
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

function doneSentence(run: DeployRun, moved: boolean): string {
  const { request, result } = run;
  const share = result.traffic
    .filter((status) => status.revision === result.revision)
    .reduce((sum, status) => sum + (status.percent ?? 0), 0);
  const traffic =
    request.noTraffic && !result.created
      ? 'and gets no traffic yet'
      : moved || result.created
        ? `and serves ${share} % of the traffic`
        : `with ${share} % of the traffic, as the service shares it`;
  return `${result.created ? 'Created' : result.plan.action === 'reuse' ? 'Took' : 'Deployed'} ${request.name}: ${result.revision} ${result.plan.action === 'reuse' ? 'was built before' : 'is built'} ${traffic}.`;
}
