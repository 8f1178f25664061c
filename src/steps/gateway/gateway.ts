import { ReleaseError } from '../../domain/errors/errors.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { bySeverity } from '../../domain/findings/rule.ts';
import { gatewayRules } from '../../domain/findings/rules/gateway.ts';
import { diffApis } from '../../domain/gateway/diff.ts';
import type { GatewayEvidence } from '../../domain/gateway/evidence.ts';
import { refuses } from '../../domain/gateway/problem.ts';
import { readDocument } from '../../domain/gateway/read-document.ts';
import { applyConfig, judgeStored } from './apply.ts';
import { findingOf, problemsOf, readWanted, routesOf, type Wanted } from './document.ts';
import type { ConfigFact, GatewayPorts, GatewayRequest } from './ports.ts';
import { look, lookPace, prove } from './prove.ts';
import { type GatewayResult, isSame, type Known, type Names, shortOf, urlOf } from './result.ts';
import { unprovedFrom } from './unproved.ts';

/** Judges the document and, if a gateway is named, what it serves. Changes something only in `apply`. */
export async function releaseGateway(ports: GatewayPorts, request: GatewayRequest): Promise<GatewayResult> {
  let wanted = readWanted(request, ports.sha256);
  const { project, region, mode, signal, file } = request;
  const service =
    request.service === undefined ? undefined : await ports.gateways.service(request.service, signal);
  const problems = problemsOf(wanted.api, service);
  const result: GatewayResult = {
    verdict: 'pass',
    outcome: undefined,
    reason: '',
    findings: problems.map((problem) => findingOf(problem, file)).sort(bySeverity),
    evidence: {
      mode,
      did: mode === 'verify' ? 'verified' : 'planned',
      file,
      config: wanted.id,
      gateway: request.gateway,
      routes: routesOf(wanted.api),
      changes: [],
      probes: [],
      pruned: [],
    },
    changed: [],
  };
  const refused = problems.filter(refuses);
  if (refused.length > 0 || !wanted.marked) {
    result.verdict = 'fail';
    result.outcome = 'blocked';
    result.evidence.did = 'refused';
    result.reason = refused[0]?.title ?? 'No operation of the document asks for a credential.';
    return result;
  }
  if (request.gateway === undefined || request.api === undefined) {
    result.reason = `${file} has ${counted(wanted.api.operations.length)}, and each asks for a credential.`;
    return result;
  }
  const api = `projects/${project}/locations/global/apis/${request.api}`;
  const name = `projects/${project}/locations/${region}/gateways/${request.gateway}`;
  const gateway = await ports.gateways.gateway(name, signal);
  if (gateway) {
    result.evidence.host = gateway.host;
    result.evidence.before = shortOf(gateway.config);
  }
  const current = gateway?.config ? await ports.gateways.config(gateway.config, signal) : undefined;
  // Only apply has to name the account. A look compares the document with the account that is there.
  if (request.account === undefined && current) {
    wanted = readWanted({ ...request, account: current.account }, ports.sha256);
    result.evidence.config = wanted.id;
  }
  const names: Names = { api, gateway: name, config: `${api}/configs/${wanted.id}` };
  const from = mode === 'apply' ? unprovedFrom(current, name) : undefined;
  const last = from === undefined ? undefined : await ports.gateways.config(from, signal);
  // Without it there is nothing to go back to.
  const unproved = from !== undefined && last ? { from, config: last } : undefined;
  const known: Known = { names, wanted, gateway, current, unproved, config: undefined };
  const serves = isSame(gateway?.config, names.config);
  if (serves) known.config = current;
  else if (current) result.evidence.changes = changesFrom(current, wanted);
  if (mode === 'apply') return applyConfig(ports, request, known, result);
  const other = serves ? judgeStored(known, ports.sha256) : undefined;
  if (other) {
    result.findings.push(other);
    result.verdict = 'fail';
    result.reason = other.title;
    return result;
  }
  if (mode === 'plan') {
    result.reason = serves
      ? `${request.gateway} serves this document already.`
      : `${request.gateway} would move from ${result.evidence.before ?? 'nothing'} to ${wanted.id}.`;
    return result;
  }
  return verify(ports, request, known, result);
}

const counted = (count: number): string => `${count} ${count === 1 ? 'operation' : 'operations'}`;

function changesFrom(current: ConfigFact, wanted: Wanted): GatewayEvidence['changes'] {
  const read = readDocument(current.documents[0] ?? '');
  return 'problem' in read ? [] : diffApis(read.api, wanted.api);
}

/** Reads and calls, and changes nothing. */
async function verify(
  ports: GatewayPorts,
  request: GatewayRequest,
  { names, wanted, gateway }: Known,
  result: GatewayResult,
): Promise<GatewayResult> {
  if (!gateway)
    throw new ReleaseError('not-found', {
      what: `The gateway ${request.gateway} does not exist in ${request.region}.`,
      fix: 'Correct gateway, region or project_id, or run mode: apply, which makes it.',
    });
  if (!isSame(gateway.config, names.config)) {
    const what = `${request.gateway} serves ${shortOf(gateway.config)}, and ${request.file} is ${wanted.id}.`;
    result.findings.push({ ...ofRule(gatewayRules, 'gateway-drift'), title: what, fix: 'Run mode: apply.' });
    result.verdict = 'fail';
    result.reason = what;
    return result;
  }
  const url = urlOf(gateway.host);
  const seen = await look(ports, url, wanted.api, wanted.id, request.signal);
  const proof = await prove(ports, request, url, wanted.api, seen, lookPace(ports, request));
  result.evidence.probes = proof.probes;
  result.evidence.codes = proof.codes;
  if (seen.who === 'this' && proof.verdict === 'pass') result.reason = proof.reason;
  else {
    result.verdict = proof.verdict === 'fail' || seen.who === 'another' ? 'fail' : 'inconclusive';
    result.reason =
      seen.who === 'another' ? `${gateway.host} is answered by another configuration.` : proof.reason;
    result.findings.push({ ...ofRule(gatewayRules, 'gateway-not-proved'), title: result.reason });
  }
  return result;
}
