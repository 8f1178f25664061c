import type { World } from '../core/state.ts';

export type Stored = Record<string, unknown> & { name: string };

/** What exists, by full resource name. */
export interface Alerting {
  services: Map<string, Stored>;
  objectives: Map<string, Stored>;
  policies: Map<string, Stored>;
  dashboards: Map<string, Stored>;
  snoozes: Map<string, Stored>;
  /** Ids of Google's own making. */
  nextId: number;
}

export const alerting = (world: World): Alerting =>
  world.extension('alerting', () => ({
    services: new Map(),
    objectives: new Map(),
    policies: new Map(),
    dashboards: new Map(),
    snoozes: new Map(),
    nextId: 1,
  }));

export function newId(world: World): string {
  const state = alerting(world);
  return String(7_000_000_000_000_000_000n + BigInt(state.nextId++));
}
