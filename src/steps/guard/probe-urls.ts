import { messageOf } from '../../domain/errors/errors.ts';
import { type ProbeRecord, probeUrl } from '../../domain/exposure/probes.ts';
import { classifyProbe } from '../../domain/invocation/front-end.ts';
import type { Clock } from '../ports/clock.ts';
import type { Prober } from '../ports/prober.ts';
import type { StaticFacts } from './read-exposure.ts';

export interface ProbeTarget {
  url: string;
  from: string;
  guessed: boolean;
}

const methods: readonly { method: string; headers: Record<string, string> }[] = [
  { method: 'GET', headers: {} },
  { method: 'POST', headers: { 'content-type': 'application/json' } },
  // A pre-flight, as a browser sends it: a common reason for making a function public.
  { method: 'OPTIONS', headers: { origin: 'https://example.com', 'access-control-request-method': 'POST' } },
];

/** Every URL under which the function may answer, each once, with where it was read. */
export function probeTargets(facts: StaticFacts, extra: readonly string[] = []): ProbeTarget[] {
  const targets = new Map<string, ProbeTarget>();
  const add = (url: string, from: string, guessed = false) => {
    if (!/^https?:\/\//i.test(url)) return;
    const key = url.replace(/\/+$/, '').toLowerCase();
    if (!targets.has(key)) targets.set(key, { url, from, guessed });
  };
  if (facts.function.ok) for (const url of facts.function.value.urls) add(url, 'the function');
  if (facts.service?.ok) {
    for (const url of facts.service.value.urls) add(url, 'the service');
    for (const url of facts.service.value.tagUrls) add(url, 'a tag');
  }
  for (const url of extra) add(url, 'probe_urls');
  const short = facts.target.service?.split('/').at(-1);
  const real = [...targets.values()].some(({ url }) => /^https:\/\/[^/]+\.run\.app/i.test(url));
  if (real && short && facts.projectNumber)
    add(
      `https://${short}-${facts.projectNumber}.${facts.target.region}.run.app`,
      'the deterministic form',
      true,
    );
  return [...targets.values()];
}

/** All methods on all URLs at once, without a token. A URL that may not be asked is an answer of its own. */
export async function probeAll(
  prober: Prober,
  targets: readonly ProbeTarget[],
  options: { timeoutMs: number; signal?: AbortSignal | undefined },
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

const undecided = (record: ProbeRecord) =>
  record.class === 'unclear' || (record.class === 'no-answer' && !record.guessed);

/** As `probeAll`, asking again up to `rounds` times while some answer proves nothing (a 429, a lost connection). */
export async function probeUntilClear(
  world: { prober: Prober; clock: Clock },
  targets: readonly ProbeTarget[],
  options: { timeoutMs: number; rounds: number; signal?: AbortSignal | undefined },
): Promise<ProbeRecord[]> {
  let records = await probeAll(world.prober, targets, options);
  for (let round = 1; round < options.rounds && records.some(undecided); round++) {
    await world.clock.sleep(500 * 2 ** round, options.signal);
    const again = targets.filter(({ url }) =>
      records.some((record) => record.url === url && undecided(record)),
    );
    const fresh = await probeAll(world.prober, again, options);
    records = records.map((old) =>
      undecided(old)
        ? (fresh.find(({ url, method }) => url === old.url && method === old.method) ?? old)
        : old,
    );
  }
  return records;
}
