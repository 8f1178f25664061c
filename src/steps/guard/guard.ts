import { type ExposureEvidence, evidenceOf } from '../../domain/exposure/evidence.ts';
import type { ExposureFacts } from '../../domain/exposure/facts.ts';
import { type Exposure, type Judgement, judge, type Proof } from '../../domain/exposure/judge.ts';
import type { ProbeRecord } from '../../domain/exposure/probes.ts';
import type { AttackStep } from '../../domain/exposure/ways/way.ts';
import type { Finding } from '../../domain/report/report.ts';
import type { Outcome, Verdict } from '../../domain/report/verdict.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExposureSources } from '../ports/exposure.ts';
import type { Log } from '../ports/log.ts';
import type { Prober } from '../ports/prober.ts';
import type { Services } from '../ports/services.ts';
import { type Closed, closeExposure } from './close-exposure.ts';
import { type ProbeTarget, probeTargets, probeUntilClear } from './probe-urls.ts';
import { readExposure } from './read-exposure.ts';
import { waitForRefusals } from './wait-refusals.ts';

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
  mode: 'verify' | 'enforce';
  /** Default `partial`: what cannot be read above the project does not fail the guard. */
  requireProof?: Proof | undefined;
  /** Default `invoke`, the part that decides; `full` adds organisation and deny policies, gateways, source, images. */
  scope?: 'invoke' | 'full' | undefined;
  /** How long IAM may take to act on a repair. Default 420 s. */
  propagationSeconds?: number | undefined;
  /** Milliseconds between rounds of refusals after a repair. Default 1000. */
  spacingMs?: number | undefined;
  /** Members that the team vouches for, such as a group. Public members cannot be vouched for. */
  trusted?: readonly string[] | undefined;
  /** Member form of the identity that runs this, for the role that it would need. */
  identity?: string | undefined;
  /** More URLs to ask anonymously, such as a custom domain. */
  probeUrls?: readonly string[] | undefined;
  /** Says nothing where the function is private: an earlier look has said the same at length. */
  brief?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

export interface GuardResult {
  verdict: Verdict;
  exposure: Exposure;
  proof: Proof;
  reason: string;
  findings: Finding[];
  attackPath?: AttackStep[] | undefined;
  /** What was changed, in order. */
  repaired: string[];
  probes: ProbeRecord[];
  evidence: ExposureEvidence;
  /** `exposed` where the function is public at the end. */
  outcome?: Outcome | undefined;
  /** False where the function does not exist yet. */
  exists: boolean;
}

const probeTimeoutMs = 10_000;

async function look(
  ports: GuardPorts,
  request: GuardRequest,
): Promise<{ facts: ExposureFacts; targets: ProbeTarget[] }> {
  const { project, region, name, signal, identity, scope = 'invoke', trusted = [] } = request;
  const known = await readExposure(ports, { project, region, name, scope, trusted, identity, signal });
  // A function without a service has nothing to call; if one of its URLs answers all the same, that counts.
  const targets = known.exists || known.function.ok ? probeTargets(known, request.probeUrls) : [];
  const probes = await probeUntilClear(ports, targets, { timeoutMs: probeTimeoutMs, rounds: 3, signal });
  return { facts: { ...known, probes }, targets };
}

function resultOf(
  facts: ExposureFacts,
  judgement: Judgement,
  repaired: string[],
  refused: Finding[],
  waitedSeconds?: number,
): GuardResult {
  return {
    verdict: judgement.verdict,
    exposure: judgement.exposure,
    proof: judgement.proof,
    reason: judgement.reason,
    findings: [...refused, ...judgement.findings],
    attackPath: judgement.attackPath,
    repaired,
    probes: facts.probes,
    evidence: evidenceOf(facts, judgement, repaired, waitedSeconds),
    outcome: judgement.exposure === 'public' ? 'exposed' : undefined,
    exists: facts.exists,
  };
}

/**
 * Proves whether a function is private. `verify` only reads; `enforce` closes what is open on the function's own
 * service, waits until the change has taken effect, and proves it again from nothing.
 */
export async function guard(ports: GuardPorts, request: GuardRequest): Promise<GuardResult> {
  const strength = request.requireProof ?? 'partial';
  const before = await look(ports, request);
  const first = judge(before.facts, strength);
  if (!(request.brief && first.exposure === 'private')) ports.log.line(first.reason);
  if (request.mode === 'verify' || first.exposure !== 'public') return resultOf(before.facts, first, [], []);

  const { repaired, refused } = await closeExposure(ports, before.facts, first.repairs, request.signal);
  // Whoever reads one line has to know that closing was tried.
  if (refused.length > 0) first.reason = [first.reason, ...refused.map(({ title }) => title)].join(' ');
  const seconds = secondsToWait(first, { repaired, refused }, request);
  if (seconds === 0 && repaired.length === 0) return resultOf(before.facts, first, repaired, refused);
  const started = ports.clock.now();
  if (seconds > 0) await waitForRefusals(ports, before.targets, seconds, request);
  const waited = Math.round((ports.clock.now() - started) / 1000);
  const after = await look(ports, request);
  const judgement = judge(after.facts, strength);
  const late =
    repaired.length > 0 &&
    judgement.exposure === 'public' &&
    judgement.repairs.length + judgement.standing === 0;
  if (late)
    judgement.reason += ` What was open has been closed, but IAM had not acted on it after ${waited} s.`;
  ports.log.line(judgement.reason);
  return resultOf(after.facts, judgement, repaired, refused, waited);
}

/** How long a policy may need that somebody else has just closed. */
const othersSeconds = 60;

/**
 * Where something stays open that cannot be closed here, nothing is waited for. Where nothing was open but it still
 * answered, somebody may have just closed it; or a level that was not read lets it in, so the wait is short.
 */
function secondsToWait(first: Judgement, closed: Closed, request: GuardRequest): number {
  const seconds = request.propagationSeconds ?? 420;
  if (closed.refused.length > 0 || first.standing > 0) return 0;
  return closed.repaired.length > 0 ? seconds : Math.min(seconds, othersSeconds);
}
