import { listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { environmentPath, type Settings, secretEnvironmentPath } from '../../domain/deploy/settings.ts';
import { modelVariables } from '../../domain/model/model.ts';
import type { ModelPlace, PreflightUse } from '../../domain/preflight/use.ts';
import type { InputReader } from '../../inputs/reader.ts';
import type { InputName } from '../../inputs/table.ts';
import type { ModelWorld } from '../../models/definition.ts';
import { chooseRegistry, registryInputs } from '../../models/registry.ts';
import type { ModelRegistry } from '../../steps/ports/model.ts';

/** The model that the inputs name. Opening it sends nothing. */
export interface AskedModel {
  /** As the user wrote it. */
  text: string;
  /** The alias that follows the traffic. Undefined: none does. */
  alias: string | undefined;
  /** Where Google has it. Undefined: somewhere else. */
  place: ModelPlace | undefined;
  open(world: ModelWorld): Promise<ModelRegistry>;
}

/** Undefined if no model is named. Notes problems. */
export function askedModel(
  inputs: InputReader,
  values: { readonly model: string | undefined; readonly model_alias?: string },
  settings: Settings,
): AskedModel | undefined {
  const { model, model_alias: alias = 'none' } = values;
  if (model === undefined) {
    for (const name of ['model_alias', ...Object.keys(registryInputs)] as const)
      if (inputs.isSet(name as InputName))
        inputs.problem([name as InputName, 'model'], 'expected model, which names the registry');
    return undefined;
  }
  const given = objectOf(settings.get(environmentPath));
  const taken = Object.values(modelVariables).filter((name) => name in given);
  if (taken.length > 0)
    inputs.problem(
      [inputs.isSet('env_vars') ? 'env_vars' : 'environment_variables', 'model'],
      `expected no ${taken.join(', ')}, because model sets it`,
    );
  const secret = listOf(settings.get(secretEnvironmentPath)).map((one) => textOf(objectOf(one).key) ?? '');
  const secretly = Object.values(modelVariables).filter((name) => secret.includes(name));
  if (secretly.length > 0)
    inputs.problem(['secrets', 'model'], `expected no ${secretly.join(', ')}, because model sets it`);
  const { hasAliases, takesAlias, place, open } = chooseRegistry(model, values, (names, text) =>
    inputs.problem(names, text),
  );
  if (!hasAliases && alias !== 'none' && inputs.isSet('model_alias'))
    inputs.problem(['model_alias', 'model'], 'expected none, because this model has no aliases');
  if (hasAliases && alias !== 'none' && !takesAlias(alias))
    inputs.problem(
      ['model_alias', 'model'],
      'expected an alias that this registry takes: lower-case letters, digits and hyphens, at least two characters, such as champion',
    );
  return { text: model, alias: hasAliases && alias !== 'none' ? alias : undefined, place, open };
}

/** What a preflight tries for the model of a release in this project. */
export function modelUse({ place, alias }: AskedModel, project: string): PreflightUse['model'] {
  const isOwn = place?.at === 'vertex' && place.project === project;
  return place && { ...place, ...(isOwn ? { project: undefined } : {}), follows: alias !== undefined };
}
