import { isGoogleHost } from '../domain/basis/basis.ts';
import { ReleaseError } from '../domain/errors/errors.ts';

export type Api =
  | 'accesscontextmanager'
  | 'aiplatform'
  | 'apigateway'
  | 'artifactregistry'
  | 'billingbudgets'
  | 'binaryauthorization'
  | 'cloudbilling'
  | 'cloudbuild'
  | 'cloudfunctions'
  | 'cloudkms'
  | 'cloudresourcemanager'
  | 'compute'
  | 'containeranalysis'
  | 'iam'
  | 'iamcredentials'
  | 'iap'
  | 'logging'
  | 'monitoring'
  | 'oauth2'
  | 'orgpolicy'
  | 'run'
  | 'secretmanager'
  | 'serviceusage'
  | 'storage'
  | 'sts';

export interface Endpoints {
  /**
   * Base URL of an API without a version or a trailing slash, such as https://run.googleapis.com. An API that has a host for each region is
   * at https://REGION-aiplatform.googleapis.com.
   */
  base(api: Api, region?: string): string;
  /** True while `run` is overridden to a loopback address: only then may other URLs be loopback http. */
  readonly loopback: boolean;
  readonly universe: string;
  /** Throws unless a token may be sent to this URL: https, or loopback http in loopback mode. */
  assertSendable(url: string): URL;
}

/** Anyone who receives what is sent to these APIs can log in as this run. */
const mintsTokens: ReadonlySet<Api> = new Set(['sts', 'iamcredentials', 'oauth2']);

const isLoopback = (host: string) => host === '127.0.0.1' || host === '[::1]' || host === 'localhost';

/**
 * Base URLs of Google's APIs. `GHA_ENDPOINT_OVERRIDE_<api>` replaces one, as in google-github-actions/actions-utils
 * `expandUniverseEndpoints`. Those overrides end with the version of the API; it is removed here, because the paths of
 * our calls contain it. The login goes only to Google, to the sandbox, or to a host that the user trusts.
 */
export function endpoints(
  env: Readonly<Record<string, string | undefined>>,
  universe = 'googleapis.com',
  trusted: readonly string[] = [],
): Endpoints {
  const override = (api: string) =>
    env[`GHA_ENDPOINT_OVERRIDE_${api}`]
      ?.trim()
      .replace(/\/+$/, '')
      .replace(/(\/(storage|compute))?\/v\d+\w*$/, '');
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
    base: (api, region) => {
      const value = override(api);
      if (!value) return `https://${region === undefined ? '' : `${region}-`}${api}.${universe}`;
      const { hostname } = assertSendable(value);
      const known = isGoogleHost(hostname, universe) || (loopback && isLoopback(hostname));
      if (mintsTokens.has(api) && !known && !trusted.includes(hostname))
        throw new ReleaseError('endpoint-refused', {
          what: `GHA_ENDPOINT_OVERRIDE_${api} sends the login to ${hostname}, which is not Google.`,
          why: 'Such a server gets the identity token of this run and can log in with it. A step of this job has set the variable.',
          fix: `Remove the variable. If that server is yours, allow it: trusted_endpoints: ${hostname}`,
        });
      return value;
    },
  };
}
