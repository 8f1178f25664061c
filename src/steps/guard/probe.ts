import { messageOf } from '../../domain/errors/errors.ts';
import { type ProbeRecord, probeUrl } from '../../domain/exposure/probes.ts';
import { classifyProbe } from '../../domain/invocation/front-end.ts';
import type { Clock } from '../ports/clock.ts';
import type { Prober } from '../ports/prober.ts';
import type { ProbeTarget } from './probe-targets.ts';

const methods: readonly { method: string; headers: Record<string, string> }[] = [
  { method: 'GET', headers: {} },
  { method: 'POST', headers: { 'content-type': 'application/json' } },
  // The pre-flight of a browser. Teams often open a function to the public just to let this request through.
  { method: 'OPTIONS', headers: { origin: 'https://example.com', 'access-control-request-method': 'POST' } },
];

export interface ProbeOptions {
  /** Milliseconds for one request. */
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** Sends every method to every URL at once, without a token. A request that fails counts as `no-answer`. */
export async function probeOnce(
  prober: Prober,
  targets: readonly ProbeTarget[],
  options: ProbeOptions,
): Promise<ProbeRecord[]> {
  const one = async (
    { url, from, guessed }: ProbeTarget,
    { method, headers }: (typeof methods)[number],
  ): Promise<ProbeRecord> => {
    const base = { url, from, guessed, method };
    const ask = {
      method,
      headers,
      timeoutMs: options.timeoutMs,
      ...(options.signal ? { signal: options.signal } : {}),
    };
    try {
      const answer = await prober.probe(probeUrl(url), ask);
      return {
        ...base,
        status: answer.status,
        milliseconds: Math.round(answer.milliseconds),
        ...classifyProbe(answer),
      };
    } catch (error) {
      if (options.signal?.aborted) throw error;
      return { ...base, status: 0, milliseconds: 0, class: 'no-answer', note: messageOf(error) };
    }
  };
  return Promise.all(targets.flatMap((target) => methods.map((method) => one(target, method))));
}

const isUnclear = (record: ProbeRecord) =>
  record.class === 'unclear' ||
  record.class === 'foreign' ||
  (record.class === 'no-answer' && !record.guessed);

/** Probes like `probeOnce`, and repeats up to `rounds` times what got no clear answer, such as a 429. */
export async function probeUntilClear(
  world: { prober: Prober; clock: Clock },
  targets: readonly ProbeTarget[],
  options: ProbeOptions & { rounds: number },
): Promise<ProbeRecord[]> {
  let records = await probeOnce(world.prober, targets, options);
  for (let round = 1; round < options.rounds && records.some(isUnclear); round++) {
    await world.clock.sleep(500 * 2 ** round, options.signal);
    const again = targets.filter(({ url }) =>
      records.some((record) => record.url === url && isUnclear(record)),
    );
    const fresh = await probeOnce(world.prober, again, options);
    records = records.map((old) =>
      isUnclear(old)
        ? (fresh.find(({ url, method }) => url === old.url && method === old.method) ?? old)
        : old,
    );
  }
  return records;
}
