import { conditionText, type LogField } from './log-field.ts';

/** `log_field`: the code logs something about each of its answers, and that says whether it was good. */
export type ObjectiveKind = 'availability' | 'latency' | 'log_field';

/** One promise to users: at least `target` of the requests are good. */
export interface Objective {
  /** Unique within a watch, such as `availability`. */
  id: string;
  kind: ObjectiveKind;
  /** Fraction of good requests, below 1. */
  target: number;
  /** For latency: an answer slower than this is bad. Milliseconds. */
  slowerThanMs?: number | undefined;
  /** For log_field: what the code logs, and when it is bad. */
  logField?: LogField | undefined;
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
  logField,
}: Pick<Objective, 'counts' | 'prometheus' | 'cloudwatch' | 'logField'>): string | undefined => {
  if (counts) return foreignTypes[counts.system];
  if (logField) return ownLog;
  return prometheus ? 'Prometheus' : cloudwatch ? 'CloudWatch' : undefined;
};

/** What an objective of the kind `log_field` counts by. */
export const ownLog = 'entries that the code logs';

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
  if (objective.logField) return `answers without ${conditionText(objective.logField)}`;
  return `requests within ${objective.slowerThanMs ?? 0} ms`;
}

/** How a bad request under an objective of this kind is called: `failed`, and `3 failures`. */
export const badWords: Readonly<
  Record<ObjectiveKind, { was: string; were: string; many: string; good: string }>
> = {
  availability: {
    ...{ was: 'failed', were: 'failed', many: 'failures' },
    good: 'without an error',
  },
  latency: {
    ...{ was: 'was too slow', were: 'were too slow', many: 'slow answers' },
    good: 'that are all fast enough',
  },
  log_field: {
    ...{ was: 'was bad by its own log', were: 'were bad by their own log', many: 'bad answers' },
    good: 'whose log says that they are good',
  },
};
