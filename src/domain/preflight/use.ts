import type { TargetKind } from '../deploy/kind.ts';
import type { InstanceSize } from './limits.ts';
import type { NeededFor } from './permissions.ts';

/** Where the model of a release is, if Google has it, and so what reading it needs. */
export type ModelPlace =
  | {
      at: 'vertex';
      /** Undefined: the project of the release. */
      project: string | undefined;
    }
  | { at: 'storage'; bucket: string; folder: boolean };

/** What an action is about to do, as far as it decides what has to be there. */
export interface PreflightUse {
  stages: ReadonlySet<NeededFor>;
  /** Which of Google's sources the watch reads. Undefined if it reads another one, or none. */
  counts: 'logs' | 'metrics' | 'auto' | undefined;
  /** True if a watch without counts promotes, so that unreadable counts stop nothing. */
  blindPromotes: boolean;
  /** True if the smoke test sends requests; probes alone are told, but stop nothing. */
  smoke: boolean;
  probes: boolean;
  /** E-mail of the account that calls the function, and whether it is the identity of this job. */
  invoker: { account: string; own: boolean } | undefined;
  /** True on a runner of GitHub, false on one of the user's, undefined if the runner does not say. */
  hosted: boolean | undefined;
  /** The settings of the function that the user set. */
  asked: InstanceSize;
  ingress: string | undefined;
  runtimeAccount: string | undefined;
  buildAccount: string | undefined;
  /** The account that the gateway calls the function as. Absent if no gateway is released. */
  gatewayAccount?: string | undefined;
  /** The model of the release. Absent if none of Google's is named. */
  model?: (ModelPlace & { /** An alias follows the traffic. */ follows: boolean }) | undefined;
  /** True if a setting names a secret of this project. */
  secrets?: boolean | undefined;
  /** The kind that is deployed. Undefined: what exists decides. */
  kind: TargetKind | undefined;
  /** The user confirms that the function is to exist in one more region. */
  newRegion: boolean;
}
