import { shortAccount } from '../data/resource-name.ts';
import type { CheckRow } from '../preflight/row.ts';

/** What a check says about the identity that asked, and not about the project. */
const ofIdentity: ReadonlySet<CheckRow['need']['kind']> = new Set(['permission', 'token', 'invoke']);

/**
 * A preflight by someone else than the account that will release: APIs and limits as they read them, permissions as that account
 * was told. Without its answers there are none. The calls of the smoke test are left out, because only a job logs in as their
 * account.
 */
export const seenFor = (own: readonly CheckRow[], releaser: readonly CheckRow[] | undefined): CheckRow[] => [
  ...own.filter(({ need }) => !ofIdentity.has(need.kind)),
  ...(releaser ?? []).filter(({ need }) => need.kind === 'permission'),
];

export const untriedText = (account: string): string =>
  `What ${shortAccount(account)} may do was not tried, because you may not act as it. A first run with dry_run: true tries it.`;
