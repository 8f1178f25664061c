import { messageOf } from '../../domain/errors/errors.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { gatewayRules } from '../../domain/findings/rules/gateway.ts';
import { openPathOf } from './document.ts';
import { holdBack } from './hold-back.ts';
import { point } from './point.ts';
import type { GatewayPorts, GatewayRequest } from './ports.ts';
import { type Proof, prove, settle } from './prove.ts';
import { type Change, type GatewayResult, isSame, type Known, shortOf, urlOf } from './result.ts';
import { forgetUnproved, markUnproved, unprovedFrom } from './unproved.ts';
import { isLasting, MovedByOthers } from './wait.ts';

/** A moved gateway that nobody has proved is moved back. That must go on even if the run is being stopped. */
const backMs = 5 * 60_000;

/** Moves the gateway to a configuration, proves it from outside, and moves it back if the proof fails. */
export async function moveAndProve(
  ports: GatewayPorts,
  request: GatewayRequest,
  known: Known,
  result: GatewayResult,
  change: Change,
): Promise<void> {
  const { clock } = ports;
  const { names, wanted } = known;
  const leaves = known.gateway?.config;
  /** An earlier run was killed before it had proved this very move. */
  const isMoved = isSame(leaves, names.config);
  const before = lastProved(known);
  const move = (from: string) => ({ name: names.gateway, from, to: names.config });
  const pace = () => ({
    paceMs: request.paceMs,
    deadline: clock.steady() + request.timeoutMs,
    signal: request.signal,
  });
  let proof: Proof | undefined;
  let trouble: unknown;
  let host = known.gateway?.host ?? '';
  const wrote = { count: 0 };
  // Written down first, so that a later run knows what to take back if this one is killed.
  if (before) {
    await request.beforeMove?.(move(before));
    if (!request.beforeMove) await markUnproved(ports, request, known, before);
    request.begins?.(move(before));
  }
  try {
    host = await point(ports, { ...known, leaves }, names.config, pace(), wrote);
    if (!isMoved)
      change(`${known.gateway ? 'Moved' : 'Made'} the gateway ${shortOf(names.gateway)} to ${wanted.id}.`);
    proof = await proveTwice(ports, request, known, urlOf(host), pace());
  } catch (error) {
    // What came before anything was sent, or was refused, has changed nothing.
    if (wrote.count === 0 && !isMoved) throw error;
    trouble = error;
  }
  result.evidence.host = host;
  if (proof) {
    result.evidence.probes = proof.probes;
    result.evidence.codes = proof.codes;
  }
  if (proof?.verdict === 'pass') {
    result.verdict = 'pass';
    result.outcome = 'promoted';
    result.evidence.did = isMoved ? 'unchanged' : known.gateway ? 'moved' : 'created';
    if (before) result.moved = move(before);
    const since = isMoved ? ', which an earlier run left unproved' : '';
    result.reason = `${shortOf(names.gateway)} serves ${wanted.id}${since}. ${proof.reason}`;
    await forgetBoth(ports, known, request.signal);
    return;
  }
  const why = proof?.reason ?? messageOf(trouble);
  result.findings.push({ ...ofRule(gatewayRules, 'gateway-not-proved'), title: why });
  result.verdict = proof?.verdict === 'fail' ? 'fail' : 'inconclusive';
  if (before === undefined || before === '') {
    result.outcome = 'rejected';
    result.evidence.did = 'not_proved';
    result.reason = `${shortOf(names.gateway)} was not proved, and there is no configuration to go back to: ${why}`;
    return;
  }
  const open = openPathOf(known.unproved ? known.unproved.config : known.current);
  if (open !== undefined) {
    result.outcome = 'held';
    result.evidence.did = 'stuck';
    result.reason = `${shortOf(names.gateway)} stays on ${wanted.id}, because ${shortOf(before)} has an open path (${open}): ${why}`;
    result.findings.push({
      ...ofRule(gatewayRules, 'gateway-not-back'),
      title: result.reason,
      fix: 'Correct the document or the backend, and run this again. Do not move the gateway back.',
    });
    return;
  }
  if (request.isCancelled?.()) {
    result.moved = move(before);
    result.outcome = 'held';
    result.evidence.did = 'not_proved';
    result.reason = `${shortOf(names.gateway)} was not proved, because the run was cancelled`;
    return;
  }
  const isUnsure = trouble !== undefined;
  await goBack(ports, request, known, result, change, { before, host, why, isUnsure });
}

/** What the gateway goes back to: what it names, unless the move to that was never proved. Undefined if it is moved to that very one. */
export function lastProved({ unproved, gateway, names }: Known): string | undefined {
  const from = unproved?.from ?? gateway?.config;
  return isSame(from, names.config) ? undefined : from;
}

/** The labels of the configuration that is proved or left, and those of one that an earlier run left unproved. */
async function forgetBoth(ports: GatewayPorts, known: Known, signal: AbortSignal): Promise<void> {
  const { config, current, names, unproved } = known;
  if (unprovedFrom(config, names.gateway) !== undefined)
    await forgetUnproved(ports, names.gateway, names.config, signal);
  if (unproved && current && !isSame(current.name, names.config))
    await forgetUnproved(ports, names.gateway, current.name, signal);
}

/** The new configuration answers, is right, and after a pause is both again: servers switch one after the other. */
async function proveTwice(
  ports: GatewayPorts,
  request: GatewayRequest,
  { wanted }: Known,
  url: string,
  pace: { paceMs: number; deadline: number; signal: AbortSignal },
): Promise<Proof> {
  let proof: Proof | undefined;
  for (let round = 0; round < 2; round++) {
    const { isSettled, last } = await settle(ports, url, wanted.api, wanted.id, 'this', pace);
    if (!isSettled)
      return {
        verdict: last.who === 'another' ? 'fail' : 'unclear',
        reason: `The marker of ${wanted.id} got ${last.marker.status || 'no answer'}, and an undefined path ${last.unknown.status || 'no answer'}: the new configuration does not answer.`,
        probes: [],
        codes: undefined,
      };
    proof = await prove(ports, request, url, wanted.api, last, pace);
    // What is not clear once may be a server that has just started.
    for (let tries = 0; proof.verdict === 'unclear' && tries < 3; tries++) {
      await ports.clock.sleep(pace.paceMs, pace.signal);
      proof = await prove(ports, request, url, wanted.api, last, pace);
    }
    if (proof.verdict !== 'pass') return proof;
    if (round === 0) await ports.clock.sleep(pace.paceMs * 2, pace.signal);
  }
  return proof as Proof;
}

async function goBack(
  ports: GatewayPorts,
  request: GatewayRequest,
  known: Known,
  result: GatewayResult,
  change: Change,
  { before, host, why, isUnsure }: { before: string; host: string; why: string; isUnsure: boolean },
): Promise<void> {
  const { clock } = ports;
  const name = shortOf(known.names.gateway);
  const signal = AbortSignal.timeout(backMs);
  const pace = {
    paceMs: request.paceMs,
    deadline: clock.steady() + Math.max(request.timeoutMs, 60_000),
    signal,
  };
  try {
    await point(ports, { ...known, leaves: known.names.config }, before, pace);
    change(`Moved the gateway ${name} back to ${shortOf(before)}.`);
    await forgetBoth(ports, known, signal);
    if (isUnsure) await holdBack(ports, { ...known, config: known.names.config, before }, pace, change);
    const { isSettled } = await settle(
      ports,
      urlOf(host),
      known.wanted.api,
      known.wanted.id,
      'another',
      pace,
    );
    result.outcome = 'rolled_back';
    result.evidence.did = 'rolled_back';
    result.reason = `${name} is back on ${shortOf(before)}: ${why}`;
    if (!isSettled)
      result.findings.push({
        ...ofRule(gatewayRules, 'gateway-not-proved'),
        title: `${name} names ${shortOf(before)} again, and some server still answers with ${known.wanted.id}.`,
      });
  } catch (error) {
    if (error instanceof MovedByOthers) {
      result.outcome = 'held';
      result.evidence.did = 'not_proved';
      result.reason = `${error.what}: ${why}`;
      return;
    }
    const isDenied = isLasting(error);
    // Who called this may try once more, when the traffic is back.
    result.moved = { name: known.names.gateway, from: before, to: known.names.config };
    result.outcome = 'held';
    result.evidence.did = 'stuck';
    result.reason = `${name} could not be moved back to ${shortOf(before)}: ${messageOf(error)}`;
    result.findings.push({
      ...ofRule(gatewayRules, 'gateway-not-back'),
      title: result.reason,
      fix: isDenied
        ? 'Grant this identity apigateway.gateways.update, and move the gateway back.'
        : `Move ${name} to ${shortOf(before)}, or run this action with the old document.`,
    });
  }
}
