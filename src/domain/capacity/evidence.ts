import type { Point } from './point.ts';
import type { Answer } from './sequential.ts';

/** What was measured of one configuration. */
export interface TrialEvidence {
  point: Point;
  /** `illegal`: Cloud Run does not take it. */
  answer: Answer | 'illegal';
  calls: number;
  misses: number;
  /** Late, wrong or without an answer, refused with 429, and not sent because too many were under way. */
  late: number;
  wrong: number;
  full: number;
  unsent: number;
  p50_ms?: number | undefined;
  p95_ms?: number | undefined;
  /** At the quantile of the objective. */
  objective_ms?: number | undefined;
  first_answer_ms?: number | undefined;
  dollars_per_thousand: number;
  note?: string | undefined;
}

/** An input of the release, and what it would become. */
export interface Change {
  input: string;
  from: string | undefined;
  to: string;
}

export interface CapacityEvidence {
  service: string;
  region: string;
  image: string | undefined;
  revision: string | undefined;
  objective: { quantile: number; limit_ms: number };
  requests_per_second: number;
  /** At least this sure that the configuration that was found keeps the objective. */
  confidence: number;
  trials: TrialEvidence[];
  /** Configurations that no call was needed for, by a documented rule. */
  refused: { point: Point; why: string }[];
  found: Point | undefined;
  /** The configuration that serves now, as far as it is set. */
  present: Point | undefined;
  present_dollars_per_thousand: number | undefined;
  found_dollars_per_thousand: number | undefined;
  changes: Change[];
  /** True if nothing cheaper can be the answer. */
  final: boolean;
  calls: number;
  max_calls: number;
  /** The most that the measurement can have cost. */
  dollars: number;
  max_dollars: number;
  /** What ended the search before its end. */
  stopped?: 'calls' | 'cost' | 'time' | 'trials' | undefined;
  prices: { date: string; page: string };
  /** What was put back. */
  put_back: string;
  left: string[];
  measured_at: string;
}
