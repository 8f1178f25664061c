import type { ReleaseError } from '../../domain/errors/errors.ts';
import { CountsRefused } from '../../steps/ports/counts-refused.ts';
import { type DatadogClient, exchange } from './exchange.ts';
import type { SiteName } from './sites.ts';

/** How the calls to Datadog are authorised. */
export interface DatadogLogin {
  headers(signal?: AbortSignal): Promise<Record<string, string>>;
  /** Forgets what the login was exchanged for. False if there is nothing to exchange. */
  renew(): boolean;
  /** Why Datadog answered 401 or 403, and what repairs it. `said` is what Datadog says, as the end of a sentence. */
  explain(status: number, said: string, signal?: AbortSignal): Promise<ReleaseError>;
}

const scope = 'timeseries_query';

const notRead = (status: number, said: string) =>
  `The counts in Datadog cannot be read (${status}${said.replace(/[.\s]+$/, '')}).`;

/** Two keys: the API key names the organisation, the application key a user or a service account of it. */
export function keyLogin(
  client: DatadogClient,
  site: SiteName,
  { apiKey, appKey }: { apiKey: string; appKey: string },
): DatadogLogin {
  const both = { 'dd-api-key': apiKey, 'dd-application-key': appKey };
  /** True if Datadog accepts these headers there. Undefined if it does not say. */
  async function accepts(path: string, headers: Record<string, string>, signal?: AbortSignal) {
    try {
      const { status } = await exchange(client, path, { signal }, headers);
      return status === 200 ? true : status === 401 || status === 403 ? false : undefined;
    } catch (error) {
      if (signal?.aborted) throw error;
      return undefined;
    }
  }
  return {
    headers: async () => both,
    renew: () => false,
    async explain(status, said, signal) {
      const what = notRead(status, said);
      // The refusal itself does not say which of the keys is wrong. These two methods of Datadog do.
      if ((await accepts('/api/v1/validate', { 'dd-api-key': apiKey }, signal)) === false)
        return new CountsRefused({
          what,
          why: `The site ${site} does not know the API key. It is wrong, was revoked, or belongs to another site.`,
          fix: 'Compare datadog_site with the address of your Datadog, and datadog_api_key with Organization Settings, API Keys.',
        });
      const pair = await accepts('/api/v2/validate_keys', both, signal);
      if (pair === false)
        return new CountsRefused({
          what,
          why: 'The API key is right, but its organisation does not know the application key. It is wrong, was revoked, or is the ID of a key instead of the key.',
          fix: 'Set datadog_app_key to an application key of the same organisation (Organization Settings, Application Keys).',
        });
      return new CountsRefused({
        what,
        why:
          pair === true
            ? `Both keys are right, but the application key lacks the scope ${scope}, or its owner may not query metrics.`
            : 'Datadog does not say whether a key is wrong or lacks a scope.',
        fix: `Give the application key the scope ${scope}, and its owner a role that may query metrics.`,
      });
    },
  };
}

/** A personal or service access token, or a delegated token of an earlier step. */
export function tokenLogin(site: SiteName, token: string): DatadogLogin {
  return {
    headers: async () => ({ authorization: `Bearer ${token}` }),
    renew: () => false,
    explain: async (status, said) => refusedToken(site, status, said),
  };
}

/** Datadog refused an access token. */
export const refusedToken = (site: SiteName, status: number, said: string): CountsRefused =>
  new CountsRefused({
    what: notRead(status, said),
    why:
      status === 401
        ? `The site ${site} does not know the token. It is wrong, has expired, or belongs to another site.`
        : `The token lacks the scope ${scope}, its owner may not query metrics, or it belongs to another site than ${site}.`,
    fix: `Use a valid access token with the scope ${scope} (datadog_token), or give the user of the mapping a role that may query metrics (datadog_org). Compare datadog_site with the address of your Datadog.`,
  });
