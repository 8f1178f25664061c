import type { BeliefId } from '../../domain/conformance/catalog.ts';
import type { Kind, Names } from '../../domain/conformance/names.ts';
import type { Exchange, Settled } from '../../domain/conformance/result.ts';
import { type Json, type JsonObject, valueAt } from '../../domain/data/json.ts';
import type { Clock } from '../ports/clock.ts';
import type { ProbeAnswer } from '../ports/prober.ts';
import type { Memory } from './memory.ts';
import type { Answer, Ask, Cloud, Journal, Pace, Seen, SourceOf } from './ports.ts';

/** What every probe of a run shares. */
export interface Stage {
  cloud: Cloud;
  clock: Clock;
  journal: Journal;
  pace: Pace;
  names: Names;
  run: string;
  project: string;
  region: string;
  /** The user, as a member of IAM. */
  member: string;
  /** Seconds since the epoch. */
  expires: number;
  labels: Readonly<Record<string, string>>;
  image: string;
  runtime: string;
  source: SourceOf;
  provider: string | undefined;
  memory: Memory;
}

/** What a probe works with: calls are kept as evidence, and verdicts are given here. */
export class Scene {
  readonly stage: Stage;
  readonly signal: AbortSignal;
  readonly settled: Settled[] = [];
  #evidence: Exchange[] = [];

  constructor(stage: Stage, signal: AbortSignal) {
    this.stage = stage;
    this.signal = signal;
  }

  /** Makes a call. `keep` names the parts of the answer that are evidence; of a refusal, it is the error. */
  async ask(call: Ask, keep: readonly string[] = []): Promise<Answer> {
    const answer = await this.stage.cloud.ask(call, this.signal);
    const as = call.as === 'nobody' ? 'nobody' : call.as?.name;
    const query = call.query ? `?${new URLSearchParams(call.query)}` : '';
    this.note({
      ...{ as, call: `${call.method} ${call.api} ${call.path}${query}`, status: answer.status },
      sent: call.body,
      answer: answer.status >= 400 ? answer.body.error : parts(answer.body, keep),
    });
    return answer;
  }

  /** Like `ask`, but leaves no evidence: for looks that only wait. */
  look(call: Ask): Promise<Answer> {
    return this.stage.cloud.ask(call, this.signal);
  }

  /** Calls the function and keeps status, the headers of the front end, and the title of a page. */
  async call(
    url: string,
    options: { token?: string; as?: string; timeoutMs?: number } = {},
  ): Promise<ProbeAnswer> {
    const { token, as = 'nobody', timeoutMs = 60_000 } = options;
    const answer = await this.stage.cloud.call(url, { ...(token ? { token } : {}), timeoutMs }, this.signal);
    this.note({ as, call: `GET ${url}`, status: answer.status, answer: shownOf(answer) });
    return answer;
  }

  note(exchange: Omit<Exchange, 'at'>): void {
    this.#evidence.push({ at: new Date(this.stage.clock.now()).toISOString(), ...exchange });
  }

  /** Begins the evidence of the next belief. What is kept before the first verdict belongs to every belief of the probe. */
  fresh(begin: readonly Exchange[] = []): void {
    this.#evidence = [...begin];
  }

  /** The evidence so far, for a belief that is settled later. */
  evidence(): readonly Exchange[] {
    return [...this.#evidence];
  }

  /** Gives the verdict: the belief holds, or it is contradicted. */
  settle(belief: BeliefId, holds: boolean, seen: Seen): void {
    this.#end({
      belief,
      verdict: holds ? 'holds' : 'contradicted',
      seen: defined(seen),
      evidence: this.#evidence,
    });
  }

  /** The attempt shows neither. */
  leave(belief: BeliefId, why: string, seen: Seen = {}): void {
    this.#end({ belief, verdict: 'not settled', seen: defined(seen), why, evidence: this.#evidence });
  }

  #end(settled: Settled): void {
    this.settled.push({ ...settled, evidence: [...settled.evidence] });
  }

  /** Notes a resource before it is made, so that a run that is killed can be cleaned up. */
  plan(kind: Kind, name: string): void {
    this.stage.journal.add({ kind, name, run: this.stage.run });
  }

  pause(milliseconds: number = this.stage.pace.pollMs): Promise<void> {
    return this.stage.clock.sleep(milliseconds, this.signal);
  }

  /** Repeats a look until it finds something. The deadline of the probe ends it. */
  async until<T>(look: () => Promise<T | undefined>, pauseMs?: number): Promise<T> {
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      await this.pause(pauseMs);
    }
  }

  /** Like `until`, but gives up after so many milliseconds. */
  async within<T>(milliseconds: number, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const { clock } = this.stage;
    const end = clock.steady() + milliseconds;
    for (;;) {
      const found = await look();
      if (found !== undefined || clock.steady() >= end) return found;
      await this.pause();
    }
  }
}

const defined = (seen: Seen): Record<string, Json> =>
  Object.fromEntries(Object.entries(seen).filter((pair): pair is [string, Json] => pair[1] !== undefined));

function parts(body: JsonObject, keep: readonly string[]): Json | undefined {
  if (keep.length === 0) return undefined;
  return Object.fromEntries(keep.map((path) => [path, valueAt(body, path) ?? null]));
}

function shownOf({ status, headers, body, error }: ProbeAnswer): Json {
  if (status === 0) return { error: error ?? 'no answer' };
  const title = /<title>([^<]{1,80})/i.exec(body)?.[1];
  const kept = ['server', 'via', 'x-cloud-trace-context', 'www-authenticate', 'location']
    .filter((name) => headers[name] !== undefined)
    .map((name) => [name, headers[name] as string]);
  return { headers: Object.fromEntries(kept), ...(title ? { title } : { body: body.slice(0, 120) }) };
}
