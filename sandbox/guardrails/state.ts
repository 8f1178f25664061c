import type { World } from '../core/state.ts';

export type Json = Record<string, unknown>;

/** What an owner sets up around a service, and other rooms know nothing of. */
export interface Guardrails {
  /** containeranalysis Occurrences, oldest first. */
  occurrences: Json[];
  /** The policy of Binary Authorization. Undefined until somebody sets one: then the default allows everything. */
  admission: Json | undefined;
  /** cloudkms CryptoKeys by full name. */
  keys: Map<string, Json>;
  /** accesscontextmanager ServicePerimeters by full name. */
  perimeters: Map<string, Json>;
  budgets: Map<string, Json>;
  channels: Map<string, Json>;
  serial: number;
}

export const guardrails = (world: World): Guardrails =>
  world.extension('guardrails', () => ({
    ...{ occurrences: [], admission: undefined, keys: new Map(), perimeters: new Map() },
    ...{ budgets: new Map(), channels: new Map(), serial: 0 },
  }));

export const accountId = '012345-567890-ABCDEF';
export const accessPolicy = 'accessPolicies/700';

export function nextId(world: World): string {
  const state = guardrails(world);
  state.serial += 1;
  return String(8_000_000 + state.serial);
}
