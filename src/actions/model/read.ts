import type { Context } from '../../runner/context.ts';
import { readLogin } from '../login/inputs.ts';
import { askedModel } from './inputs.ts';

export type ReadModel = ReturnType<typeof readModel>;

/** All inputs of `model`. Notes problems; `inputs.done()` reports them at once. */
export function readModel({ inputs, env, localLogin }: Pick<Context, 'inputs' | 'env' | 'localLogin'>) {
  const values = inputs.of('model');
  const { mode, name, region } = values;
  const login = readLogin({ inputs, env, localLogin }, values);
  // A required input that is missing has been noted, and its value is none.
  const model = inputs.isSet('model') ? askedModel(inputs, values, new Map()) : undefined;
  if (mode !== 'resolve' && name === undefined)
    inputs.missing('name', 'the function or the service, unless mode is resolve');
  if (mode === 'settle' && model !== undefined && model.alias === undefined)
    inputs.problem(
      ['mode', 'model', 'model_alias'],
      'expected a model with an alias: without one there is nothing to settle',
    );
  return { login, mode, name, region, model };
}
