import { objectOf } from '../data/json.ts';
import { type ResolvedModel, variablesOf } from '../model/model.ts';
import type { Merging } from './merge.ts';
import { environmentPath, type Settings } from './settings.ts';

/**
 * The settings of a deploy whose revision carries this model. Variables that are live stay if no input names any, as they do
 * without a model.
 */
export function withModel<T extends Merging & { settings: Settings }>(
  request: T,
  model: ResolvedModel | undefined,
): T & { model?: ResolvedModel | undefined } {
  if (model === undefined) return request;
  const given = request.settings.get(environmentPath);
  const variables = { ...objectOf(given), ...variablesOf(model) };
  return {
    ...request,
    model,
    settings: new Map([...request.settings, [environmentPath, variables]]),
    mergeVariables: request.mergeVariables || given === undefined,
  };
}
