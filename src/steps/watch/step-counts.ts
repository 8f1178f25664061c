import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { type Counts, noCounts } from '../../domain/evidence/counts.ts';
import type { Cell, TestSpec } from '../../domain/evidence/state.ts';
import { type AnswerCount, clientCellsOf, clientErrorsId } from '../../domain/watch/clients/cells.ts';
import type { Refused } from '../../domain/watch/clients/facts.ts';
import { FailureBook, mainKind } from '../../domain/watch/failures.ts';
import { LatencyBook } from '../../domain/watch/latency.ts';
import { cellsOf, namelessBad } from '../../domain/watch/marks.ts';
import type { Obstacle } from '../../domain/watch/obstacle.ts';
import type { RecordedClients } from '../../domain/watch/replay/recorded.ts';
import type { WatchState } from '../../domain/watch/state.ts';
import { addTraffic, addUnread, type StepTraffic, trafficProblem } from '../../domain/watch/traffic.ts';
import { CountsRefused, CountsUnusable } from '../ports/counts-refused.ts';
import type { SliReader, SliReading } from '../ports/sli.ts';
import type { WatchPorts, WatchRequest } from './request.ts';

/** The horizon may stay the same for this long, beyond the source's lag, before the watch reports that the source shows nothing new. */
const blindAfterMs = 120_000;

/** What one canary step has counted so far, and what keeps it from counting. */
export class StepCounts {
  readonly #ports: WatchPorts;
  readonly #request: WatchRequest;
  readonly #state: WatchState;
  readonly #reader: SliReader;
  readonly #tests: readonly TestSpec[];
  readonly #traffic: StepTraffic = { candidate: 0, baseline: 0, all: 0 };
  readonly #failures = new FailureBook();
  #unreadable: Obstacle | undefined;
  /** The source will never answer, so waiting does not help. */
  isOver = false;
  /** The last look found the quota of the source used up. The counts come later, so waiting helps. */
  isQueued = false;
  /** The last answer of the source. */
  reading: SliReading | undefined;
  /** What the last answer says about 4xx. Undefined if there was none, or if the source does not tell them apart. */
  clients: RecordedClients | undefined;
  /** How long the answers of this step took. */
  readonly latencies = new LatencyBook();
  /** Requests that the front end refused in this step. */
  readonly refused: Refused[] = [];
  /** By test: the candidate's requests of this step that a sample left out. */
  readonly unread: readonly Counts[];

  constructor(
    ports: WatchPorts,
    request: WatchRequest,
    state: WatchState,
    tests: readonly TestSpec[],
    reader: SliReader,
  ) {
    this.#ports = ports;
    this.#request = request;
    this.#state = state;
    this.#reader = reader;
    this.#tests = tests;
    this.unread = tests.map(() => ({ ...noCounts }));
  }

  /** Asks the source for what is new. Throws only if the run was cancelled; a source that fails is an obstacle. */
  async poll(signal: AbortSignal | undefined): Promise<Cell[]> {
    this.clients = undefined;
    const { log, source } = this.#ports;
    const { marks } = this.#state;
    try {
      if (source.isWhole && this.#request.phase === 'split')
        throw new CountsUnusable({
          what: `${source.name} counts the whole service, so it cannot say which revision failed while users are split between two.`,
          fix: 'Shift all users at once (canary: 100), or use a source that tells revisions apart, such as logs.',
        });
      const reading = await this.#reader.poll(
        marks.map(({ at }) => at),
        signal,
      );
      this.reading = reading;
      this.#unreadable = undefined;
      this.isQueued = false;
      for (const failure of reading.failures ?? [])
        if (failure.revision === this.#request.candidate) this.#failures.add(failure);
      this.#state.nameless += namelessBad(reading.counts, marks);
      if (reading.answers) this.clients = this.#clientsOf(reading, reading.answers);
      const seconds = (this.#ports.clock.now() - this.#state.startedAt) / 1000;
      this.latencies.add(seconds, reading.latencies ?? [], this.#request);
      addRefused(this.refused, reading.refused ?? []);
      this.#state.source = source.name;
      this.#state.cursor = reading.cursor;
      return cellsOf(reading.counts, marks, this.#tests, this.#request);
    } catch (error) {
      if (signal?.aborted) throw error;
      const message = messageOf(error);
      if (!this.#unreadable) log.warning(`The request counts cannot be read at the moment: ${message}`);
      this.isOver = error instanceof CountsUnusable;
      this.isQueued = error instanceof ReleaseError && error.code === 'quota-spent';
      const { role, why, fix, commands } = error instanceof CountsRefused ? error : { role: undefined };
      this.#unreadable = { kind: 'unreadable', message, role, why, fix, commands };
      return [];
    }
  }

  #clientsOf(reading: SliReading, answers: readonly AnswerCount[]): RecordedClients {
    const { marks, startedAt } = this.#state;
    const horizon = Math.max(0, (reading.horizon - startedAt) / 1000);
    const most = mainKind(this.failures.filter(({ objective }) => objective === clientErrorsId));
    return { cells: clientCellsOf(answers, marks, this.#request), horizon, ...(most ? { most } : {}) };
  }

  /** Adds the counts of one look, including probes, to the traffic of this step. */
  add(cells: readonly Cell[]): void {
    addTraffic(this.#traffic, cells, this.#tests, this.#request, this.reading?.sampled);
    addUnread(this.unread, cells, this.#tests, this.reading?.sampled);
  }

  /** Why the counts cannot be trusted now; undefined if they can. */
  obstacle(settledAt: number): Obstacle | undefined {
    const seenMs = (this.reading?.horizon ?? settledAt) - settledAt - (this.reading?.bucketMs ?? 0);
    const { nameless, before } = this.#state;
    const message = trafficProblem(this.#traffic, this.#request, {
      nameless,
      before,
      seconds: seenMs / 1000,
      supply: this.#request.supply,
    });
    return message === undefined ? this.#unreadable : { kind: 'traffic', message };
  }

  /** The source has shown nothing new for longer than its lag explains. */
  isStale(now: number, pollMs: number): boolean {
    if (!this.reading) return true;
    const { horizon, lagMs } = this.reading;
    return now - horizon > lagMs + Math.max(blindAfterMs, 3 * pollMs);
  }

  get hasUsers(): boolean {
    return this.#traffic.candidate > 0;
  }

  /** The candidate's bad requests, and under `clientErrorsId` its 4xx, by what they have in common. */
  get failures() {
    return this.#failures.failures;
  }
}

function addRefused(to: Refused[], more: readonly Refused[]): void {
  for (const { status, count } of more) {
    const known = to.find((one) => one.status === status);
    if (known) known.count += count;
    else to.push({ status, count });
  }
}
