import { messageOf } from '../../domain/errors/errors.ts';
import { failedPlace } from '../../domain/logs/place.ts';
import { reasonLines } from '../../domain/logs/text.ts';
import type { Report } from '../../domain/report/report.ts';
import { createLogEntries } from '../../gcp/logs/log-entries.ts';
import type { Context } from '../../runner/context.ts';
import { readReasons } from '../../steps/logs/read-reasons.ts';
import { mayShowText } from './may-show.ts';
import { createSupply } from './supply.ts';

/** Nobody waits longer than 3 s for an explanation, including what it takes to give up a call and to tell what was found. */
const usualMs = 2900;
/** Google's clock, which the entries carry, may be behind the runner's. */
const skewMs = 5000;
export const usualSlowMs = 1000;

/** Explains a failed action by the log of its service: in the log of the run, and in the report. Never throws. */
export async function explainByLog(context: Context, report: Report, deadlineMs = usualMs): Promise<void> {
  const { google, clock, log, secrets, signal, inputs, startedAt, about } = context;
  if (!google || signal.aborted) return;
  try {
    const place = failedPlace(report, { project_id: about.names().project, ...inputs.given });
    if (!place) return;
    const logs = await readReasons(
      { entries: createLogEntries(google), supply: createSupply(google), clock },
      {
        place,
        since: clock.now() - (clock.steady() - startedAt) - skewMs,
        text: mayShowText(context),
        slowMs: usualSlowMs,
        redact: secrets.redact,
        names: { project: place.project, region: place.region, ...about.names() },
        deadlineMs,
        signal,
      },
    );
    report.evidence.logs = logs;
    for (const line of reasonLines(logs)) log.line(line);
  } catch (error) {
    log.debug(`the log of the service was not read: ${messageOf(error)}`);
  }
}
