import { type Json, type JsonObject, setAt, valueAt } from '../data/json.ts';
import type { Settings } from './settings.ts';

/**
 * A function saves its own ingress setting, and every update of the function writes it to the service again. After a rollback or a change
 * by hand, the service has another setting, and that one counts.
 */

const path = 'serviceConfig.ingressSettings';

const names: Readonly<Record<string, string>> = {
  INGRESS_TRAFFIC_ALL: 'ALLOW_ALL',
  INGRESS_TRAFFIC_INTERNAL_ONLY: 'ALLOW_INTERNAL_ONLY',
  INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER: 'ALLOW_INTERNAL_AND_GCLB',
};

export interface IngressDrift {
  /** What the function has saved, and what the service really has. */
  saved: Json;
  live: string;
}

/** Undefined if function and service agree, or if the service has a setting that functions do not know. */
export function ingressDrift(
  fn: JsonObject | undefined,
  serviceIngress: string | undefined,
): IngressDrift | undefined {
  const live = names[serviceIngress ?? ''];
  if (fn === undefined || live === undefined) return undefined;
  const saved = valueAt(fn, path) ?? 'ALLOW_ALL';
  return saved === live ? undefined : { saved, live };
}

/** The function with the live ingress, for the plan: if the inputs ask for the saved setting and it is not live, the plan has a change. */
export function withLiveIngress(
  fn: JsonObject | undefined,
  settings: Settings,
  drift: IngressDrift | undefined,
): JsonObject | undefined {
  if (fn === undefined || drift === undefined || settings.get(path) !== drift.saved) return fn;
  const copy = structuredClone(fn);
  setAt(copy, path, drift.live);
  return copy;
}

/** The setting that keeps the live ingress if the inputs name none. Undefined if no setting is needed. */
export function keepingIngress(settings: Settings, drift: IngressDrift | undefined): Settings | undefined {
  if (drift === undefined || settings.has(path)) return undefined;
  return new Map<string, Json>([...settings, [path, drift.live]]);
}
