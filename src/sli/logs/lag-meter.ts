/** The measurement looks at this many of the newest entries. */
const kept = 200;

/**
 * Measures how long after a request its log entry can be read. The lag has two parts: from the entry's own timestamp
 * to its arrival in Cloud Logging (the 95th percentile), and from its arrival until we first read it (the minimum,
 * because the rest of that time is our own polling).
 */
export class LagMeter {
  readonly #assumed: number;
  #arrivals: number[] = [];
  #sights: number[] = [];

  /** `assumed` is the lag in milliseconds to report until the first entry was seen. */
  constructor(assumed: number) {
    this.#assumed = assumed;
  }

  saw(arrivalMs: number, sightMs: number): void {
    this.#arrivals.push(Math.max(0, arrivalMs));
    this.#sights.push(Math.max(0, sightMs));
    if (this.#arrivals.length > kept) this.#arrivals = this.#arrivals.slice(-kept / 2);
    if (this.#sights.length > kept) this.#sights = this.#sights.slice(-kept / 2);
  }

  get milliseconds(): number {
    if (this.#arrivals.length === 0) return this.#assumed;
    const sorted = [...this.#arrivals].sort((a, b) => a - b);
    const late = sorted[Math.floor(sorted.length * 0.95)] ?? this.#assumed;
    return Math.round(late + Math.min(...this.#sights));
  }
}
