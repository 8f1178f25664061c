import { ReleaseError } from '../../domain/errors/errors.ts';
import type { OutsideLogin } from '../../steps/ports/outside-login.ts';
import { delegatedLogin } from './delegated.ts';
import type { DatadogClient } from './exchange.ts';
import { type DatadogLogin, keyLogin, tokenLogin } from './login.ts';
import type { SiteName } from './sites.ts';

/** What the inputs give to log in with. */
export interface Credentials {
  apiKey?: string | undefined;
  appKey?: string | undefined;
  token?: string | undefined;
  /** The organisation that trusts GitHub. */
  org?: string | undefined;
}

export function loginOf(
  client: DatadogClient,
  site: SiteName,
  { apiKey, appKey, token, org }: Credentials,
  outside: Pick<OutsideLogin, 'mask' | 'identityToken'>,
): DatadogLogin {
  for (const secret of [apiKey, appKey, token]) if (secret) outside.mask(secret);
  if (token !== undefined) return tokenLogin(site, token);
  if (apiKey !== undefined && appKey !== undefined) return keyLogin(client, site, { apiKey, appKey });
  if (org !== undefined) return delegatedLogin(client, site, org, outside);
  throw new ReleaseError('login-missing', {
    what: 'There is no login to Datadog.',
    fix: 'Set datadog_api_key and datadog_app_key, or datadog_token, from secrets of the repository, or datadog_org.',
  });
}
