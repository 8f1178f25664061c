import { ReleaseError } from '../../src/domain/errors/errors.ts';
import type { OutsideChange } from '../../src/domain/traffic/outside/put-back.ts';
import type { TrafficTarget } from '../../src/domain/traffic/traffic.ts';
import type { Clock } from '../../src/steps/ports/clock.ts';
import type { RunService, Services } from '../../src/steps/ports/services.ts';

type Change = Parameters<Services['patch']>[1];

/** What happens to one write: it succeeds, it loses a race, its response is lost, or it fails without effect. */
export type Fate = 'conflict' | 'lost' | Error | undefined;

export const reset = () => new ReleaseError('network-failed', { what: 'The connection was reset.' });

/** One Cloud Run service in memory, with etags. Its traffic follows a write after `settleMs` of the given clock. */
export class FakeService {
  readonly name = 'projects/p/locations/l/services/ocr';
  readonly patches: Change[] = [];
  reads = 0;
  /** Settings of the service that traffic does not carry. */
  settings: OutsideChange = {};
  annotations: Record<string, string> = { theirs: 'kept' };
  latestCreated = 'ocr-1';
  latestReady = 'ocr-1';
  settleMs = 300;
  /** Called before the n-th read or write (from 1). A test may use it to act as another tool. */
  onGet: (nth: number) => Error | undefined = () => undefined;
  onPatch: (nth: number) => Fate = () => undefined;
  traffic: TrafficTarget[];
  #live: TrafficTarget[];
  #serial = 1;
  #settlesAt = 0;
  readonly #clock: Clock;

  constructor(clock: Clock, traffic: TrafficTarget[]) {
    this.#clock = clock;
    this.traffic = traffic;
    this.#live = traffic;
  }

  /** Moves the traffic as another tool would, without an etag. */
  move(traffic: TrafficTarget[]): void {
    this.#follow();
    this.traffic = traffic;
    this.#settlesAt = this.#clock.now() + this.settleMs;
    this.#serial++;
  }

  /** Adds a new revision that is ready. */
  appears(revision: string): void {
    this.latestCreated = revision;
    this.latestReady = revision;
    this.#serial++;
  }

  look(): RunService {
    this.#follow();
    const settled = this.#clock.now() >= this.#settlesAt;
    return {
      name: this.name,
      uri: '',
      urls: [],
      etag: `"${this.#serial}"`,
      annotations: { ...this.annotations },
      labels: {},
      traffic: structuredClone(this.traffic),
      trafficStatuses: this.#live.map((target) => ({
        ...target,
        revision: target.revision ?? this.latestReady,
      })),
      latestCreatedRevision: this.latestCreated,
      latestReadyRevision: this.latestReady,
      invokerIamDisabled: false,
      iapEnabled: false,
      defaultUriDisabled: false,
      ingress: undefined,
      customAudiences: [],
      scaling: {},
      description: '',
      ...this.settings,
      reconciling: !settled,
      arrived: settled,
      settled,
      terminalMessage: settled ? undefined : 'Traffic is being moved.',
      raw: {},
    };
  }

  /** Percent by revision, as requests really arrive. */
  serves(): Record<string, number> {
    const percents: Record<string, number> = {};
    for (const { revision, percent } of this.look().trafficStatuses)
      if (revision && percent) percents[revision] = (percents[revision] ?? 0) + percent;
    return percents;
  }

  readonly services = {
    get: async (_name: string, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      const error = this.onGet(++this.reads);
      if (error) throw error;
      return this.look();
    },
    patch: async (
      _name: string,
      change: Change,
      { etag, signal }: { etag: string; signal?: AbortSignal },
    ) => {
      signal?.throwIfAborted();
      this.patches.push(change);
      const fate = this.onPatch(this.patches.length);
      if (fate instanceof Error) throw fate;
      if (fate === 'conflict' || etag !== this.look().etag) return 'conflict' as const;
      const { traffic: _traffic, annotations: _annotations, ...settings } = change;
      this.settings = { ...this.settings, ...settings };
      if (change.annotations) this.annotations = change.annotations;
      if (change.traffic) this.move(change.traffic);
      else this.#serial++;
      if (fate === 'lost') throw reset();
      return 'accepted' as const;
    },
  } as unknown as Services;

  #follow(): void {
    if (this.#clock.now() >= this.#settlesAt) this.#live = this.traffic;
  }
}
