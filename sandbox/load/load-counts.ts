interface PerRevision {
  requests: number;
  bad: number;
  byStatus: Record<string, number>;
  /** ISO times. */
  firstAnswer: string;
  lastAnswer: string;
  firstBad?: string;
  lastBad?: string;
}

/** True if the call failed for its caller: a server error, no instance (429), or no answer at all (status 0). */
const isBad = (status: number) => status >= 500 || status === 429 || status === 0;

/** Counts the answers by status and by the revision that served them. */
export class LoadCounts {
  private readonly time: () => string;
  private readonly byStatus: Record<string, number> = {};
  private readonly byRevision: Record<string, PerRevision> = {};
  private readonly latencies: number[] = [];
  private requests = 0;
  private bad = 0;
  private skipped = 0;
  private firstBad: string | undefined;
  private lastBad: string | undefined;

  constructor(time: () => string) {
    this.time = time;
  }

  /** Counts a call that was not sent because too many were under way. */
  skip(): void {
    this.skipped++;
  }

  add(status: number, revision: string, milliseconds: number): void {
    const now = this.time();
    this.requests++;
    this.byStatus[status] = (this.byStatus[status] ?? 0) + 1;
    this.latencies.push(milliseconds);
    this.byRevision[revision] ??= { requests: 0, bad: 0, byStatus: {}, firstAnswer: now, lastAnswer: now };
    const own = this.byRevision[revision] as PerRevision;
    own.requests++;
    own.lastAnswer = now;
    own.byStatus[status] = (own.byStatus[status] ?? 0) + 1;
    if (!isBad(status)) return;
    this.bad++;
    this.firstBad ??= now;
    this.lastBad = now;
    own.bad++;
    own.firstBad ??= now;
    own.lastBad = now;
  }

  show(): Record<string, unknown> {
    const sorted = this.latencies.toSorted((a, b) => a - b);
    const percentile = (share: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
    return {
      requests: this.requests,
      bad: this.bad,
      skipped: this.skipped,
      byStatus: { ...this.byStatus },
      byRevision: structuredClone(this.byRevision),
      firstBad: this.firstBad ?? null,
      lastBad: this.lastBad ?? null,
      latencyMs: { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) },
    };
  }
}
