import {
  type Answer,
  isOfGateway,
  isRefused,
  isServed,
  type Learned,
  whoAnswers,
} from '../../domain/gateway/answers.ts';
import { type Api, alternativesOf, nameOf, namesOf, type Operation } from '../../domain/gateway/api.ts';
import type { GatewayProbe } from '../../domain/gateway/evidence.ts';
import { isMarker, markerFolder, markerPath } from '../../domain/gateway/marker.ts';
import { textAt } from '../../domain/yaml/node.ts';
import type { GatewayPorts, GatewayRequest } from './ports.ts';

type World = Pick<GatewayPorts, 'clock' | 'idToken' | 'prober' | 'random'>;
type Wish = Pick<GatewayRequest, 'apiKey' | 'paceMs' | 'probe'>;

/** Right answers in a row before a configuration counts as the one that answers. Its servers do not switch at once. */
const inARow = 3;
/** More operations than these are not asked one by one. */
const maxOperations = 25;

/** By the steady clock. */
interface Until {
  deadline: number;
  signal: AbortSignal;
}

export interface Proof {
  verdict: 'pass' | 'fail' | 'unclear';
  /** One sentence. */
  reason: string;
  probes: GatewayProbe[];
  codes: { refused: number[]; unknown: number } | undefined;
}

/** Who answers at a gateway, seen from outside and without a credential. */
export async function look(
  { prober, random }: World,
  url: string,
  api: Pick<Api, 'basePath'>,
  config: string,
  signal: AbortSignal,
): Promise<Learned & { who: 'this' | 'another' | 'unclear' }> {
  const get = (path: string) =>
    prober.probe(`${url}${api.basePath}${path}`, { method: 'GET', timeoutMs: 10_000, signal });
  const [marker, unknown] = await Promise.all([get(markerPath(config)), get(`${markerFolder}/x${random()}`)]);
  return { who: whoAnswers({ marker, unknown }), marker, unknown };
}

/** Looks until the same configuration has answered several times in a row, or the time is over. */
export async function settle(
  world: World,
  url: string,
  api: Api,
  config: string,
  wanted: 'this' | 'another',
  { paceMs, deadline, signal }: { paceMs: number; deadline: number; signal: AbortSignal },
): Promise<{ isSettled: boolean; last: Awaited<ReturnType<typeof look>> }> {
  let right = 0;
  for (;;) {
    const last = await look(world, url, api, config, signal);
    right = last.who === wanted ? right + 1 : 0;
    if (right >= inARow) return { isSettled: true, last };
    if (world.clock.steady() + paceMs >= deadline) return { isSettled: false, last };
    await world.clock.sleep(paceMs, signal);
  }
}

/** A proof that nothing has to wait for. */
export const lookPace = (
  { clock }: Pick<GatewayPorts, 'clock'>,
  { timeoutMs, signal }: Pick<GatewayRequest, 'timeoutMs' | 'signal'>,
): Until => ({ deadline: clock.steady() + timeoutMs, signal });

/** Every operation refuses a caller without a credential, and one of them serves a caller with one. */
export async function prove(
  world: World,
  wish: Wish,
  url: string,
  api: Api,
  learned: Learned,
  pace: Until,
): Promise<Proof> {
  const probes: GatewayProbe[] = [];
  const refused = new Set<number>();
  const asked = api.operations
    .filter((one) => one.method !== 'options' && !isMarker(one))
    .slice(0, maxOperations);
  for (const operation of asked) {
    // A refusal comes from the gateway itself, and so at once.
    const answer = await ask(world, url, api, operation, {}, pace, 10_000);
    const isRight = isRefused(answer, learned);
    const isUnclear =
      answer.status === 0 || answer.status === 429 || (answer.status >= 500 && isOfGateway(answer));
    if (isRight) refused.add(answer.status);
    probes.push({
      what: `${nameOf(operation)} without a credential`,
      status: answer.status,
      is: isRight ? 'as wanted' : isUnclear ? 'unclear' : 'wrong',
    });
    // The next one would have to wait as long.
    if (answer.status === 0) break;
  }
  const isSilent = probes.some(({ status }) => status === 0);
  const served = isSilent ? undefined : await serve(world, wish, url, api, pace);
  if (served) probes.push(served);
  const codes = { refused: [...refused].sort(), unknown: learned.unknown.status };
  const wrong = probes.find(({ is }) => is === 'wrong');
  if (wrong) return { verdict: 'fail', reason: `${wrong.what} got ${wrong.status}.`, probes, codes };
  const unclear = probes.find(({ is }) => is === 'unclear');
  if (unclear)
    return {
      verdict: 'unclear',
      reason: `${unclear.what} got ${unclear.status || 'no answer'}.`,
      probes,
      codes,
    };
  if (!served)
    return { verdict: 'unclear', reason: 'No call with a credential was possible.', probes, codes };
  return {
    verdict: 'pass',
    reason: `${asked.length} operations refuse a caller without a credential, and ${served.what} got ${served.status}.`,
    probes,
    codes,
  };
}

/** The operation that is called with a credential: the one that was named, or the simplest. */
export function servedOperation(api: Api, probe: Wish['probe']): Operation | undefined {
  const all = api.operations.filter((one) => one.method !== 'options' && !isMarker(one));
  if (probe) return all.find((one) => one.path === probe.path && one.method === probe.method.toLowerCase());
  return all.find((one) => one.method === 'get' && !one.path.includes('{')) ?? all[0];
}

/** The issuer of Google's ID tokens. */
const google = /^(https:\/\/)?accounts\.google\.com$/;

/** The alternative of an operation for which this run has every credential. */
export function payable(
  api: Api,
  operation: Operation,
  has: { key: boolean; token: boolean },
): string[] | undefined {
  return alternativesOf(operation.security)
    .map(namesOf)
    .find(
      (names) =>
        names.length > 0 &&
        names.every((name) => {
          const scheme = api.schemes.get(name);
          if (scheme?.kind === 'key') return has.key;
          // This run can only have a token of Google. It is not sent where another issuer is asked for.
          return scheme?.kind === 'token' && has.token && google.test(scheme.issuer ?? '');
        }),
    );
}

async function serve(world: World, wish: Wish, url: string, api: Api, pace: Until) {
  const { signal } = pace;
  const operation = servedOperation(api, wish.probe);
  const names =
    operation &&
    payable(api, operation, { key: wish.apiKey !== undefined, token: world.idToken !== undefined });
  if (!operation || !names) return undefined;
  const headers: Record<string, string> = {};
  let token: string | undefined;
  let query = '';
  for (const name of names) {
    const scheme = api.schemes.get(name);
    if (scheme?.kind === 'key' && wish.apiKey !== undefined) {
      // In the query, a key would be written into logs. A gateway that takes it only there gets it there.
      if (scheme.place?.kind === 'text' && scheme.place.text === 'query')
        query = `?${textAt(scheme.node, 'name') ?? 'key'}=${encodeURIComponent(wish.apiKey)}`;
      else headers['x-api-key'] = wish.apiKey;
    } else if (scheme?.kind === 'token') token = await world.idToken?.(scheme.audiences[0] ?? url, signal);
  }
  const credential = { headers, ...(token === undefined ? {} : { token }), query };
  let answer = await ask(world, url, api, operation, credential, pace);
  // A function that has no instance yet may be slow once.
  if (answer.status === 0 || answer.status >= 500) {
    await world.clock.sleep(wish.paceMs, signal);
    answer = await ask(world, url, api, operation, credential, pace);
  }
  const is: GatewayProbe['is'] = isServed(answer)
    ? 'as wanted'
    : answer.status === 0 || answer.status === 429
      ? 'unclear'
      : 'wrong';
  return { what: `${nameOf(operation)} with ${names.join(' and ')}`, status: answer.status, is };
}

async function ask(
  { clock, prober }: World,
  url: string,
  api: Api,
  { method, path }: Operation,
  credential: { headers?: Record<string, string>; token?: string; query?: string },
  { deadline, signal }: Until,
  mostMs = 60_000,
): Promise<Answer> {
  const left = deadline - clock.steady();
  if (left <= 0) return { status: 0, body: '' };
  const concrete = path.replace(/\{[^}]*\}/g, 'x');
  return prober.probe(`${url}${api.basePath}${concrete}${credential.query ?? ''}`, {
    method: method.toUpperCase(),
    headers: credential.headers ?? {},
    ...(credential.token === undefined ? {} : { token: credential.token }),
    timeoutMs: Math.ceil(Math.min(mostMs, left)),
    signal,
  });
}
