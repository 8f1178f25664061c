import { type ExposureEvidence, evidenceOf } from '../../domain/exposure/evidence.ts';
import type { Exposure, Proof } from '../../domain/exposure/exposure.ts';
import type { ExposureFacts } from '../../domain/exposure/facts.ts';
import { type Judgement, judge } from '../../domain/exposure/judge.ts';
import type { ProbeRecord } from '../../domain/exposure/probes.ts';
import type { AttackStep } from '../../domain/exposure/ways/way.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Outcome, Verdict } from '../../domain/findings/verdict.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExposureSources } from '../ports/exposure.ts';
import type { Log } from '../ports/log.ts';
import type { Prober } from '../ports/prober.ts';
import type { Services } from '../ports/services.ts';
import { type Closed, closeExposure } from './close-exposure.ts';
import { probeUntilClear } from './probe.ts';
import { type ProbeTarget, probeTargets } from './probe-targets.ts';
import { readExposure } from './read-exposure.ts';
import { waitUntilRefused } from './wait-until-refused.ts';

export interface GuardPorts {
  clock: Clock;
  log: Log;
  prober: Prober;
  services: Services;
  exposure: ExposureSources;
}

export interface GuardRequest {
  project: string;
  region: string;
  /** Short name of the function. */
  name: string;
  /** `verify` only reads. `enforce` also closes what is open on the function's own service. */
  mode: 'verify' | 'enforce';
  /** `partial` passes even if the levels above the project cannot be read. */
  requireProof: Proof;
  /** `invoke` looks at what decides about calls. `full` adds preventive policies, gateways, source and images. */
  scope: 'invoke' | 'full';
  /** The kinds of organisation policies to read. Default: all. */
  prevents?: readonly string[] | undefined;
  /** How long IAM may take to act on a repair. */
  propagationSeconds: number;
  /** Pause between two rounds of refused requests after a repair. */
  spacingMs: number;
  /** IAM members that the team vouches for, such as a group. It cannot vouch for public members. */
  trusted: readonly string[];
  /** More URLs to send anonymous requests to, such as a custom domain. */
  probeUrls: readonly string[];
  /** Logs nothing if the function is private, because an earlier look has logged the same. */
  brief: boolean;
  /** The identity that runs the guard, as an IAM member, for commands that grant a role. Asked after the first reads. */
  identity?: (() => string | undefined) | undefined;
  signal?: AbortSignal | undefined;
}

/** Defaults for callers that leave these settings to the guard. */
export const guardDefaults = {
  requireProof: 'partial',
  scope: 'invoke',
  propagationSeconds: 420,
  spacingMs: 1000,
  trusted: [],
  probeUrls: [],
  brief: false,
} as const satisfies Partial<GuardRequest>;

export interface GuardResult {
  verdict: Verdict;
  exposure: Exposure;
  proof: Proof;
  reason: string;
  findings: Finding[];
  attackPath: AttackStep[] | undefined;
  /** What was changed, in order. */
  repaired: string[];
  probes: ProbeRecord[];
  evidence: ExposureEvidence;
  /** `exposed` if the function is public at the end. */
  outcome: Outcome | undefined;
  /** False if the function does not exist yet. */
  exists: boolean;
}

const probeTimeoutMs = 10_000;

interface Look {
  facts: ExposureFacts;
  targets: ProbeTarget[];
  judgement: Judgement;
}

/** Reads everything about the exposure, and judges it. It changes nothing. */
export async function look(ports: GuardPorts, request: GuardRequest): Promise<Look> {
  const { project, region, name, signal, identity, scope, prevents, trusted } = request;
  const now = () => ports.clock.now();
  const read = await readExposure(ports, {
    project,
    region,
    name,
    scope,
    prevents,
    trusted,
    now,
    identity,
    signal,
  });
  // A function without a service has nothing to call. If one of its URLs answers anyway, the answer counts.
  const targets = read.exists || read.function.ok ? probeTargets(read, request.probeUrls) : [];
  const probes = await probeUntilClear(ports, targets, { timeoutMs: probeTimeoutMs, rounds: 3, signal });
  const facts = { ...read, probes };
  return { facts, targets, judgement: judge(facts, request.requireProof) };
}

const nothingClosed: Closed = { repaired: [], refused: [] };

function resultOf({ facts, judgement }: Look, closed: Closed, waitedSeconds?: number): GuardResult {
  return {
    verdict: judgement.verdict,
    exposure: judgement.exposure,
    proof: judgement.proof,
    reason: judgement.reason,
    findings: [...closed.refused, ...judgement.findings],
    attackPath: judgement.attackPath,
    repaired: closed.repaired,
    probes: facts.probes,
    evidence: evidenceOf(facts, judgement, closed.repaired, waitedSeconds),
    outcome: judgement.exposure === 'public' ? 'exposed' : undefined,
    exists: facts.exists,
  };
}

/**
 * Proves whether a function is private. In mode `enforce` it closes what is open on the function's own service, waits
 * until the change has taken effect, and then proves the result again from the start.
 */
export async function guard(ports: GuardPorts, request: GuardRequest): Promise<GuardResult> {
  const before = await look(ports, request);
  const { judgement: first } = before;
  if (!(request.brief && first.exposure === 'private')) ports.log.line(first.reason);
  if (request.mode === 'verify' || first.exposure !== 'public') return resultOf(before, nothingClosed);

  const closed = await closeExposure(ports, before.facts, first.repairs, request.signal);
  const { repaired, refused } = closed;
  // Someone who reads only the reason must learn that closing was tried.
  if (refused.length > 0) first.reason = [first.reason, ...refused.map(({ title }) => title)].join(' ');
  const seconds = secondsToWait(first, closed, request);
  if (seconds === 0 && repaired.length === 0) return resultOf(before, closed);
  const started = ports.clock.steady();
  if (seconds > 0)
    await waitUntilRefused(ports, before.targets, seconds, {
      spacingMs: request.spacingMs,
      signal: request.signal,
    });
  const waited = Math.round((ports.clock.steady() - started) / 1000);
  const after = await look(ports, request);
  const { judgement } = after;
  const nothingLeftToClose = judgement.repairs.length + judgement.unrepairable === 0;
  if (repaired.length > 0 && judgement.exposure === 'public' && nothingLeftToClose)
    judgement.reason += ` The guard has closed what was open, but IAM had not acted on it after ${waited} s.`;
  ports.log.line(judgement.reason);
  return resultOf(after, closed, waited);
}

/** How long a policy that someone else has just closed may need to take effect. */
const foreignChangeSeconds = 60;

/**
 * Waiting does not help if something stays open that the guard cannot close. If the function answered although nothing
 * was open, someone may have just closed it, or a level that was not read lets requests in. So that wait is short.
 */
function secondsToWait(first: Judgement, closed: Closed, request: GuardRequest): number {
  if (closed.refused.length > 0 || first.unrepairable > 0) return 0;
  const seconds = request.propagationSeconds;
  return closed.repaired.length > 0 ? seconds : Math.min(seconds, foreignChangeSeconds);
}
