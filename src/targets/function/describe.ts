import { type JsonObject, textMapOf, textOf } from '../../domain/data/json.ts';
import { isFirstGeneration } from '../../domain/deploy/state.ts';
import { revisionOf, serviceOf } from '../../domain/traffic/function.ts';
import { savedOf } from '../../domain/traffic/outside/saved.ts';
import type { Functions } from '../../steps/ports/functions.ts';
import type { Deployed, DeployTarget } from '../../steps/ports/target.ts';

/** A function resource, as those see it who do not deploy it. */
export const deployedFunction = (fn: JsonObject): Deployed => ({
  kind: 'function',
  service: serviceOf(fn),
  url: textOf(fn.url),
  revision: revisionOf(fn),
  version: textOf(fn.updateTime),
  updatedAt: textOf(fn.updateTime),
  labels: textMapOf(fn.labels),
  saved: savedOf(fn),
  unfit: isFirstGeneration(fn)
    ? 'it is a first-generation function, whose traffic cannot be split: deploy it as a second-generation one'
    : undefined,
  config: fn,
});

/** A function that the Functions API manages. `name` is projects/P/locations/L/functions/F. */
export const functionTarget = (functions: Functions, name: string): DeployTarget => ({
  read: async (signal) => {
    const fn = await functions.get(name, signal);
    return fn && deployedFunction(fn);
  },
  building: async (signal) => (await functions.runningOperation(name, signal)) !== undefined,
});
