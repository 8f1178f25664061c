import type { Finding } from '../../domain/findings/finding.ts';
import type { OutsideFact } from '../../domain/traffic/outside/facts.ts';
import type { Allocation } from '../../domain/traffic/serving.ts';
import type { ServingHealth } from '../../domain/watch/serving-health.ts';
import type { RunService } from '../ports/services.ts';
import type { Answer } from '../traffic/prove-back.ts';

interface Common {
  /** What happened, as part of a sentence for people. */
  reason: string;
  /** What served before, and what serves now. */
  from: readonly Allocation[];
  serving: readonly Allocation[];
  findings: Finding[];
}

/** Nothing was changed. The service is undefined if there is none. */
export interface Refused extends Common {
  did: 'refused';
  service: RunService | undefined;
}

/**
 * `already_there`: nothing had to change. `planned`: a dry run. `overtaken`: the traffic was sent to `target`, and others
 * moved it again.
 */
export interface NotMoved extends Common {
  did: 'already_there' | 'planned' | 'overtaken';
  /** Short name of the revision to go back to. */
  target: string;
  service: RunService;
}

export interface RolledBack extends Common {
  did: 'rolled_back';
  target: string;
  service: RunService;
  /** The revision is pinned by name, so deploys of other tools get no traffic. */
  keptPin: boolean;
  /** Milliseconds from the write until the traffic was seen to follow it. */
  tookMs: number;
  /** The service's settings that the release had changed, with their state after the rollback. */
  outside: readonly OutsideFact[];
  /** How the revision answered a call. Undefined if it was not called or failed; then a finding says so. */
  answer: Answer | undefined;
  /** The revision's own error rate. Undefined if it was not asked for or could not be counted. */
  rate: ServingHealth | undefined;
  /** Why its requests could not be counted. */
  uncounted: string | undefined;
}

export type RollbackResult = Refused | NotMoved | RolledBack;
