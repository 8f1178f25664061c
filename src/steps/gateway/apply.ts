import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { gatewayRules } from '../../domain/findings/rules/gateway.ts';
import { placeOf } from '../../domain/gateway/google-refusal.ts';
import { guardStored } from './document.ts';
import { lastProved, moveAndProve } from './move.ts';
import { ownLabel } from './own-label.ts';
import type { GatewayPorts, GatewayRequest, OperationFact } from './ports.ts';
import { look, lookPace, payable, prove, servedOperation } from './prove.ts';
import { prune } from './prune.ts';
import { type Change, type GatewayResult, isSame, type Known, shortOf, urlOf } from './result.ts';
import { cameFrom } from './unproved.ts';
import { operationEnd, statusNameOf, until } from './wait.ts';

/** Makes the configuration of this content, moves the gateway to it, and proves from outside that it answers. */
export async function applyConfig(
  ports: GatewayPorts,
  request: GatewayRequest,
  known: Known,
  result: GatewayResult,
): Promise<GatewayResult> {
  const { clock, gateways, log } = ports;
  const { wanted, names } = known;
  canProve(ports, request, known);
  const block = (finding: Finding): GatewayResult => {
    result.findings.push(finding);
    result.verdict = 'fail';
    result.outcome = 'blocked';
    result.evidence.did = 'refused';
    result.reason = finding.title;
    return result;
  };
  const change = (what: string) => {
    log.line(what);
    result.changed.push({ at: clock.now(), what });
  };
  if (isSame(known.gateway?.config, names.config)) {
    const stored = judgeStored(known, ports.sha256);
    if (stored) return block(stored);
    if (!known.unproved) return unchanged(ports, request, known, result);
    await moveAndProve(ports, request, known, result, change);
    return result;
  }
  const pace = () => ({
    paceMs: request.paceMs,
    deadline: clock.steady() + request.timeoutMs,
    signal: request.signal,
  });
  const managed = await ensureApi(ports, request, known, change);
  const makeRoom = () => prune(ports, request, known, result, change);
  const refusal = await ensureConfig(ports, request, known, change, { ...pace(), makeRoom });
  if (refusal)
    return block({
      ...(refusal[0] as Finding),
      title: `API Gateway refuses ${request.file}: ${refusal[0]?.title ?? ''}`,
    });
  const stored = judgeStored(known, ports.sha256);
  if (stored) return block(stored);
  const usesKeys = [...wanted.api.schemes.values()].some(({ kind }) => kind === 'key');
  if (usesKeys && (await gateways.isEnabled(request.project, managed, request.signal)) === false)
    return block({
      ...ofRule(gatewayRules, 'gateway-key-service'),
      title: `The service ${managed} is not enabled in ${request.project}, so no API key would work.`,
      fix: `Enable the service ${managed} in the project once, and run this again.`,
    });
  await moveAndProve(ports, request, known, result, change);
  if (result.verdict === 'pass') await prune(ports, request, known, result, change);
  return result;
}

/** A gateway that can never be proved must not be moved. */
function canProve(ports: GatewayPorts, request: GatewayRequest, { wanted: { api } }: Known): void {
  const operation = servedOperation(api, request.probe);
  if (!operation)
    throw new ReleaseError('input-invalid', {
      what: `${request.file} has no operation ${request.probe ? `${request.probe.method} ${request.probe.path}` : 'to call'}.`,
      fix: 'Name an operation of the document in probe.',
    });
  if (payable(api, operation, { key: request.apiKey !== undefined, token: ports.idToken !== undefined }))
    return;
  throw new ReleaseError('input-invalid', {
    what: `The gateway cannot be proved: this run has no credential for ${operation.method.toUpperCase()} ${operation.path}.`,
    fix: 'Set api_key to a key from a secret, or invoker_service_account if the operation takes a token, or name another operation in probe.',
  });
}

/** The configuration as Google has it, before anything is switched to it. */
export function judgeStored({ config, wanted }: Known, sha256: GatewayPorts['sha256']): Finding | undefined {
  const why = !config
    ? 'it is not there'
    : config.state !== 'ACTIVE'
      ? `its state is ${config.state || 'not known'}`
      : guardStored(config, wanted.id, sha256);
  return why === undefined
    ? undefined
    : {
        ...ofRule(gatewayRules, 'gateway-other-content'),
        title: `The configuration ${wanted.id} cannot be served: ${why}.`,
        fix: 'Remove that configuration, or change the document, so that it gets another name.',
      };
}

async function ensureApi(
  { gateways, clock, log }: GatewayPorts,
  request: GatewayRequest,
  { names }: Known,
  change: Change,
): Promise<string> {
  const found = await gateways.api(names.api, request.signal);
  if (found) return found.managedService;
  const operation = await gateways.createApi(names.api, request.signal);
  if (operation !== undefined) change(`Made the API ${shortOf(names.api)}.`);
  const pace = {
    paceMs: request.paceMs,
    deadline: clock.steady() + request.timeoutMs,
    signal: request.signal,
  };
  if (operation !== undefined) await operationEnd({ gateways, clock, log }, pace, operation);
  const made = await until({ clock, log }, pace, 'The API', () => gateways.api(names.api, request.signal));
  return made.managedService;
}

/** Makes the configuration, unless it exists, and waits until it can be used. Returns Google's refusals, each with its line. */
async function ensureConfig(
  ports: GatewayPorts,
  request: GatewayRequest,
  known: Known,
  change: Change,
  pace: {
    paceMs: number;
    deadline: number;
    signal: AbortSignal;
    makeRoom: () => Promise<readonly string[]>;
  },
): Promise<Finding[] | undefined> {
  const { gateways } = ports;
  const { names, wanted } = known;
  const document = wanted.marked?.text ?? '';
  known.config = await gateways.config(names.config, request.signal);
  let operation: string | undefined;
  if (!known.config) {
    const before = lastProved(known);
    const marks = before && !request.beforeMove ? cameFrom(names.gateway, before) : undefined;
    const create = async () => ({
      operation: await gateways.createConfig(
        names.config,
        {
          account: request.account ?? '',
          file: shortOf(request.file),
          document,
          labels: { ...ownLabel, ...marks },
        },
        request.signal,
      ),
    });
    const made = await create().catch(async (error: unknown) => {
      // Google keeps a limited number of configurations, and every run that fails leaves one.
      if (!mayBeFull(error) || (await pace.makeRoom()).length === 0) throw error;
      return until(ports, pace, `Room for the configuration ${wanted.id}`, create);
    });
    operation = made.operation;
    change(`Made the configuration ${wanted.id}.`);
  }
  if (operation !== undefined) {
    const end = await operationEnd(ports, pace, operation);
    if (end !== 'gone') throwIfElsewhere(end, wanted.id);
    const refusals = end === 'gone' ? [] : refusalsIn(end, known, request.file);
    if (refusals.length > 0) return refusals;
  }
  const made = await until(ports, pace, `The configuration ${wanted.id}`, async () => {
    const config = await gateways.config(names.config, request.signal);
    // It is gone if Google refused the document, and the answer that said so was lost.
    return !config ? 'gone' : ['ACTIVE', 'FAILED'].includes(config.state) ? config : undefined;
  });
  if (made === 'gone')
    throw new ReleaseError('gateway-document', {
      what: `API Gateway made no configuration of ${request.file}.`,
      fix: 'Run it again to see the reason.',
    });
  known.config = made;
  return undefined;
}

const mayBeFull = (error: unknown): boolean =>
  ['FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED'].includes(statusNameOf(error) ?? '');

/** google.rpc.Code: what a document can be refused with. */
const ofDocument: readonly (number | undefined)[] = [undefined, 3, 9];

/**
 * A configuration can also fail for a reason that no change of the document repairs: the account of the gateway, a quota, an outage.
 * Such a failure is told as what it is, and not as a line of the document.
 */
function throwIfElsewhere({ error }: OperationFact, id: string): void {
  if (!error || error.diagnostics.length > 0) return;
  const isAccount = /service ?account|actAs|iam\./i.test(error.message);
  if (ofDocument.includes(error.code) && !isAccount) return;
  const isDenied = error.code === 7 || isAccount;
  throw new ReleaseError(isDenied ? 'permission-denied' : 'remote-error', {
    what: `API Gateway could not make the configuration ${id}: ${error.message || 'it gave no reason'}`,
    why: 'The reason is not in the document.',
    fix: isDenied
      ? 'Check that backend_service_account exists, and that this identity may act as it (roles/iam.serviceAccountUser).'
      : 'Run it again later. If it fails again, look at the quotas of API Gateway in the project.',
  });
}

function refusalsIn({ error }: OperationFact, { wanted }: Known, file: string): Finding[] {
  if (!error) return [];
  const lines = error.diagnostics.length > 0 ? error.diagnostics : [{ location: '', message: error.message }];
  return lines.map((line) => {
    const at = placeOf(line, wanted.api, wanted.marked);
    return {
      ...ofRule(gatewayRules, 'gateway-refused'),
      about: [line.location, line.message],
      title: line.message || 'API Gateway gave no reason.',
      file,
      line: at.line,
      column: at.column,
    };
  });
}

/** The gateway names this configuration already. Nothing is written; a look from outside confirms it. */
async function unchanged(
  ports: GatewayPorts,
  request: GatewayRequest,
  { wanted, gateway }: Known,
  result: GatewayResult,
): Promise<GatewayResult> {
  const url = urlOf(gateway?.host ?? '');
  result.evidence.did = 'unchanged';
  try {
    const seen = await look(ports, url, wanted.api, wanted.id, request.signal);
    const proof = await prove(ports, request, url, wanted.api, seen, lookPace(ports, request));
    result.evidence.probes = proof.probes;
    result.evidence.codes = proof.codes;
    const isRight = seen.who === 'this' && proof.verdict === 'pass';
    result.verdict = isRight ? 'pass' : proof.verdict === 'fail' ? 'fail' : 'inconclusive';
    result.reason = isRight
      ? `${request.gateway} serves this document already. ${proof.reason}`
      : proof.reason;
  } catch (error) {
    if (request.signal.aborted) throw error;
    result.verdict = 'inconclusive';
    result.reason = messageOf(error);
  }
  if (result.verdict !== 'pass')
    result.findings.push({ ...ofRule(gatewayRules, 'gateway-not-proved'), title: result.reason });
  return result;
}
