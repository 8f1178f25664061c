import type { RouteChange } from './diff.ts';

/** What became of a gateway, for the report. */
export interface GatewayEvidence {
  mode: 'plan' | 'verify' | 'apply';
  did: GatewayDone;
  file: string;
  /** Short name of the configuration that this content has. */
  config: string;
  /** Short name of the configuration that the gateway named before. */
  before?: string | undefined;
  gateway?: string | undefined;
  host?: string | undefined;
  routes: readonly { route: string; security: string; backend: string; quota: string }[];
  /** What is different from the configuration that serves. */
  changes: readonly RouteChange[];
  probes: readonly GatewayProbe[];
  /** The codes of refusals that the gateway showed: for lack of a credential, and for a path that nobody defined. */
  codes?: { refused: readonly number[]; unknown: number } | undefined;
  pruned: readonly string[];
}

export type GatewayDone =
  | 'planned'
  | 'verified'
  | 'unchanged'
  | 'moved'
  | 'created'
  | 'refused'
  | 'not_proved'
  | 'rolled_back'
  | 'stuck';

export interface GatewayProbe {
  /** `POST /ocr without a credential` */
  what: string;
  status: number;
  is: 'as wanted' | 'wrong' | 'unclear';
}

export const securityWords = (security: string): string =>
  security === 'nothing' ? 'open to everyone' : `asks for ${security}`;
