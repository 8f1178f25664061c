import type { NeededFor } from './permissions.ts';

/** The stages of an action that need something of Google Cloud. A release adds `Smoke test` and `Watch` if they are set. */
export const stagesOf = {
  release: ['State', 'Guard', 'Traffic', 'Build', 'Roll back'],
  deploy: ['State', 'Guard', 'Traffic', 'Build'],
  rollback: ['State', 'Traffic', 'Roll back'],
} as const satisfies Record<string, readonly NeededFor[]>;

/** The stages that a release adds for a smoke suite or probes, and for objectives. */
export const optionalStages = ['Smoke test', 'Watch'] as const satisfies readonly NeededFor[];
