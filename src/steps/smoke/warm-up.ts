import type { SmokeCase } from '../../domain/smoke/suite/model.ts';
import type { Called, Caller } from './caller.ts';
import type { SmokePorts, SmokeRequest } from './ports.ts';

const refused = ({ attempt }: Called) => attempt.answer?.status === 401 || attempt.answer?.status === 403;

/**
 * The first request: it meets the cold start, is measured apart and judged by nobody. A permission to call that was
 * just given takes a while until it acts, so a refusal of our own token is waited out for a moment.
 */
export async function warmUp(
  caller: Caller,
  item: SmokeCase,
  ports: SmokePorts,
  request: SmokeRequest,
): Promise<void> {
  const { clock, log } = ports;
  const until = clock.now() + Math.min(request.settleMs ?? 30_000, caller.timeLeft());
  let called = await caller.call(item);
  if (caller.denials && refused(called)) {
    const left = Math.round((until - clock.now()) / 1000);
    if (left > 0)
      log.line(
        `  the first request was answered with ${called.attempts.at(-1)}; permissions may need a moment, waiting up to ${left} s`,
      );
    for (let wait = 1000; refused(called) && clock.now() + wait <= until; wait = Math.min(wait * 1.5, 5000)) {
      await clock.sleep(wait, request.signal);
      called = await caller.call(item);
    }
  }
  const { coldMs } = caller;
  if (coldMs !== undefined) log.line(`  first answer after ${Math.round(coldMs)} ms`);
  else
    log.line(
      refused(called)
        ? `  the token is refused (${called.attempts.at(-1)})`
        : `  the first request got no answer (${called.attempts.join(', ')})`,
    );
}
