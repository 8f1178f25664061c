/** List prices in US dollars, without what is free every month, as Google's pages gave them in the month `date`. */
export const prices = {
  date: '2025-08',
  page: {
    build: 'https://cloud.google.com/build/pricing',
    run: 'https://cloud.google.com/run/pricing',
    storage: 'https://cloud.google.com/artifact-registry/pricing',
  },
  /** A minute of the default machine of Cloud Build. */
  buildMinute: 0.006,
  /** A vCPU for a second, billed by request, in the regions of the second tier. */
  vcpuSecond: 0.0000336,
  /** A GiB of memory for a second, in the regions of the second tier. */
  gibSecond: 0.0000035,
  millionRequests: 0.4,
  /** A GiB of images, kept for a month. */
  gibMonth: 0.1,
} as const;

/** What a probe uses, estimated from above. */
export interface Cost {
  readonly buildMinutes?: number;
  readonly vcpuSeconds?: number;
  readonly gibSeconds?: number;
  readonly requests?: number;
  /** Images and sources that stay in Artifact Registry, since Google shares the repository with your functions. */
  readonly storedGib?: number;
}

/** One line of the arithmetic. */
export interface CostLine {
  readonly what: string;
  readonly amount: number;
  readonly unit: string;
  readonly price: number;
  readonly dollars: number;
}

const sumOf = (costs: readonly Cost[], key: keyof Cost) =>
  costs.reduce((sum, cost) => sum + (cost[key] ?? 0), 0);

export function costLines(costs: readonly Cost[]): CostLine[] {
  const line = (what: string, key: keyof Cost, unit: string, price: number): CostLine => {
    const amount = Math.round(sumOf(costs, key) * 100) / 100;
    return { what, amount, unit, price, dollars: amount * price };
  };
  return [
    line('Cloud Build', 'buildMinutes', 'minutes', prices.buildMinute),
    line('Cloud Run CPU', 'vcpuSeconds', 'vCPU seconds', prices.vcpuSecond),
    line('Cloud Run memory', 'gibSeconds', 'GiB seconds', prices.gibSecond),
    line('Cloud Run requests', 'requests', 'requests', prices.millionRequests / 1_000_000),
    line('images kept for a month', 'storedGib', 'GiB', prices.gibMonth),
  ].filter(({ amount }) => amount > 0);
}

export const totalOf = (lines: readonly CostLine[]): number =>
  lines.reduce((sum, { dollars }) => sum + dollars, 0);
