import { isLoopback } from '../../domain/proxy/no-proxy.ts';
import type { OutsideLogin } from '../../steps/ports/outside-login.ts';

/** The regions of New Relic (https://docs.newrelic.com/docs/apis/nerdgraph/get-started/introduction-new-relic-nerdgraph/). */
export const regions = {
  us: 'https://api.newrelic.com',
  eu: 'https://api.eu.newrelic.com',
  jp: 'https://api.jp.newrelic.com',
} as const;
export type RegionName = keyof typeof regions;

/** The key goes there, so nothing in the environment may change it, except to this machine while the whole run uses the sandbox. */
export function newRelicBase(
  region: RegionName,
  { env, sandbox }: Pick<OutsideLogin, 'env' | 'sandbox'>,
): string {
  const text = env.NEW_RELIC_NERDGRAPH?.trim() ?? '';
  const url = sandbox && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' && isLoopback(url.hostname)) return url.origin;
  return regions[region];
}
