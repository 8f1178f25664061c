import { ReleaseError } from '../../domain/errors/errors.ts';
import type { ReleasedModel } from '../../domain/model/model.ts';
import type { Context } from '../../runner/context.ts';
import type { Services } from '../../steps/ports/services.ts';
import type { ReleaseStages } from '../../steps/release/ports.ts';
import type { Platform } from '../login/platform.ts';
import type { StageSettings } from './stage-settings.ts';

/** After a signal GitHub ends the process soon, and the post step goes on. */
const followMs = 60_000;

export interface BoundModel {
  stage: ReleaseStages['model'];
  /** The model that the release has resolved. */
  resolved(): ReleasedModel | undefined;
}

/** The model's part of a release. Its code is loaded only if a model is named. */
export function bindModel(
  context: Context,
  platform: Platform,
  settings: StageSettings,
  services: Services,
): BoundModel {
  const { deploy, model: asked } = settings;
  if (asked === undefined) return { stage: undefined, resolved: () => undefined };
  let found: ReleasedModel | undefined;
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
        const { resolve, aliases } = await opened();
        const name = aliases && asked.alias;
        const model = await resolve(signal);
        found = model;
        if (aliases && name) found = { ...model, alias: { name, was: await aliases.read(name, signal) } };
        return found;
      },
      isThere: async (carried, signal) => (await opened()).isThere(carried, signal),
      follow: async (service, mayLeave) => {
        const [{ aliases }, { followAlias }] = await Promise.all([
          opened(),
          import('../../steps/model/follow-alias.ts'),
        ]);
        if (aliases === undefined || asked.alias === undefined)
          throw new ReleaseError('internal', { what: 'This registry has no aliases.' });
        return followAlias(
          { services, aliases },
          {
            ...{ service, alias: asked.alias },
            mayLeave: () => mayLeave,
            signal: AbortSignal.timeout(followMs),
          },
        );
      },
      tag: async (service) => {
        const [{ aliases, tags }, { keepTags }] = await Promise.all([
          opened(),
          import('../../steps/model/keep-tags.ts'),
        ]);
        if (aliases === undefined || tags === undefined) return undefined;
        const { versionOf } = aliases;
        const ports = { services, tags, versionOf, clock: context.clock };
        return keepTags(ports, { service, signal: AbortSignal.timeout(followMs) });
      },
    },
  };
}
