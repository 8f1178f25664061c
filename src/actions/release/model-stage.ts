import type { ResolvedModel } from '../../domain/model/model.ts';
import type { Context } from '../../runner/context.ts';
import type { ReleaseStages } from '../../steps/release/ports.ts';
import type { Platform } from '../login/platform.ts';
import type { StageSettings } from './stage-settings.ts';

/** The model's part of a release. Its code is loaded only if a model is named. */
export interface BoundModel {
  stage: ReleaseStages['model'];
  /** The model that the release has resolved. */
  resolved(): ResolvedModel | undefined;
}

export function bindModel(context: Context, platform: Platform, settings: StageSettings): BoundModel {
  const { deploy, model: asked } = settings;
  if (asked === undefined) return { stage: undefined, resolved: () => undefined };
  let found: ResolvedModel | undefined;
  const open = async () => (await import('../model/open.ts')).openModel(context, platform, asked, deploy);
  let registry: ReturnType<typeof open> | undefined;
  const opened = () => {
    registry ??= open();
    return registry;
  };
  return {
    resolved: () => found,
    stage: {
      resolve: async (signal) => {
        found = await (await opened()).resolve(signal);
        return found;
      },
    },
  };
}
