import { locationPath } from '../data/resource-name.ts';
import { slug, throwAwayExpiry, throwAwayLabel, throwAwayPrefix } from '../product.ts';

/** What a run makes. */
export type Kind = 'account' | 'service' | 'function' | 'bucket';

/** A throw-away resource. `name` is its whole name, `run` the run that made it. */
export interface Resource {
  kind: Kind;
  name: string;
  run: string;
}

/** A resource as Google lists it, with what says whose it is. `expires` is in seconds since the epoch. */
export interface Found extends Resource {
  expires: number;
}

/** What throw-away accounts are for. */
export const roles = ['run', 'call', 'act', 'cond'] as const;
export type AccountRole = (typeof roles)[number];

/** The names of everything that one run makes. `run` has six letters and digits. */
export function namesOf(project: string, region: string, run: string) {
  const base = `${throwAwayPrefix}${run}`;
  const parent = locationPath(project, region);
  const [id, domain = ''] = project.split(':').reverse();
  const host = domain ? `${id}.${domain}.iam` : `${id}.iam`;
  return {
    parent,
    functionId: `${base}-fn`,
    function: `${parent}/functions/${base}-fn`,
    service: `${parent}/services/${base}-fn`,
    imageId: `${base}-img`,
    image: `${parent}/services/${base}-img`,
    /** Every bucket of the world needs a name of its own. */
    bucket: `${base}-bucket`,
    refused: (what: string) => `${base}-${what}`,
    accountId: (role: AccountRole) => `${base}-${role}`,
    account: (role: AccountRole) => `${base}-${role}@${host}.gserviceaccount.com`,
  };
}
export type Names = ReturnType<typeof namesOf>;

export const labelsOf = (run: string, expires: number): Record<string, string> => ({
  [throwAwayLabel]: run,
  [throwAwayExpiry]: String(expires),
});

/** Service accounts have no labels, so their display name says it. */
export const accountTitle = (run: string, expires: number): string =>
  `${slug} conformance ${run} expires ${expires}`;

const runPattern = /^[a-z0-9]{6}$/;

/** The run of a labelled resource. Undefined if the labels are not ours. */
export function ofLabels(
  labels: Readonly<Record<string, string>>,
): { run: string; expires: number } | undefined {
  const run = labels[throwAwayLabel];
  if (run === undefined || !runPattern.test(run)) return undefined;
  const expires = Number(labels[throwAwayExpiry]);
  return { run, expires: Number.isFinite(expires) ? expires : 0 };
}

/** The run of a service account, by its address and its title together. */
export function ofTitle(email: string, title: string): { run: string; expires: number } | undefined {
  const [, run, expires] = /^\S+ conformance ([a-z0-9]{6}) expires (\d+)$/.exec(title) ?? [];
  if (run === undefined || !title.startsWith(`${slug} `)) return undefined;
  return email.startsWith(`${throwAwayPrefix}${run}-`) ? { run, expires: Number(expires) } : undefined;
}

/**
 * What may be removed: what this machine's journal names, and what has expired, since the run that made it may go on
 * elsewhere. `all` takes every resource of ours.
 */
export const removable = (found: Found, journal: ReadonlySet<string>, now: number, all: boolean): boolean =>
  all || journal.has(found.run) || found.expires * 1000 < now;
