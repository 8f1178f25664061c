import type { Obstacle } from '../../domain/watch/obstacle.ts';
import { mostLooks, type RecordedLook, type RecordedWatch } from '../../domain/watch/replay/recorded.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import type { LookFacts } from './look.ts';
import type { WatchRequest } from './request.ts';

/** Records a watch, so that `replay` comes to its verdict. */
export class Recorder {
  readonly #head: Omit<RecordedWatch, 'looks'>;
  readonly #looks: RecordedLook[] = [];

  /** @param state as it is before the first look */
  constructor(request: WatchRequest, state: WatchState, facts: { source: string; probes: boolean }) {
    const { candidate, baseline, phase, share, objectives, rule, policy, until, last = true } = request;
    const { clientErrors } = request;
    const start = structuredClone(state);
    this.#head = {
      candidate,
      baseline,
      phase,
      share,
      objectives,
      rule,
      policy,
      until,
      last,
      ...(clientErrors ? { clientErrors } : {}),
      start,
      ...facts,
    };
  }

  look(
    { seconds, cells, dwell, lag, ended, withheld, clients }: LookFacts,
    obstacle: Obstacle | undefined,
    blind: boolean,
  ): void {
    if (this.#looks.length > mostLooks) return;
    this.#looks.push({
      ...{ t: seconds, cells: structuredClone(cells), dwell, lag },
      ...(ended ? { ended } : {}),
      ...(withheld ? { withheld } : {}),
      ...(clients ? { clients: structuredClone(clients) } : {}),
      ...(obstacle ? { obstacle } : {}),
      ...(blind ? { blind } : {}),
    });
  }

  /** Undefined if the watch was too long for a complete recording. */
  get recorded(): RecordedWatch | undefined {
    return this.#looks.length > mostLooks ? undefined : { ...this.#head, looks: this.#looks };
  }
}
