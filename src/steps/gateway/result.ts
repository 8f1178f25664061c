import type { Finding } from '../../domain/findings/finding.ts';
import type { Outcome, Verdict } from '../../domain/findings/verdict.ts';
import type { GatewayEvidence } from '../../domain/gateway/evidence.ts';
import type { RecordedGateway } from '../../domain/traffic/record.ts';
import type { Wanted } from './document.ts';
import type { ConfigFact, GatewayFact } from './ports.ts';

export interface GatewayResult {
  verdict: Verdict;
  outcome: Outcome | undefined;
  reason: string;
  findings: Finding[];
  evidence: GatewayEvidence;
  /** Full names: where the gateway was, and where it is. Undefined unless it was moved and stayed there. */
  moved?: RecordedGateway | undefined;
  /** What was changed, in order. */
  changed: { at: number; what: string }[];
}

export interface Names {
  api: string;
  gateway: string;
  config: string;
}

/** Everything that is known before the first change. */
export interface Known {
  names: Names;
  wanted: Wanted;
  gateway: GatewayFact | undefined;
  /** What the gateway names before the first change, with its documents. */
  current: ConfigFact | undefined;
  /** The move to `current` was never proved: what the gateway named before it, with its documents. */
  unproved?: { from: string; config: ConfigFact } | undefined;
  /** The configuration of this content, if Google has it. */
  config: ConfigFact | undefined;
}

export type Change = (what: string) => void;

export const shortOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** Google names a project by its id or by its number, so that part is not compared. */
export const isSame = (one: string | undefined, other: string): boolean =>
  one?.replace(/^projects\/[^/]+/, '') === other.replace(/^projects\/[^/]+/, '');

/** A gateway is on the internet and speaks TLS. On this machine only the sandbox has one. */
export const urlOf = (host: string): string =>
  `${/^(127\.0\.0\.1|localhost)(:|$)/.test(host) ? 'http' : 'https'}://${host}`;
