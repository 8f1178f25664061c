import { type Located, likelyService, servicePath } from '../../domain/data/resource-name.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { classifyProbe } from '../../domain/invocation/front-end.ts';
import { explainInvocation, invocationOf } from '../../domain/invocation/refusal.ts';
import { explainUnreached, unreachedBy } from '../../domain/invocation/unreached.ts';
import type { Context } from '../../runner/context.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { Prober } from '../../steps/ports/prober.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import { type CountRequest, countRevision } from '../../steps/traffic/count-revision.ts';
import type { Answer, ProvePorts } from '../../steps/traffic/prove-back.ts';
import type { Platform } from '../login/platform.ts';

/** How a release and a rollback check the revision that the traffic went back to. */

/** Counts a revision's own requests: new ones for some seconds, or those of the last minutes without waiting. */
export function rateOf(
  { clock, log }: Pick<Context, 'clock' | 'log'>,
  source: SliSource,
  settings: Pick<CountRequest, 'objectives' | 'seconds' | 'pollSeconds'>,
): NonNullable<ProvePorts['rate']> {
  return (service, revision, since, signal) => {
    const from = settings.seconds > 0 ? since : since - historyMs;
    return countRevision({ clock, log, source }, { ...settings, service, revision, since: from, signal });
  };
}

/** Without a wait for new requests, those of the last ten minutes count (milliseconds). */
const historyMs = 600_000;

/**
 * Calls the function once with a token. Throws if it does not answer or answers 500 or more. A missing token is not the
 * function's fault, so that is an answer too. If the call is refused, the log says why and how to repair it. `audience` is that of
 * Identity-Aware Proxy if it is on the service itself.
 */
export async function alive(
  prober: Prober,
  { tokens, invoker }: Pick<Platform, 'tokens' | 'invoker'>,
  log: Log,
  url: string,
  place: Located,
  signal?: AbortSignal,
  audience = url,
): Promise<Answer> {
  let token: string;
  try {
    token = await tokens.idToken(audience, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    return { answered: false, text: `it could not be called (${messageOf(error).replace(/\.$/, '')})` };
  }
  const stop = signal ? { signal } : {};
  const answer = await prober.probe(url, { method: 'GET', token, timeoutMs: 10_000, ...stop });
  const { class: seen, note } = classifyProbe(answer);
  if (seen === 'foreign') return { answered: false, text: `it could not be called (${note})` };
  if (answer.status === 0 || answer.status >= 500)
    throw new ReleaseError('remote-error', {
      what:
        answer.status === 0
          ? `it did not answer (${answer.error ?? 'no reason'})`
          : `it answers ${answer.status}`,
    });
  const service = servicePath({ ...place, name: likelyService(place.name) });
  const call = invocationOf(service, audience, invoker);
  const { status } = answer;
  const by = unreachedBy(answer);
  const refused = by ? explainUnreached(by, status, call) : call && explainInvocation(status, call);
  if (refused)
    for (const text of [`${refused.what} ${refused.why}`, refused.fix, ...(refused.commands ?? [])])
      log.line(`  ${text}`);
  const whose = by ? " (Google's front end, not the function)" : '';
  const { fix, commands } = refused ?? {};
  return { answered: by === undefined, text: `it answers ${status}${whose}`, status, by, fix, commands };
}
