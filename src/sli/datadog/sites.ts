import { isLoopback } from '../../domain/proxy/no-proxy.ts';
import type { OutsideLogin } from '../../steps/ports/outside-login.ts';

/** The sites of Datadog (https://docs.datadoghq.com/getting_started/site/), by the names and the hosts that Datadog gives them. */
export const sites = {
  us1: 'datadoghq.com',
  us3: 'us3.datadoghq.com',
  us5: 'us5.datadoghq.com',
  eu1: 'datadoghq.eu',
  ap1: 'ap1.datadoghq.com',
  ap2: 'ap2.datadoghq.com',
  uk1: 'uk1.datadoghq.com',
  'us1-fed': 'ddog-gov.com',
  'us2-fed': 'us2.ddog-gov.com',
} as const;

export type SiteName = keyof typeof sites;

/** Accepts the name of a site, its host as in DD_SITE, and the address of its web pages. Throws what was expected. */
export function parseSite(text: string): SiteName {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^https:\/\//, '')
    .replace(/\/+$/, '')
    .replace(/^(app|api)\./, '');
  const found = Object.entries(sites).find(([name, domain]) => name === host || domain === host);
  if (found) return found[0] as SiteName;
  throw new Error(`expected ${Object.keys(sites).join(', ')}, or a host such as ${sites.us5}`);
}

/**
 * Base URL of a site. The keys go there, so nothing in the environment may change it, except to this machine while the whole run uses
 * the sandbox.
 */
export function datadogBase(site: SiteName, { env, sandbox }: Pick<OutsideLogin, 'env' | 'sandbox'>): string {
  const text = env.DATADOG_HOST?.trim() ?? '';
  const url = sandbox && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return url.origin;
  return `https://api.${sites[site]}`;
}
