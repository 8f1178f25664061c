import type { NeededFor } from './permissions.ts';

/** The stages of an action that need something of Google Cloud. A release adds those of `optionalStages` if they are set. */
export const stagesOf = {
  release: ['State', 'Guard', 'Traffic', 'Build', 'Roll back'],
  deploy: ['State', 'Guard', 'Traffic', 'Build'],
  rollback: ['State', 'Traffic', 'Roll back'],
} as const satisfies Record<string, readonly NeededFor[]>;

/**
 * The stages that a release adds for a smoke suite or probes, for objectives, and for `on_alert`. A document of a gateway adds
 * `Gateway`.
 */
export const optionalStages = ['Smoke test', 'Watch', 'Open alerts'] as const satisfies readonly NeededFor[];
