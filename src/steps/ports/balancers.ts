import type { JsonObject } from '../../domain/data/json.ts';
import type { BackendChange } from '../../domain/drill/balancer.ts';

/** Compute Engine's global backend services, as an exercise uses them. */
export interface Balancers {
  /** Undefined: there is no such backend service. */
  read(project: string, name: string, signal?: AbortSignal): Promise<JsonObject | undefined>;
  /** A regional group, by its URL. */
  group(url: string, signal?: AbortSignal): Promise<JsonObject | undefined>;
  /** Writes if nobody has written since the fingerprint, and waits until Compute Engine has carried it out. */
  write(
    project: string,
    name: string,
    change: BackendChange,
    fingerprint: string,
    signal?: AbortSignal,
  ): Promise<'done' | 'changed'>;
}
