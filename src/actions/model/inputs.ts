import { objectOf } from '../../domain/data/json.ts';
import { environmentPath, type Settings } from '../../domain/deploy/settings.ts';
import { modelVariables } from '../../domain/model/model.ts';
import type { InputReader } from '../../inputs/reader.ts';
import type { ModelWorld } from '../../models/definition.ts';
import { chooseRegistry } from '../../models/registry.ts';
import type { ModelRegistry } from '../../steps/ports/model.ts';

/** The model that the inputs name. Opening it sends nothing. */
export interface AskedModel {
  /** As the user wrote it. */
  text: string;
  /** The alias that follows the traffic. Undefined: none does. */
  alias: string | undefined;
  open(world: ModelWorld): Promise<ModelRegistry>;
}

/** Undefined if no model is named. Notes problems. */
export function askedModel(
  inputs: InputReader,
  values: { readonly model: string | undefined; readonly model_alias?: string },
  settings: Settings,
): AskedModel | undefined {
  const { model } = values;
  if (model === undefined) return undefined;
  const given = objectOf(settings.get(environmentPath));
  const taken = Object.values(modelVariables).filter((name) => name in given);
  if (taken.length > 0)
    inputs.problem(
      [inputs.isSet('env_vars') ? 'env_vars' : 'environment_variables', 'model'],
      `expected no ${taken.join(', ')}, because model sets it`,
    );
  const alias = values.model_alias === 'none' ? undefined : values.model_alias;
  return {
    text: model,
    alias,
    open: chooseRegistry(model, values, (names, text) => inputs.problem(names, text)),
  };
}
