import type { SmokeCase } from '../../domain/smoke/suite/model.ts';
import type { Called, Caller } from './caller.ts';
import type { SmokePorts, SmokeRequest } from './ports.ts';
import { isMissing, unreachedIn } from './run-case.ts';

const refused = ({ attempt }: Called) => attempt.answer?.status === 401 || attempt.answer?.status === 403;

/**
 * Sends the first request, which may meet a cold start: it is measured separately and not judged. A new permission to
 * call takes a while to take effect, so if the function refuses our own token, this tries again for a moment. So it does if the URL is new.
 */
export async function warmUp(
  caller: Caller,
  item: SmokeCase,
  ports: SmokePorts,
  request: SmokeRequest,
): Promise<void> {
  const { clock, log } = ports;
  const until = clock.steady() + Math.min(request.settleMs ?? 30_000, caller.timeLeft());
  let called = await caller.call(item);
  const isEarly = ({ attempt }: Called) =>
    request.newUrl === true &&
    attempt.answer !== undefined &&
    isMissing(unreachedIn(item, attempt.answer, request.target));
  const mayChange = (last: Called) => (caller.sendsToken && refused(last)) || isEarly(last);
  if (mayChange(called)) {
    const left = Math.round((until - clock.steady()) / 1000);
    if (left > 0)
      log.line(
        `  the first request was answered with ${called.attempts.at(-1)}; a new ${isEarly(called) ? 'URL' : 'permission'} may need a moment, so this tries for up to ${left} s`,
      );
    for (
      let wait = 1000;
      mayChange(called) && clock.steady() + wait <= until;
      wait = Math.min(wait * 1.5, 5000)
    ) {
      await clock.sleep(wait, request.signal);
      called = await caller.call(item);
    }
  }
  const { coldMs } = caller;
  if (coldMs !== undefined) log.line(`  first answer after ${Math.round(coldMs)} ms`);
  else
    log.line(
      refused(called)
        ? `  the function refuses the token (${called.attempts.at(-1)})`
        : `  the first request got no answer (${called.attempts.join(', ')})`,
    );
}
