import { type ExposureEvidence, evidenceOf } from '../domain/exposure/evidence.ts';
import type { ExposureFacts } from '../domain/exposure/facts.ts';
import { type Exposure, type Judgement, judge, type Proof } from '../domain/exposure/judge.ts';
import { isRefusal, type ProbeRecord } from '../domain/exposure/probes.ts';
import type { AttackStep } from '../domain/exposure/ways.ts';
import type { Finding } from '../domain/report.ts';
import type { Outcome, Verdict } from '../domain/verdict.ts';
import { closeExposure } from './close-exposure.ts';
import type { Clock, ExposureSources, Log, Prober, Services } from './ports.ts';
import { type ProbeTarget, probeAll, probeTargets, probeUntilClear } from './probe-urls.ts';
import { readExposure } from './read-exposure.ts';

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
  /** Members that the team vouches for, such as a group. Public members cannot be vouched for. */
  trusted?: readonly string[] | undefined;
  /** More URLs to ask anonymously, such as a custom domain. */
  probeUrls?: readonly string[] | undefined;
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

const refusalsInARow = 3;
const probeTimeoutMs = 10_000;

async function look(
  ports: GuardPorts,
  request: GuardRequest,
): Promise<{ facts: ExposureFacts; targets: ProbeTarget[] }> {
  const { project, region, name, signal, scope = 'invoke', trusted = [] } = request;
  const known = await readExposure(ports, { project, region, name, scope, trusted, signal });
  const targets = known.exists ? probeTargets(known, request.probeUrls) : [];
  const probes = await probeUntilClear(ports, targets, { timeoutMs: probeTimeoutMs, rounds: 3, signal });
  return { facts: { ...known, probes }, targets };
}

/**
 * Waits until every URL refuses some rounds in a row: IAM is eventually consistent, and one refusal may come from a
 * server that heard of the change early. Returns false at the deadline.
 */
async function waitForRefusals(
  ports: GuardPorts,
  targets: readonly ProbeTarget[],
  seconds: number,
  request: GuardRequest,
): Promise<boolean> {
  const deadline = ports.clock.now() + seconds * 1000;
  ports.log.line(
    `Waiting at most ${seconds} s for the change to take effect: ${refusalsInARow} rounds of refusals in a row.`,
  );
  let beat = ports.clock.now() + 60_000;
  let rounds = 0;
  for (let pause = 250; ; pause = Math.min(10_000, pause * 1.5)) {
    const records = await probeAll(ports.prober, targets, {
      timeoutMs: probeTimeoutMs,
      signal: request.signal,
    });
    rounds = records.every((record) => isRefusal(record.class) || record.guessed) ? rounds + 1 : 0;
    if (rounds >= refusalsInARow) return true;
    const now = ports.clock.now();
    if (now + pause > deadline) return false;
    if (now >= beat) {
      beat = now + 60_000;
      const open = records.filter((record) => record.class === 'reached').length;
      ports.log.line(
        `Still waiting: ${open} of ${records.length} anonymous requests came in, ${Math.round((deadline - now) / 1000)} s left.`,
      );
    }
    await ports.clock.sleep(rounds > 0 ? Math.min(pause, 1000) : pause, request.signal);
  }
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
  ports.log.line(first.reason);
  if (request.mode === 'verify' || first.exposure !== 'public') return resultOf(before.facts, first, [], []);

  const { repaired, refused } = await closeExposure(ports, before.facts, first.repairs, request.signal);
  // Without a repair, a policy that is clean already may only need its time: somebody has just closed it.
  const waiting =
    repaired.length > 0 || (first.repairs.length === 0 && first.findings[0]?.rule === 'anonymous-answer');
  if (!waiting) return resultOf(before.facts, first, repaired, refused);
  const started = ports.clock.now();
  const again = await judgeAgain(ports, request, strength, before.targets, refused);
  const waited = Math.round((ports.clock.now() - started) / 1000);
  ports.log.line(again.judgement.reason);
  return resultOf(again.facts, again.judgement, repaired, refused, waited);
}

async function judgeAgain(
  ports: GuardPorts,
  request: GuardRequest,
  strength: Proof,
  targets: ProbeTarget[],
  refused: Finding[],
) {
  // Where a part stays open there is nothing to wait for.
  if (refused.length === 0) await waitForRefusals(ports, targets, request);
  const { facts } = await look(ports, request);
  return { facts, judgement: judge(facts, strength) };
}
