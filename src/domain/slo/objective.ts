/** One promise to users: at least `target` of the requests are good. */
export interface Objective {
  /** Unique within a watch, such as `availability`. */
  id: string;
  kind: 'availability' | 'latency';
  /** Fraction of good requests, below 1. */
  target: number;
  /** For latency: an answer slower than this is bad. Milliseconds. */
  slowerThanMs?: number | undefined;
  /** For availability: 4xx are bad too (`client_errors: count`). */
  clientErrors?: true | undefined;
  /** A name for people, if the id says too little. */
  title?: string | undefined;
  /** `file:line` at which it is written. */
  source?: string | undefined;
  /** For Prometheus: the counters to read. */
  prometheus?: PrometheusCounters | undefined;
  /** For another monitoring system: the counts to read, in its own language. */
  counts?: ForeignCounts | undefined;
  /** For CloudWatch: what counts the requests. */
  cloudwatch?: CloudWatchSelection | undefined;
}

/** An endpoint of AWS, and the dimensions of its counters. */
export interface CloudWatchSelection {
  counts: string;
  dimensions: Readonly<Record<string, string>>;
}

/** Types of a metric source in an SLO file, by the source of counts that reads them. */
export const foreignTypes = { datadog: 'Datadog', newrelic: 'NewRelic' } as const;
export type ForeignSystem = keyof typeof foreignTypes;

/** `$revision` and `$service` are filled in. */
export interface ForeignCounts {
  system: ForeignSystem;
  total: string;
  bad: string;
}

/** The system outside of Cloud Run whose counts an objective names, such as `Datadog`. Undefined if it means the requests of the service. */
export const countedBy = ({
  counts,
  prometheus,
  cloudwatch,
}: Pick<Objective, 'counts' | 'prometheus' | 'cloudwatch'>): string | undefined =>
  counts ? foreignTypes[counts.system] : prometheus ? 'Prometheus' : cloudwatch ? 'CloudWatch' : undefined;

/** Selectors of counters: `total`, and either `bad` or `good`. `$revision` and `$service` are filled in. */
export interface PrometheusCounters {
  total: string;
  bad?: string | undefined;
  good?: string | undefined;
}

/** The tolerated fraction of bad requests. Rounded, because 1 - 0.995 is not exactly 0.005 in binary. */
export function limitOf(objective: Pick<Objective, 'target'>): number {
  return Number((1 - objective.target).toPrecision(12));
}

export function objectiveTitle(objective: Objective): string {
  if (objective.title) return objective.title;
  if (objective.kind === 'availability') return 'requests without an error';
  return `requests within ${objective.slowerThanMs ?? 0} ms`;
}
