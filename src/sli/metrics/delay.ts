import { type JsonObject, objectOf } from '../../domain/data/json.ts';
import type { Rest } from '../../http/rest.ts';

/** How late the points of a metric arrive. */
export interface Delay {
  ms: number;
  /** False if the metric's descriptor does not say it, so that `ms` is assumed. */
  announced: boolean;
}

/** Assumed if a descriptor does not announce a delay: the value of Google's own example of a latency metric. */
export const assumedMs = 240_000;

/** Reads `240s`. */
const secondsOf = (value: unknown): number | undefined => {
  const match = typeof value === 'string' ? /^(\d+(?:\.\d+)?)s$/.exec(value) : null;
  return match ? Number(match[1]) : undefined;
};

/**
 * Reads how late points arrive from the metric's descriptor: Google guarantees that points older than `ingestDelay`
 * are there. Each descriptor is read once; if that fails, the next call asks again.
 */
export class Delays {
  readonly #rest: Rest;
  readonly #projectId: string;
  readonly #known = new Map<string, Promise<Delay>>();

  constructor(rest: Rest, projectId: string) {
    this.#rest = rest;
    this.#projectId = projectId;
  }

  /** The longest delay of these metrics. */
  async of(metrics: readonly string[], signal?: AbortSignal): Promise<Delay> {
    const all = await Promise.all(metrics.map((metric) => this.#one(metric, signal)));
    return { ms: Math.max(...all.map(({ ms }) => ms)), announced: all.every(({ announced }) => announced) };
  }

  #one(metric: string, signal?: AbortSignal): Promise<Delay> {
    const known = this.#known.get(metric);
    if (known) return known;
    const reading = this.#read(metric, signal);
    this.#known.set(metric, reading);
    reading.catch(() => this.#known.delete(metric));
    return reading;
  }

  async #read(metric: string, signal?: AbortSignal): Promise<Delay> {
    const { body } = await this.#rest.call<JsonObject>({
      api: 'monitoring',
      method: 'GET',
      path: `v3/projects/${this.#projectId}/metricDescriptors/${metric}`,
      retry: 'metered-read',
      deadlineMs: 20_000,
      signal,
    });
    const metadata = objectOf(body.metadata);
    const delay = secondsOf(metadata.ingestDelay);
    const sample = secondsOf(metadata.samplePeriod) ?? 60;
    if (delay === undefined) return { ms: assumedMs, announced: false };
    return { ms: (delay + sample) * 1000, announced: true };
  }
}
