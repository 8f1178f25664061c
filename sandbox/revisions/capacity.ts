/** Requests wait this long for an instance before Cloud Run gives up with 429 (cloud.google.com/run/docs/about-concurrency). */
const QUEUE_MS = 10_000;

/** Room for so many requests at a time over all the instances of a revision; the others queue, first come first served. */
export class Capacity {
  private readonly limit: number;
  private readonly queueMs: number;
  private active = 0;
  private readonly waiting: ((admitted: boolean) => void)[] = [];

  constructor(limit: number, queueMs = QUEUE_MS) {
    this.limit = Math.max(1, limit);
    this.queueMs = queueMs;
  }

  /** True once there is room: call `leave` afterwards. False after too long a wait. */
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

  /** The place goes to the one who has waited longest. */
  leave(): void {
    const next = this.waiting.shift();
    if (next) next(true);
    else this.active--;
  }
}
