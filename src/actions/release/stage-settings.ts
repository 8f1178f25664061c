import type { Objective } from '../../domain/slo/objective.ts';
import type { ClientErrors } from '../../domain/watch/clients/cells.ts';
import type { OpenEnd, OpenEndPolicy } from '../../domain/watch/outcome.ts';
import type { WatchRule } from '../../domain/watch/rules.ts';
import type { SourceName } from '../../sli/registry.ts';
import type { DeployRequest } from '../../steps/deploy/ports.ts';
import type { GatewayRequest } from '../../steps/gateway/ports.ts';
import type { AskedModel } from '../model/inputs.ts';
import type { NamedDoor } from '../smoke-test/door.ts';

/** The inputs of a release that its stages need: deploy, guard, smoke test, watch and budget gate. */
export interface StageSettings {
  /** What to do if the preflight finds that something is missing. */
  preflight: 'stop' | 'warn';
  /** A dry run. What the account may not change is then no lack, if it can only read. */
  plan: boolean;
  /** True if a source that Google refuses to show ends the release before its first change. */
  stopIfRefused: boolean;
  /** True if open alerts are asked for. */
  asksAlerts: boolean;
  /** The user confirms a first release in one more region. */
  newRegion: boolean;
  /** Where the watch counts requests. */
  source: SourceName;
  deploy: Omit<DeployRequest, 'noTraffic' | 'dryRun'>;
  requireProof: 'partial' | 'complete';
  trusted: readonly string[];
  propagationSeconds: number;
  /** The gateway in front of the function. Undefined: no document is named. */
  gateway: Omit<GatewayRequest, 'mode' | 'project' | 'region' | 'service' | 'signal' | 'text'> | undefined;
  /** The model that the revision gets. Undefined: none is named. */
  model: AskedModel | undefined;
  /** What stands in front of the function. The suite goes through it once more at 100 %. Undefined: none is named. */
  door: NamedDoor | undefined;
  /** Path of the suite in the workspace. */
  suite: string | undefined;
  /** Test requests that the watch sends itself. They are counted separately from users. */
  probes: { suite: string; perMinute: number } | undefined;
  objectives: readonly Objective[];
  pollSeconds: number;
  alpha: number | undefined;
  until: 'pass' | 'duration';
  /** The rule that decides: the statistical evidence, or a classical rule. */
  rule: WatchRule;
  /** How 4xx are judged. */
  clientErrors: ClientErrors;
  policy: Partial<Record<OpenEnd, OpenEndPolicy>>;
  /** For how many seconds the old revision's requests are counted after a rollback; 0 only calls it. */
  verifySeconds: number;
  windowSeconds: number;
  onExhausted: 'block' | 'warn';
  /** The user's reason to release although the budget is spent. */
  override: string | undefined;
}
