import { type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { functionPath } from '../../domain/data/resource-name.ts';
import { ingressDrift, keepingIngress, withLiveIngress } from '../../domain/deploy/live-ingress.ts';
import { mergedSettings } from '../../domain/deploy/merge.ts';
import { type DeployPlan, makePlan, type PlanInput } from '../../domain/deploy/plan.ts';
import { configText } from '../../domain/deploy/settings.ts';
import { functionStateOf } from '../../domain/deploy/state.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { configLabel, sourceLabel } from '../../domain/product.ts';
import { labelDigest } from '../../domain/source/manifest.ts';
import { revisionOf, serviceOf } from '../../domain/traffic/function.ts';
import { allocationText, servingAllocations, soleServing } from '../../domain/traffic/serving.ts';
import type { DeployRequest } from '../../steps/deploy/ports.ts';
import type { FunctionOperation } from '../../steps/ports/functions.ts';
import type { RunService } from '../../steps/ports/services.ts';
import type { SourceTree } from '../../steps/ports/source.ts';
import type { FunctionPorts } from './world.ts';

/** The function and its Cloud Run service as they are now. */
export interface Live {
  function: JsonObject | undefined;
  service: RunService | undefined;
}

export interface Digests {
  source: string;
  config: string;
}

export const updateTimeOf = (live: JsonObject | undefined): string | undefined => textOf(live?.updateTime);

/** Reads the function and its Cloud Run service. `reading` is a read of the function that has already started. */
export async function readLive(
  ports: FunctionPorts,
  request: DeployRequest,
  reading?: Promise<JsonObject | undefined>,
): Promise<Live> {
  const found = await (reading ?? ports.functions.get(functionPath(request), request.signal));
  const service = serviceOf(found);
  return {
    function: found,
    service: service ? await ports.services.get(service, request.signal) : undefined,
  };
}

export function digestsOf(ports: FunctionPorts, request: DeployRequest, tree: SourceTree): Digests {
  return {
    source: labelDigest(tree.sha256),
    config: labelDigest(ports.sha256(configText(request.settings))),
  };
}

/** Do the labels of this function or request say that it has exactly this source and configuration? */
export function carries(message: JsonObject | undefined, digests: Digests): boolean {
  const labels = objectOf(message?.labels);
  return labels[sourceLabel] === digests.source && labels[configLabel] === digests.config;
}

/** Does this operation carry our digests? Then an earlier attempt of this deploy started it. */
export const isOurs = (operation: FunctionOperation, digests: Digests): boolean => {
  const request = operation.request;
  return carries(request, digests) || carries(request && objectOf(request.function), digests);
};

export function planOf(request: DeployRequest, live: Live, tree: SourceTree, digests: Digests): DeployPlan {
  const revision = revisionOf(live.function);
  const built =
    revision !== undefined &&
    functionStateOf(live.function) === 'ACTIVE' &&
    live.service?.settled === true &&
    live.service.latestReadyRevision === revision;
  const settings = mergedSettings(request.settings, live.function, request);
  const drift = ingressDrift(live.function, live.service?.ingress);
  const input: PlanInput = {
    live: withLiveIngress(live.function, settings, drift),
    settings,
    sourceDigest: digests.source,
    configDigest: digests.config,
    model: request.model,
    files: tree.files.length,
    bytes: tree.bytes,
    // The new revision stays at 0 % until it is proved private. With `all_traffic_on_latest_revision: false` it stays there until another
    // tool or person moves traffic.
    allTraffic: live.function ? false : undefined,
    built: built && !request.force,
    serving: live.service !== undefined && soleServing(live.service) === revision,
  };
  let plan = makePlan(input);
  const keeping = plan.action === 'update' ? keepingIngress(settings, drift) : undefined;
  if (keeping && drift) {
    plan = makePlan({ ...input, settings: keeping });
    plan.service.push(`ingress stays ${drift.live}; the function has ${drift.saved} saved`);
  }
  plan.service.push(...trafficPlan(request, live, plan));
  return plan;
}

function trafficPlan(request: DeployRequest, live: Live, plan: DeployPlan): string[] {
  if (plan.action === 'unchanged') return [`traffic stays: ${revisionOf(live.function)} 100 %`];
  if (!live.service)
    return ['a new Cloud Run service; its first revision gets all traffic, but no one may call it yet'];
  const { trafficStatuses, latestReadyRevision } = live.service;
  const now = allocationText(servingAllocations(trafficStatuses, latestReadyRevision));
  if (request.noTraffic) return [`traffic stays: ${now}; the new revision gets 0 %`];
  if (request.allTraffic === false) return [`traffic stays as the service splits it: ${now}`];
  return [`traffic ${now} -> new revision 100 %, once it is proved private`];
}

/**
 * The operation that is working on the function now. Undefined if this identity may not list operations; the deploy
 * then learns of the other one from a 409.
 */
export async function runningOn(
  ports: FunctionPorts,
  name: string,
  signal: AbortSignal | undefined,
): Promise<FunctionOperation | undefined> {
  try {
    return await ports.functions.runningOperation(name, signal);
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'permission-denied') throw error;
    ports.log.debug(`Could not list the running operations: ${error.what}`);
    return undefined;
  }
}
