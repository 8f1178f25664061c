import type { Clock } from '../../steps/ports/clock.ts';
import type { SliReader, SliReading } from '../../steps/ports/sli.ts';
import type { CallBudget } from './call-budget.ts';
import { QuotaSpent } from './quota-spent.ts';

/** A pause of the usual length between two looks is no news. */
const usualPauseMs = 10_000;
/** Without an answer for so long, a quota that is used up is a failure of the source. */
export const starvedMs = 150_000;

export interface PatientOptions {
  clock: Clock;
  budget: CallBudget;
  /** Where the watch begins: what a reading says that was never answered. */
  begin: Pick<SliReading, 'horizon' | 'lagMs' | 'cursor' | 'bucketMs'>;
  /** What to say of a watch that had to wait. */
  note: string;
}

/**
 * Reads a source whose quota other releases and tools use as well. If the quota is used up, it comes back later and more
 * rarely, and says by how much the counts lag meanwhile. The reader below must count a look whole or not at all.
 */
export class PatientReader implements SliReader {
  readonly #reader: SliReader;
  readonly #options: PatientOptions;
  #last: SliReading | undefined;
  #answeredAt: number;
  #spent: QuotaSpent | undefined;
  #failure: unknown;
  #waited = false;

  constructor(reader: SliReader, options: PatientOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#answeredAt = options.clock.steady();
  }

  get source(): string {
    return this.#reader.source;
  }

  async poll(marks: readonly number[], signal?: AbortSignal): Promise<SliReading> {
    const { clock, budget } = this.#options;
    let news: SliReading | undefined;
    if (budget.take())
      try {
        news = this.#last = await this.#reader.poll(marks, signal);
        budget.answered();
        this.#answeredAt = clock.steady();
        this.#spent = this.#failure = undefined;
      } catch (error) {
        if (!(error instanceof QuotaSpent)) {
          this.#failure = error;
          throw error;
        }
        budget.refused();
        this.#spent = error;
        this.#waited = true;
      }
    // A look that had to wait repeats the last failure. Otherwise the failure would look like silence.
    else if (this.#failure !== undefined) throw this.#failure;
    if (this.#spent && clock.steady() - this.#answeredAt >= starvedMs) throw this.#spent;
    return this.#reading(news);
  }

  /** The news, or the last reading without its counts. */
  #reading(news: SliReading | undefined): SliReading {
    const { begin, budget, note } = this.#options;
    const { pauseMs } = budget;
    const known = news ?? this.#last ?? { ...begin, notes: [], source: this.source };
    return {
      ...known,
      counts: news?.counts ?? [],
      failures: news?.failures,
      lagMs: known.lagMs + (pauseMs > usualPauseMs ? pauseMs : 0),
      notes: this.#waited ? [note, ...known.notes] : known.notes,
    };
  }
}
