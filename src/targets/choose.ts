import { functionPath, type Located, likelyService, servicePath } from '../domain/data/resource-name.ts';
import { belongsToFunctions, isOfFunctions, isOfImage, type TargetKind } from '../domain/deploy/kind.ts';
import { kindRemedy, kindText } from '../domain/deploy/kind-text.ts';
import { ReleaseError } from '../domain/errors/errors.ts';
import { RemoteError } from '../http/remote-error.ts';
import type { Builds } from '../steps/ports/builds.ts';
import type { Functions } from '../steps/ports/functions.ts';
import type { Log } from '../steps/ports/log.ts';
import type { RunService, Services } from '../steps/ports/services.ts';
import type { Deployed, DeployTarget } from '../steps/ports/target.ts';
import { deployedFunction } from './function/describe.ts';
import { functionMade } from './function/made.ts';
import { deployedService } from './run/describe.ts';
import { serviceMade, serviceTookTraffic } from './run/made.ts';
import { buildOfService } from './run-function/builds.ts';

/** What the user says about the kind of the service. */
export interface Asked {
  place: Located;
  /** The kind that the user named, or that follows from what is given. Undefined: what exists decides. */
  kind: TargetKind | undefined;
  /** Source is going to be deployed, so a service that runs an image that others have built does not fit. */
  fromSource: boolean;
}

export interface ChosenTarget extends DeployTarget {
  /** The kind of what exists, or of what will be made. */
  kind(signal?: AbortSignal): Promise<TargetKind>;
}

type Clients = {
  functions: Pick<Functions, 'get' | 'runningOperation' | 'operations'>;
  services: Pick<Services, 'get' | 'revisions'>;
  builds: Builds;
  log: Pick<Log, 'debug'>;
};

/**
 * Finds out which kind of deployment has this name, and reads it. If the user named no kind, it asks for a function first,
 * and then for a Cloud Run service: so a function that was detached from the Functions API is found as well.
 */
export function chooseTarget(clients: Clients, asked: Asked): ChosenTarget {
  const { functions, services } = clients;
  const { place } = asked;
  const service = servicePath({ ...place, name: likelyService(place.name) });
  let found: TargetKind | undefined;

  async function readService(signal?: AbortSignal): Promise<Deployed | undefined> {
    const live = await services.get(service, signal);
    if (live === undefined) return undefined;
    if (belongsToFunctions(live.labels))
      return asked.kind && !isOfFunctions(asked.kind) ? refuse(asked, 'function') : undefined;
    return fitting(asked, deployedService(live));
  }

  async function find(signal?: AbortSignal): Promise<Deployed | undefined> {
    if (asked.kind && !isOfFunctions(asked.kind)) return readService(signal);
    let fn: Awaited<ReturnType<Functions['get']>>;
    try {
      fn = await functions.get(functionPath(place), signal);
    } catch (error) {
      // The Functions API may be off, or its permission missing, where only Cloud Run is used.
      if (!isDenied(error) || asked.kind !== undefined) throw error;
      return readOther(error, signal);
    }
    return fn ? deployedFunction(fn) : readService(signal);
  }

  /** The service alone, after the Functions API refused. Throws that refusal if there is no service that explains it. */
  async function readOther(refusal: RemoteError, signal?: AbortSignal): Promise<Deployed> {
    let live: RunService | undefined;
    try {
      live = await services.get(service, signal);
    } catch (error) {
      // Every kind needs the service, and only one of them the Functions API. So what Cloud Run refuses is missing in any case.
      const isCause = isDenied(error) && !error.isApiOff;
      throw isCause || signal?.aborted ? error : refusal;
    }
    if (live === undefined || belongsToFunctions(live.labels)) throw refusal;
    return fitting(asked, deployedService(live));
  }

  const read = async (signal?: AbortSignal) => {
    const deployed = await find(signal);
    found = deployed?.kind ?? asked.kind ?? 'function';
    return deployed;
  };
  const kind = async (signal?: AbortSignal): Promise<TargetKind> => {
    if (found === undefined) await read(signal);
    return found ?? 'function';
  };
  return {
    read,
    kind,
    building: async (signal) => {
      if (isOfFunctions(await kind(signal)))
        return (await functions.runningOperation(functionPath(place), signal)) !== undefined;
      const live = await services.get(service, signal);
      if (live === undefined || live.reconciling) return live !== undefined;
      // A later change of the service that has ended hides a build that has not.
      return (await buildOfService(clients, { ...place, signal }, live))?.state === 'running';
    },
    made: async (claim, signal) => {
      if (isOfFunctions(await kind(signal))) return functionMade(clients, functionPath(place), claim, signal);
      const build = (live: RunService) => buildOfService(clients, { ...place, signal }, live);
      return serviceMade({ services, build }, service, claim, signal);
    },
    tookTraffic: async (claim, signal) => {
      // The Functions API writes the whole service, its traffic too. So a build can take the traffic for the revision that it makes.
      if (isOfFunctions(await kind(signal))) return functionMade(clients, functionPath(place), claim, signal);
      return serviceTookTraffic(await services.get(service, signal));
    },
  };
}

const isDenied = (error: unknown): error is RemoteError =>
  error instanceof RemoteError && error.status === 403;

/** Returns what exists if the user's wish fits it. Throws `target-differs` if not. */
function fitting(asked: Asked, deployed: Deployed): Deployed {
  const { kind, fromSource } = asked;
  if (kind !== undefined && kind !== deployed.kind) return refuse(asked, deployed.kind);
  return fromSource && isOfImage(deployed.kind) ? refuse(asked, deployed.kind) : deployed;
}

function refuse({ place, kind }: Asked, is: TargetKind): never {
  throw new ReleaseError('target-differs', {
    what: `${place.name} is ${kindText(is)}${kind ? `, so target: ${kind} does not fit` : ''}.`,
    why: 'An existing service is never turned into another kind.',
    ...kindRemedy(is, place),
  });
}
