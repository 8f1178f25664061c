import { ReleaseError } from '../domain/errors/errors.ts';

export type Api =
  | 'apigateway'
  | 'artifactregistry'
  | 'cloudbuild'
  | 'cloudfunctions'
  | 'cloudresourcemanager'
  | 'iam'
  | 'iamcredentials'
  | 'iap'
  | 'logging'
  | 'monitoring'
  | 'oauth2'
  | 'orgpolicy'
  | 'run'
  | 'serviceusage'
  | 'storage'
  | 'sts';

export interface Endpoints {
  /** Base URL of an API without a version or a trailing slash, such as https://run.googleapis.com. */
  base(api: Api): string;
  /** True while `run` is overridden to a loopback address: only then may other URLs be loopback http. */
  readonly loopback: boolean;
  readonly universe: string;
  /** Throws unless a token may be sent to this URL: https, or loopback http in loopback mode. */
  assertSendable(url: string): URL;
}

const isLoopback = (host: string) => host === '127.0.0.1' || host === '[::1]' || host === 'localhost';

/**
 * Base URLs of Google's APIs. `GHA_ENDPOINT_OVERRIDE_<api>` replaces one, as in google-github-actions/actions-utils
 * `expandUniverseEndpoints`. Those overrides end with the version of the API; it is removed here, because the paths of
 * our calls contain it.
 */
export function endpoints(
  env: Readonly<Record<string, string | undefined>>,
  universe = 'googleapis.com',
): Endpoints {
  const override = (api: string) =>
    env[`GHA_ENDPOINT_OVERRIDE_${api}`]
      ?.trim()
      .replace(/\/+$/, '')
      .replace(/(\/storage)?\/v\d+\w*$/, '');
  const run = override('run');
  const loopback = run !== undefined && URL.canParse(run) && isLoopback(new URL(run).hostname);
  const assertSendable = (text: string): URL => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const allowed =
      url &&
      !url.username &&
      (url.protocol === 'https:' || (loopback && url.protocol === 'http:' && isLoopback(url.hostname)));
    if (!allowed)
      throw new ReleaseError('endpoint-refused', {
        what: `A request to ${text.slice(0, 80)} was refused.`,
        why: 'Only https URLs may receive a token; http on loopback works only with the sandbox.',
      });
    return url;
  };
  return {
    universe,
    loopback,
    assertSendable,
    base: (api) => {
      const value = override(api);
      if (!value) return `https://${api}.${universe}`;
      assertSendable(value);
      return value;
    },
  };
}
