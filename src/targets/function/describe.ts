import { type JsonObject, textMapOf, textOf } from '../../domain/data/json.ts';
import { isFirstGeneration } from '../../domain/deploy/state.ts';
import { revisionOf, serviceOf } from '../../domain/traffic/function.ts';
import { savedOf } from '../../domain/traffic/outside/saved.ts';
import type { Deployed } from '../../steps/ports/target.ts';

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
