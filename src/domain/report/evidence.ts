import type { SloEvidence } from '../alerting/evidence.ts';
import type { AlertEvidence } from '../alerts/judge.ts';
import type { Gate } from '../budget/gate.ts';
import type { InvoiceFacts } from '../budget/invoice.ts';
import type { CapacityEvidence } from '../capacity/evidence.ts';
import type { CheckEvidence } from '../check/evidence.ts';
import type { DeployEvidence } from '../deploy/evidence.ts';
import type { DoctorEvidence } from '../doctor/check.ts';
import type { DrillEvidence } from '../drill/evidence.ts';
import type { ExposureEvidence } from '../exposure/evidence.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { Freeze } from '../freeze/freeze.ts';
import type { GatewayEvidence } from '../gateway/evidence.ts';
import type { LoginEvidence } from '../login/evidence.ts';
import type { LogsEvidence } from '../logs/evidence.ts';
import type { ModelFacts } from '../model/facts.ts';
import type { PipelineEvidence } from '../pipeline/evidence.ts';
import type { PostureEvidence } from '../posture/judge.ts';
import type { PreflightEvidence } from '../preflight/row.ts';
import type { ReleaseFacts } from '../release/facts.ts';
import type { RollbackEvidence } from '../rollback/evidence.ts';
import type { SmokeEvidence } from '../smoke/results/result.ts';
import type { SuiteProblem } from '../smoke/suite/suite.ts';
import type { WatchFacts } from '../watch/evidence.ts';
import type { WavesEvidence } from '../waves/evidence.ts';
import type { InputProblem } from './input-problem.ts';

/** What any action may report, because inputs, suites and logins fail everywhere. */
interface CommonEvidence {
  /** Everything that is wrong with the inputs. */
  problems?: readonly InputProblem[] | undefined;
  login?: LoginEvidence | undefined;
  /** What is wrong in the smoke suite. */
  suite?: readonly SuiteProblem[] | undefined;
  /** What the service's log says about the failure. */
  logs?: LogsEvidence | undefined;
}

/** The evidence of a release by stage. */
export interface ReleaseEvidence {
  release?: ReleaseFacts | undefined;
  /** What was tried before the first change. */
  preflight?: PreflightEvidence | undefined;
  /** The window in which the release began, if there was one. */
  freeze?: Freeze | undefined;
  /** The alerts that were open before the first change. */
  alerts?: AlertEvidence | undefined;
  budget?: Gate | undefined;
  deploy?: DeployEvidence | undefined;
  /** The last look at the exposure, and one line about every look. */
  exposure?: ExposureEvidence | undefined;
  guard?: GuardLook[] | undefined;
  smoke?: SmokeEvidence | undefined;
  /** The gateway in front of the function. */
  gateway?: GatewayEvidence | undefined;
  /** What an earlier release had left open and this one settled. */
  settled?: SettledEvidence | undefined;
  /** The revisions between which someone else had split the traffic. */
  split?: readonly string[] | undefined;
  /** With several regions, what became of each. The fields above are then absent. */
  waves?: WavesEvidence<CommonEvidence & ReleaseEvidence> | undefined;
}

export interface GuardLook {
  when: string;
  verdict: Verdict;
  exposure: string;
  reason: string;
  repaired: readonly string[];
}

export interface SettledEvidence {
  did: string;
  reason: string;
  /** The post step writes the traffic as text, a release as percents by revision. */
  traffic?: string | undefined;
  shares?: readonly { revision: string; percent: number }[] | undefined;
}

/** `evidence` of each action's report. A new action adds a line here; its type is in the action's own room. */
interface EvidenceByAction {
  auth: object;
  capacity: { capacity?: CapacityEvidence | undefined };
  check: { check?: CheckEvidence | undefined };
  deploy: {
    preflight?: PreflightEvidence | undefined;
    freeze?: Freeze | undefined;
    alerts?: AlertEvidence | undefined;
    deploy?: DeployEvidence | undefined;
  };
  doctor: { preflight?: PreflightEvidence | undefined; doctor?: DoctorEvidence | undefined };
  drill: { drill?: DrillEvidence | undefined };
  gateway: { gateway?: GatewayEvidence | undefined };
  guard: { exposure?: ExposureEvidence | undefined };
  logs: object;
  model: { model?: ModelFacts | undefined };
  posture: { posture?: PostureEvidence | undefined };
  pipeline: { pipeline?: PipelineEvidence | undefined };
  release: ReleaseEvidence;
  rollback: { preflight?: PreflightEvidence | undefined; rollback?: RollbackEvidence | undefined };
  slo: { slo?: SloEvidence | undefined };
  'smoke-test': { smoke?: SmokeEvidence | undefined };
  watch: {
    budget?: Gate | undefined;
    watch?: WatchFacts | undefined;
    invoice?: (InvoiceFacts & { window_seconds: number }) | undefined;
  };
}

export type ActionName = keyof EvidenceByAction;

/** What the stages of an action saw, by stage. */
export type Evidence<Name extends ActionName = ActionName> = CommonEvidence & EvidenceByAction[Name];
