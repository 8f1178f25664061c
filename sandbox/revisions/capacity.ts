/** How long a request waits for an instance before Cloud Run answers 429 (cloud.google.com/run/docs/about-concurrency). */
const QUEUE_MS = 10_000;

/** Limits the requests at a time over all instances of a revision. Further requests queue, first come, first served. */
export class Capacity {
  private readonly limit: number;
  private readonly queueMs: number;
  private active = 0;
  private readonly waiting: ((admitted: boolean) => void)[] = [];

  constructor(limit: number, queueMs = QUEUE_MS) {
    this.limit = Math.max(1, limit);
    this.queueMs = queueMs;
  }

  /** Resolves with true once there is room; the caller must then call `leave`. Resolves with false if the wait takes too long. */
  async enter(): Promise<boolean> {
    if (this.active < this.limit) {
      this.active++;
      return true;
    }
    if (this.queueMs === 0) return false;
    return new Promise((resolve) => {
      const give = (admitted: boolean) => {
        clearTimeout(timer);
        resolve(admitted);
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(give), 1);
        give(false);
      }, this.queueMs);
      timer.unref();
      this.waiting.push(give);
    });
  }

  /** Gives the place to the request that has waited longest. */
  leave(): void {
    const next = this.waiting.shift();
    if (next) next(true);
    else this.active--;
  }
}
