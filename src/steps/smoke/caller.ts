import { ReleaseError } from '../../domain/errors/errors.ts';
import { tokenHeader } from '../../domain/invocation/door.ts';
import { unreachedBy } from '../../domain/invocation/unreached.ts';
import { limits } from '../../domain/release/limits.ts';
import { bodyOf, headOf } from '../../domain/smoke/body.ts';
import { freshImage } from '../../domain/smoke/image/fresh.ts';
import { type Attempt, attemptWords, mayRepeat, waitBefore } from '../../domain/smoke/retry.ts';
import type { SmokeCase } from '../../domain/smoke/suite/model.ts';
import type { SmokeHttpRequest } from '../ports/smoke.ts';
import type { SmokePorts, SmokeRequest } from './ports.ts';

export interface Called {
  /** The last attempt. */
  attempt: Attempt;
  /** How each attempt ended: a status, or why no answer came. */
  attempts: string[];
}

/** What a preset changes in the request of a case. */
export interface Override {
  method?: string | undefined;
  /** The image of the case, if it was read already. */
  image?: Uint8Array | undefined;
  /** Replaces the image of the case, in pieces. It is sent as it is, also if the case is `fresh`. */
  instead?: readonly Uint8Array[] | undefined;
  body?: SmokeHttpRequest['body'] | 'none' | undefined;
  contentType?: string | undefined;
  /** A bearer token, or `none` to send no token. */
  token?: { bearer: string } | 'none' | undefined;
  timeoutMs?: number | undefined;
  retries?: number | undefined;
}

/** Sends cases to the target with a token and a whole body each time, repeats them if allowed, and keeps the deadline. */
export interface Caller {
  /** Milliseconds from the first request to the function's first answer, with all retries and waits between. */
  readonly coldMs: number | undefined;
  /** Whether the target is called with an ID token. */
  readonly sendsToken: boolean;
  /** Throws if the run is cancelled or if the URL may not be called. A failed request is a value. */
  call(item: SmokeCase, override?: Override): Promise<Called>;
  /** Bytes of the case's image; empty if the case sends an address. */
  image(item: SmokeCase): Promise<Uint8Array>;
  /** An ID token, for the target's audience unless another one is given. */
  idToken(audience?: string): Promise<string>;
  /** Milliseconds until the deadline of the whole test. */
  timeLeft(): number;
}

const none = new Uint8Array(0);

/** The URL of a case: its path after the URL of the function. Throws if the path would lead to another host. */
export function urlOf(target: string, path: string): string {
  const base = new URL(target);
  const joined = new URL(base.pathname.replace(/\/$/, '') + path, base.origin);
  if (joined.origin !== base.origin)
    throw new ReleaseError('endpoint-refused', {
      what: `The path ${path.slice(0, 80)} leads to another host than the function's.`,
    });
  return joined.href;
}

export function createCaller(ports: SmokePorts, request: SmokeRequest, progress: () => string): Caller {
  const { target, signal } = request;
  const random = ports.random ?? Math.random;
  const end = ports.clock.steady() + (request.deadlineMs ?? limits.smoke * 1000);
  const timeLeft = () => end - ports.clock.steady();
  let cold: number | undefined;
  let began: number | undefined;
  let beatAt = ports.clock.steady();
  const startedAt = beatAt;
  let last: { path: string; bytes: Uint8Array } | undefined;

  const image = async (item: SmokeCase): Promise<Uint8Array> => {
    if (item.image.kind !== 'file') return none;
    if (last?.path !== item.image.path) {
      const into = last?.bytes;
      last = undefined;
      last = { path: item.image.path, bytes: await ports.files.read(item.image.path, request.suite, into) };
    }
    return last.bytes;
  };
  const idToken = async (audience?: string): Promise<string> => {
    const wanted = audience ?? target.audience;
    if (!ports.tokens || wanted === undefined)
      throw new ReleaseError('internal', {
        what: 'The smoke test needs an ID token, but the target has no audience.',
      });
    return ports.tokens.idToken(wanted, signal);
  };

  /** A fresh image has other bytes in every attempt. The suite was refused if the format of one does not allow that. */
  const bytesOf = async (item: SmokeCase, read?: Uint8Array): Promise<readonly Uint8Array[]> => {
    const bytes = read ?? (await image(item));
    return (item.fresh ? freshImage(bytes, crypto.randomUUID()) : undefined) ?? [bytes];
  };

  async function once(item: SmokeCase, override: Override): Promise<Attempt> {
    const sent = override.instead ?? (await bytesOf(item, override.image));
    const plan = bodyOf(item.request, item.image, headOf(sent));
    const own = override.token ?? (target.audience === undefined ? 'none' : { bearer: await idToken() });
    const headers: Record<string, string> = { ...item.request.headers };
    const contentType = override.contentType ?? plan.contentType;
    if (target.apiKey !== undefined && override.token === undefined) headers['x-api-key'] = target.apiKey;
    if (override.body !== 'none' || override.contentType !== undefined) headers['content-type'] = contentType;
    return ports.http.send({
      method: override.method ?? item.request.method,
      url: urlOf(target.url, item.request.path),
      headers,
      body: override.body === 'none' ? undefined : (override.body ?? { parts: plan.parts, image: sent }),
      token: own === 'none' ? undefined : own.bearer,
      tokenHeader: tokenHeader(item.request.headers, target.door),
      timeoutMs: Math.max(1, Math.min(override.timeoutMs ?? item.timeoutMs, timeLeft())),
      signal,
    });
  }

  /** Logs the progress once a minute. */
  const beat = () => {
    const now = ports.clock.steady();
    if (now - beatAt < 60_000) return;
    beatAt = now;
    ports.log.line(`  ${Math.round((now - startedAt) / 1000)}s  ${progress()}`);
  };

  return {
    get coldMs() {
      return cold;
    },
    sendsToken: target.audience !== undefined,
    image,
    idToken,
    timeLeft,
    async call(item, override = {}) {
      const attempts: string[] = [];
      const most = 1 + (override.retries ?? item.retries);
      began ??= ports.clock.steady();
      for (;;) {
        const attempt = await once(item, override);
        attempts.push(attemptWords(attempt));
        beat();
        const repeat = mayRepeat(attempt, cold === undefined);
        if (
          cold === undefined &&
          attempt.answer &&
          !repeat &&
          unreachedBy(attempt.answer, target) === undefined &&
          attempt.answer.status !== 401 &&
          attempt.answer.status !== 403
        )
          cold = attempts.length === 1 ? attempt.answer.milliseconds : ports.clock.steady() - began;
        if (attempts.length >= most || !repeat) return { attempt, attempts };
        const wait = waitBefore(attempts.length + 1, attempt, random());
        if (wait >= timeLeft()) return { attempt, attempts };
        ports.log.debug(
          `${item.name}: attempt ${attempts.length} ended with ${attempts.at(-1)}; the next one starts in ${Math.round(wait)} ms`,
        );
        await ports.clock.sleep(wait, signal);
      }
    },
  };
}
