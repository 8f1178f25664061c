/** How many newest entries the measurement looks at. */
const kept = 200;

/**
 * How long after a request its log entry can be read: from its own timestamp to its arrival (the 95th percentile),
 * plus from its arrival to our first sight of it (the least, since the rest is our own polling).
 */
export class LagMeter {
  readonly #assumed: number;
  #arrivals: number[] = [];
  #sights: number[] = [];

  /** `assumed` milliseconds until something was seen. */
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
