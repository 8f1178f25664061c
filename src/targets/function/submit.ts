import { type JsonObject, objectOf, textMapOf } from '../../domain/data/json.ts';
import { likelyService, locationOf, servicePath } from '../../domain/data/resource-name.ts';
import type { DeployPlan } from '../../domain/deploy/plan.ts';
import { changeLine, planLines } from '../../domain/deploy/plan-text.ts';
import { functionStateOf } from '../../domain/deploy/state.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { FailureFacts } from '../../domain/errors/facts.ts';
import { releaseLabel } from '../../domain/product.ts';
import { formatBytes } from '../../domain/source/manifest.ts';
import type { FunctionOperation } from '../../steps/ports/functions.ts';
import type { SourceTree } from '../../steps/ports/source.ts';
import { awaitOperation } from './operation.ts';
import {
  carries,
  type Digests,
  isOurs,
  type Live,
  planOf,
  readLive,
  runningOn,
  updateTimeOf,
} from './state.ts';
import type { FunctionRun } from './world.ts';

interface Begun {
  operation: FunctionOperation;
  joined: boolean;
}

export interface Submission {
  live: Live;
  plan: DeployPlan;
  tree: SourceTree;
  digests: Digests;
}

async function upload(run: FunctionRun, tree: SourceTree): Promise<JsonObject> {
  const { ports, request } = run;
  const { signal } = request;
  const key = request.settings.get('kmsKeyName');
  const location = locationOf(run.name);
  const packing = ports.sources.pack(tree, signal);
  const target = ports.functions.uploadUrl(location, typeof key === 'string' ? key : undefined, signal);
  target.catch(() => undefined);
  const archive = await packing;
  // The client library and the packing both need much memory. So the library is loaded only now, while the archive is sent.
  ports.functions.prepare();
  try {
    const { uploadUrl, storageSource } = await target;
    await ports.sources.upload(archive, { uploadUrl, storageSource }, signal);
    ports.log.line(
      `Uploaded ${formatBytes(archive.bytes)} (${tree.files.length} files, ${formatBytes(tree.bytes)} unpacked)`,
    );
    return storageSource;
  } finally {
    archive.remove();
  }
}

/** The message to send: the plan, the source, and internal ingress for a new function that asks for it. */
function bodyOf(run: FunctionRun, plan: DeployPlan, storageSource: JsonObject): JsonObject {
  const body = structuredClone(plan.message);
  body.buildConfig = { ...(body.buildConfig as JsonObject | undefined), source: { storageSource } };
  const { release } = run.request;
  if (release !== undefined) body.labels = { ...objectOf(body.labels), [releaseLabel]: release };
  if (plan.action !== 'create') return body;
  body.name = run.name;
  body.environment = 'GEN_2';
  if (run.request.onExposed === 'internal')
    body.serviceConfig = {
      ...(body.serviceConfig as JsonObject | undefined),
      ingressSettings: 'ALLOW_INTERNAL_ONLY',
    };
  return body;
}

/**
 * Uploads the source and starts the operation. If another deploy is running (409), waits until it ends and plans
 * again. Joins an operation that carries our digests. If the function has changed in the meantime, it stops unless
 * `on_conflict` is `rebase`.
 */
export async function submit(run: FunctionRun, submission: Submission): Promise<Begun> {
  const { ports, request, name } = run;
  const { functions, log, clock } = ports;
  const { signal } = request;
  const { tree, digests } = submission;
  let { live, plan } = submission;
  const storageSource = await upload(run, tree);
  for (let tries = 1; ; tries++) {
    const body = bodyOf(run, plan, storageSource);
    run.sending();
    const begun =
      plan.action === 'create'
        ? await create(run, body)
        : await functions.update(name, body, plan.mask, signal);
    if (begun !== 'conflict') {
      run.act(
        `${plan.action === 'create' ? 'created' : 'updated'} the function ${request.name} (${begun.name})`,
      );
      run.result.created = plan.action === 'create';
      return { operation: begun, joined: false };
    }
    const other = await runningOn(ports, name, signal);
    if (other && isOurs(other, digests)) {
      run.result.created = plan.action === 'create';
      return { operation: other, joined: true };
    }
    log.line(
      `Another deploy of ${request.name} is running${other ? ` (${other.name})` : ''}: waiting until it ends`,
    );
    if (other) await awaitOperation(ports, other, run.deadline, signal);
    else if (clock.steady() > run.deadline || tries > 20)
      throw new ReleaseError('deploy-conflict', {
        what: `Cloud Functions refused every attempt to deploy ${request.name}, because another deploy is running (409).`,
        fix: 'Run the job again later.',
      });
    else await clock.sleep(Math.min(10_000, 500 * 2 ** Math.min(tries, 5)), signal);

    const planned = updateTimeOf(live.function);
    const now = await readLive(ports, request);
    if (carries(now.function, digests) && functionStateOf(now.function) === 'ACTIVE') {
      run.result.created = plan.action === 'create';
      return { operation: ended(other, name), joined: true };
    }
    const replanned = planOf(request, now, tree, digests);
    if (updateTimeOf(now.function) !== planned) {
      if (request.onConflict === 'stop')
        throw new ReleaseError('deploy-conflict', {
          what: `Another deploy changed ${request.name} while this one was waiting.`,
          why: `This deploy was planned without that change. It would now change: ${replanned.changes.slice(0, 6).map(changeLine).join('; ') || 'the source only'}.`,
          fix: 'Run the job again to plan from the current state, or set on_conflict: rebase.',
        });
      log.detail('New plan, based on the other deploy', planLines(replanned));
    }
    live = now;
    plan = replanned;
    run.result.plan = { ...replanned, iam: run.result.plan.iam };
  }
}

/**
 * Creates the function. If the name is taken, an earlier attempt may have created it and its answer was lost; then the
 * function exists. Otherwise another tool made a Cloud Run service of that name, and no later attempt can succeed.
 */
async function create(run: FunctionRun, body: JsonObject): Promise<FunctionOperation | 'conflict'> {
  const { ports, request, name } = run;
  try {
    return await ports.functions.create(name, body, request.signal);
  } catch (error) {
    const facts = error instanceof ReleaseError ? error.facts : undefined;
    if (!(error instanceof ReleaseError) || facts?.status !== 409) throw error;
    if (await ports.functions.get(name, request.signal)) return 'conflict';
    error.facts = { ...facts, ...(await makerOf(run, facts)) };
    throw error;
  }
}

/** Who made the service whose name the function needs, if this identity may read it. */
async function makerOf(run: FunctionRun, facts: FailureFacts): Promise<Pick<FailureFacts, 'metadata'>> {
  const { project, region, name, signal } = run.request;
  const path = servicePath({ project, region, name: likelyService(name) });
  const raw = (await run.ports.services.get(path, signal).catch(() => undefined))?.raw ?? {};
  const seen = { creator: raw.creator, created: raw.createTime, client: raw.client };
  return { metadata: { ...facts.metadata, ...textMapOf(seen) } };
}

/** Stands for an operation that ended before it could be read. */
function ended(other: FunctionOperation | undefined, target: string): FunctionOperation {
  return {
    name: '',
    buildName: undefined,
    createTime: undefined,
    stages: [],
    request: undefined,
    ...other,
    target,
    done: true,
    error: undefined,
  };
}
