import { type Json, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { secretEnvironmentPath, secretVolumesPath } from '../../domain/deploy/settings.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { InstanceSize } from '../../domain/preflight/limits.ts';
import { isHosted } from '../../domain/preflight/runner.ts';
import type { PreflightUse } from '../../domain/preflight/use.ts';
import { createPreflightSources } from '../../gcp/preflight/preflight-sources.ts';
import type { Context } from '../../runner/context.ts';
import type { Images } from '../../steps/ports/images.ts';
import type { PreflightCaller } from '../../steps/ports/preflight.ts';
import type { DeployTarget } from '../../steps/ports/target.ts';
import { type PreflightResult, preflight } from '../../steps/preflight/preflight.ts';
import type { Platform } from '../login/platform.ts';

/** How every action tries beforehand what it needs. */

export interface PreflightSettings {
  project: string;
  region: string;
  name: string;
  mode: 'stop' | 'warn';
  /** A dry run, which changes nothing. */
  plan?: boolean;
  /** The container image, as the user wrote it. */
  image?: string | undefined;
  use: Omit<PreflightUse, 'hosted' | 'invoker'>;
}

/** What an action needs that neither watches nor calls the function. */
export const withoutCalls: Pick<PreflightUse, 'counts' | 'blindPromotes' | 'smoke' | 'probes'> = {
  counts: undefined,
  blindPromotes: false,
  smoke: false,
  probes: false,
};

export interface PreflightWorld {
  platform: Platform;
  login: LoginRequest;
  target: Pick<DeployTarget, 'read'>;
  images?: Images;
  /** The audience of a call at a URL, if it is not that URL: Identity-Aware Proxy wants another one. */
  audienceOf?: (url: string) => string;
  /** Calls the service once as the caller. Absent if the action calls nothing. */
  call?: PreflightCaller['call'];
}

export function runPreflight(
  { env }: Pick<Context, 'env'>,
  { platform, login, target: deployed, images, call, audienceOf = (url) => url }: PreflightWorld,
  { use, ...target }: PreflightSettings,
  signal: AbortSignal,
): Promise<PreflightResult> {
  const { tokens, invoker } = platform;
  const own = invoker !== undefined && invoker === login.serviceAccount;
  const caller: PreflightCaller = {
    idToken: (url, stop) => tokens.idToken(audienceOf(url), stop),
    accessToken: (stop) => tokens.accessAs(invoker ?? '', stop),
    call: call ?? (async () => undefined),
  };
  return preflight(
    { sources: createPreflightSources(platform.rest, deployed, images), caller },
    {
      ...target,
      memberOf: platform.member,
      use: {
        ...use,
        hosted: isHosted(env, tokens.claims()),
        invoker: invoker === undefined ? undefined : { account: invoker, own },
      },
      signal,
    },
  );
}

/** What the settings of a deploy say about instances, ingress and accounts. */
export function askedOf(
  settings: ReadonlyMap<string, Json>,
  project: string,
): Pick<PreflightUse, 'asked' | 'ingress' | 'runtimeAccount' | 'buildAccount' | 'secrets'> {
  const text = (name: string) => textOf(settings.get(name));
  const count = (name: string) => {
    const value = settings.get(`serviceConfig.${name}`);
    return typeof value === 'number' ? value : undefined;
  };
  const asked: InstanceSize = {
    memory: text('serviceConfig.availableMemory'),
    cpu: text('serviceConfig.availableCpu'),
    concurrency: count('maxInstanceRequestConcurrency'),
    min: count('minInstanceCount'),
    max: count('maxInstanceCount'),
  };
  return {
    asked,
    ingress: text('serviceConfig.ingressSettings'),
    runtimeAccount: text('serviceConfig.serviceAccountEmail'),
    buildAccount: shortName(text('buildConfig.serviceAccount')),
    secrets: [secretEnvironmentPath, secretVolumesPath]
      .flatMap((path) => listOf(settings.get(path)))
      .some((secret) => (objectOf(secret).projectId ?? project) === project),
  };
}
