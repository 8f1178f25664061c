import type { Context } from '../../runner/context.ts';
import type { ModelRegistry } from '../../steps/ports/model.ts';
import { outsideLogin } from '../login/outside.ts';
import type { Platform } from '../login/platform.ts';
import type { AskedModel } from './inputs.ts';

/** Opens the registry of the model that the inputs name. */
export function openModel(
  context: Context,
  platform: Platform,
  asked: AskedModel,
  { project, region }: { project: string; region: string },
): Promise<ModelRegistry> {
  const { clock, log, env } = context;
  return asked.open({
    ...{ rest: platform.rest, clock, log, project, region },
    workspace: env.GITHUB_WORKSPACE || '.',
    outside: outsideLogin(context, platform),
  });
}
