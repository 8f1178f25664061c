import type { Fault } from '../../sandbox/core/types.ts';
import { gatewayState } from '../../sandbox/gateway/state.ts';
import type { GatewayWorld } from './gateway-world.ts';

/** One fault at one call of a release of a gateway. `api` is the control API or the data plane itself. */
export interface GatewayFault {
  api: 'apigateway' | 'gateway';
  nth: number;
  name: string;
  fault: Fault['fault'];
  times: number;
}

const faults: readonly (readonly [name: string, fault: Fault['fault'], times?: number])[] = [
  ['503', { status: 503 }],
  ['500', { status: 500 }],
  ['403', { status: 403 }],
  ['404', { status: 404 }],
  ['409', { status: 409 }],
  ['reset before', { reset: 'before' }],
  ['reset after', { reset: 'after' }],
  ['malformed', { malformed: true }],
  ['slow', { delayMs: 300 }],
  ['503 from then on', { status: 503 }, 100_000],
];

/** Every call of a release times every fault. */
export function everyFault(calls: { apigateway: number; gateway: number }): GatewayFault[] {
  return (['apigateway', 'gateway'] as const).flatMap((api) =>
    Array.from({ length: calls[api] }, (_, at) => at + 1).flatMap((nth) =>
      faults
        .filter(([name]) => api === 'apigateway' || !['malformed', 'reset after'].includes(name))
        .map(([name, fault, times = 1]) => ({ api, nth, name, fault, times })),
    ),
  );
}

/** A path of this name, to be added to the document. */
export const addition = (name: string) =>
  `  /${name}:\n    get: { operationId: ${name}, responses: { '200': { description: ok } } }\n`;

/** Counts the calls of one release that moves the gateway. */
export async function countCalls(w: GatewayWorld): Promise<{ apigateway: number; gateway: number }> {
  const { world } = w.sandbox;
  world.requests.length = 0;
  const before = w.state().names;
  const result = await w.run(w.document({ rest: addition('counted') }));
  if (result.verdict !== 'pass' || w.state().names === before) throw new Error(result.reason);
  return {
    apigateway: world.requests.filter(({ api }) => api === 'apigateway').length,
    // Looks and proofs: two rounds, each with three looks of two calls, two operations and one call with a credential.
    gateway: 2 * (3 * 2 + result.evidence.probes.length),
  };
}

/**
 * Releases a document while one call is faulted, and looks at what is left when the fault is over.
 * @returns what is wrong with the end, or undefined
 */
export async function endOf(
  w: GatewayWorld,
  index: number,
  fault: GatewayFault,
): Promise<string | undefined> {
  const { world } = w.sandbox;
  const before = w.state().names;
  world.faults.clear();
  world.faults.add({ api: fault.api, nth: fault.nth, times: fault.times, fault: fault.fault });
  const outage = fault.times > 1 ? setTimeout(() => world.faults.clear(), 900) : undefined;
  const name = `sweep${index}`;
  let did = 'threw';
  let config = '';
  try {
    const result = await w.run(w.document({ rest: addition(name) }), { timeoutMs: 2500 });
    did = result.evidence.did;
    config = result.evidence.config;
  } catch (error) {
    did = `threw ${(error as Error).message}`;
  }
  clearTimeout(outage);
  world.faults.clear();
  await w.settled();
  const { names, serves } = w.state();
  const isNew = names !== before;
  const problems = [
    serves !== names ? `it names ${names} and serves ${serves}` : '',
    isNew && config !== '' && names !== config
      ? `it names ${names}, which is neither the old nor the new one`
      : '',
    // What it says it did is what it left.
    isNew !== ['moved', 'created'].includes(did)
      ? `it says ${did} and names ${isNew ? 'the new one' : 'the old one'}`
      : '',
  ];
  // From outside: no path is open, whichever configuration answers, and the new path is there only with the new one.
  for (const path of ['/health', '/ocr', `/${name}`, '/.release/x']) {
    const method = path === '/ocr' ? 'POST' : 'GET';
    const status = await w.call(path, method);
    const wanted = path === '/.release/x' || (path === `/${name}` && !isNew) ? 404 : 401;
    if (status !== wanted) problems.push(`${method} ${path} without a credential got ${status}`);
  }
  const served = await w.call(isNew ? `/${name}` : '/health', 'GET', { 'x-api-key': w.key });
  if (served !== 200) problems.push(`a caller with a key got ${served}`);
  const open = [...gatewayState(world).gateways.values()].filter(({ state }) => state !== 'ACTIVE');
  if (open.length > 0) problems.push('the gateway is still changing');
  const told = problems.filter((text) => text !== '');
  return told.length === 0
    ? undefined
    : `${fault.api} call ${fault.nth}, ${fault.name}: ${told.join('; ')} (${did})`;
}
