import type { Gate } from '../budget/gate.ts';
import type { InvoiceFacts } from '../budget/invoice.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { AliasResult } from '../model/alias.ts';
import type { ModelEvidence } from '../model/model.ts';
import type { OutsideFact } from '../traffic/outside/facts.ts';
import type { WatchFacts } from '../watch/evidence.ts';
import type { ServingHealth } from '../watch/serving-health.ts';

/** What a release knows about itself, as its report holds it (`evidence.release`). Times are seconds since it began. */
export interface ReleaseFacts {
  service?: string | undefined;
  url?: string | undefined;
  before?: string | undefined;
  /** `before` can no longer serve, so traffic cannot go back to it. */
  before_gone?: boolean | undefined;
  /** The release was taken back, but nothing speaks against its code: a permission, a quota, a network or an API failed. */
  unjudged?: true | undefined;
  candidate?: string | undefined;
  /** The model that the candidate carries, and the one of `before`. Absent if the release named none. */
  model?:
    | (ModelEvidence & {
        before?: string | undefined;
        before_digest?: string | undefined;
        alias?: AliasResult | undefined;
      })
    | undefined;
  first: boolean;
  unchanged: boolean;
  serving: { revision: string; percent: number }[];
  /** RFC 3339: when the traffic was last read. */
  verified_at: string;
  exposure?: string | undefined;
  kept_pin: boolean;
  after_promote: 'pinned' | 'latest';
  steps: number[];
  seconds: number;
  stages: StageFacts[];
  /** False if it is certain that the candidate never had traffic of users. Absent in old reports. */
  moved?: boolean | undefined;
  shares: { at: number; percent: number }[];
  segments: SegmentFacts[];
  /** The service's settings that the release had changed and that traffic does not carry, with their state after the rollback. */
  outside?: readonly OutsideFact[] | undefined;
  /** How `before` has been doing since the traffic went back to it. */
  after?: ServingHealth | undefined;
  warnings: string[];
  /** What happened, in one sentence. It does not say where the traffic is. */
  cause: string;
  commit?: { sha: string; url?: string | undefined; compare?: string | undefined } | undefined;
  attempt?: number | undefined;
  /** What the budget gate saw, and what this release cost. */
  budget?: { gate: Gate; invoice?: InvoiceFacts | undefined; window_days: number } | undefined;
  dry_run?: boolean | undefined;
  logs_url?: string | undefined;
  /** The run that this release gave way to. */
  other_run_url?: string | undefined;
}

export interface StageFacts {
  stage: string;
  kind: 'check' | 'build' | 'smoke' | 'watch' | 'back' | 'verify' | 'finish';
  start: number;
  seconds: number;
  verdict: Verdict;
  note: string;
  /** For a watch: the percent of traffic that the candidate had. */
  percent?: number | undefined;
  /** For a rollback: true if the old revision answered a call afterwards. */
  answered?: boolean | undefined;
  /** True if this stage ended the release. Its `note` is then the release's `cause`. */
  decided?: boolean | undefined;
}

export interface SegmentFacts {
  percent: number;
  phase: 'split' | 'full';
  verdict: Verdict;
  reason: string;
  /** What the release did next. Reports of earlier versions do not say it. */
  next?: 'go_on' | 'hold' | 'roll_back' | undefined;
  requests?: number | undefined;
  bad?: number | undefined;
  /** The watch's own evidence. Absent if the step only waited for its time to pass. */
  evidence?: WatchFacts | undefined;
}
