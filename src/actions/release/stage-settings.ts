import type { Objective } from '../../domain/slo/objective.ts';
import type { OpenEnd, OpenEndPolicy } from '../../domain/watch/outcome.ts';
import type { WatchRule } from '../../domain/watch/rules.ts';
import type { DeployRequest } from '../../steps/deploy/types.ts';

/** The guard's, the smoke test's and the watch's part of a release's inputs. */
export interface StageSettings {
  deploy: Omit<DeployRequest, 'noTraffic' | 'dryRun'>;
  requireProof: 'partial' | 'complete';
  trusted: readonly string[];
  propagationSeconds: number;
  /** Path of the suite in the workspace. */
  suite: string | undefined;
  /** Requests of our own beside the users', as evidence of their own. */
  probes: { suite: string; perMinute: number } | undefined;
  objectives: readonly Objective[];
  pollSeconds: number;
  alpha: number | undefined;
  until: 'pass' | 'duration';
  /** Who decides: the evidence, or a classical rule. */
  rule: WatchRule;
  policy: Partial<Record<OpenEnd, OpenEndPolicy>>;
  /** How long the old revision is counted after a rollback; 0 only calls it. */
  verifySeconds: number;
  windowSeconds: number;
  onExhausted: 'block' | 'warn';
  /** Why this release cannot wait although the budget is spent. */
  override: string | undefined;
}
