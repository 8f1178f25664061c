import type { Answers } from '../../domain/evidence/answers.ts';
import type { Counts } from '../../domain/evidence/counts.ts';
import type { Blame } from '../../domain/evidence/decide.ts';
import type { Phase } from '../../domain/evidence/state.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import type { ClientFacts, Refused } from '../../domain/watch/clients/facts.ts';
import type { Latencies, Shift } from '../../domain/watch/evidence.ts';
import type { Failure } from '../../domain/watch/failures.ts';
import type { ReplayFile } from '../../domain/watch/replay/file.ts';
import type { WatchRule } from '../../domain/watch/rules.ts';

/** What one look added. Counts are increments since the look before. */
export interface WatchPoint {
  /** Seconds since the first shift. */
  seconds: number;
  share: number;
  /** Seconds since the first shift up to which the source has seen everything. */
  horizon: number;
  tests: {
    candidate: Counts;
    baseline: Counts;
    /** Natural logarithms of the evidence. `against` is the one that decides in this phase. */
    against: number;
    pass: number;
    breaks: { candidate: number; baseline: number | undefined };
  }[];
  /** The same requests by their answers. Undefined if the source does not tell 4xx apart. */
  clients?: { candidate: Answers; baseline: Answers } | undefined;
  /** How long the answers of the last minute took. Undefined if the source does not say it. */
  latency?: Latencies | undefined;
}

/** All that one test has seen, for people. */
export interface TestSummary {
  objective: Objective;
  stream: 'users' | 'probes';
  limit: number;
  /** The candidate's requests since its first traffic. */
  candidate: Counts;
  /** The candidate's requests that came at 100 %; undefined before that. */
  full: Counts | undefined;
  baseline: Counts;
  /** The candidate's requests of this step that a sample left out, estimated. They cost budget but prove nothing. */
  unread: Counts | undefined;
  /** The candidate's error rates that the counts do not contradict (95 %, valid at every look). */
  interval: [number, number];
  /** The smallest error rate that would have been taken back nine times in ten. */
  detectable: number | undefined;
  /** ln of the evidence against the candidate, and the level at which it acts. */
  against: number;
  actsAt: number;
  /** True if this test decided against the candidate. */
  failed: boolean;
  pass: number;
  /** ln of the evidence that each revision by itself breaks the objective; the candidate's in this phase. */
  breaks: { candidate: number; baseline: number | undefined };
}

/** What the report holds of a watch. */
export interface WatchEvidence {
  candidate: string;
  baseline: string | undefined;
  phase: Phase;
  share: number;
  blame: Blame;
  rule: WatchRule['kind'];
  source: string;
  lagSeconds: number;
  tests: TestSummary[];
  points: WatchPoint[];
  /** When traffic had settled at each share of the candidate, in seconds since the first shift. */
  shifts: Shift[];
  /** What the candidate's bad requests of this step have in common, most frequent first. Empty if the source cannot say. */
  failures: Omit<Failure, 'revision'>[];
  /** Answers of 4xx. Undefined if the source does not tell them apart. */
  clients: ClientFacts | undefined;
  /** How long all answers of this step took. Undefined if the source does not say it. */
  latency?: Latencies | undefined;
  /** Requests that the front end refused in this step. */
  refused: Refused[];
  notes: string[];
  /** The role that this identity lacks, such as `roles/logging.viewer`, if the source refused to show its counts. */
  missingRole: string | undefined;
  /** What `replay` reads, for the first objective of users. */
  replay: ReplayFile | undefined;
}
