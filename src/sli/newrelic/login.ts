import { CountsRefused } from '../../steps/ports/counts-refused.ts';
import type { RegionName } from './regions.ts';

/** Kinds of keys that New Relic gives out and that cannot query, by how they look. */
const otherKeys: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/NRAL$/i, 'a license key, which can only send data'],
  [/^NRJS-/i, 'a browser key, which can only send data'],
  [/^NRII-/i, 'an insert key, which can only send data'],
  [/^NRIQ-/i, 'a query key of the old Insights API, which NerdGraph does not take'],
  [/^NRRA-/i, 'a key of the REST API, which NerdGraph does not take'],
  [/^NRAA-/i, 'an admin key, which New Relic has withdrawn'],
  // A license key of the first form.
  [/^(eu\d\dxx)?[0-9a-f]{34,40}$/i, 'a license key, which can only send data'],
];

/** What a key is instead of a user key, as a clause. Undefined if it may be one. Never quotes the key. */
export const wrongKind = (key: string): string | undefined =>
  otherKeys.find(([pattern]) => pattern.test(key))?.[1];

interface Whose {
  region: RegionName;
  account: number;
}

/** New Relic does not know the key. */
export const explainKey = ({ region }: Pick<Whose, 'region'>, status: number, message: string) =>
  new CountsRefused({
    what: `New Relic does not accept the key (${status}${message ? `: ${message}` : ''}).`,
    why: `The region ${region} does not know it: it is wrong, was deleted, belongs to a user that is no longer active, or to another region.`,
    fix: 'Set newrelic_key to a user key (NRAK-…) of a user in that region (API keys in the menu of the user), and compare newrelic_region with the address of your New Relic.',
  });

/** New Relic knows the key, but its user may not see the account. */
export const explainAccount = ({ region, account }: Whose, message: string) =>
  new CountsRefused({
    what: `New Relic does not show account ${account} to the user of the key${message ? ` (${message})` : ''}.`,
    why: `The user has no access to this account, or there is no such account in the region ${region}.`,
    fix: 'Compare newrelic_account with Administration, Access management, Accounts, and give the user a group that may read this account.',
  });
