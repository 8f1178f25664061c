import { type LogsEvidence, linesOf } from '../../domain/logs/evidence.ts';
import { serviceOfFunction } from '../../domain/logs/place.ts';
import { reasonLines, unreadableText } from '../../domain/logs/text.ts';
import { newReport } from '../../domain/report/report.ts';
import { createLogEntries } from '../../gcp/logs/log-entries.ts';
import type { Action } from '../../runner/action.ts';
import { timingOf } from '../../runner/timing.ts';
import { readReasons } from '../../steps/logs/read-reasons.ts';
import { openPlatform } from '../login/platform.ts';
import { usualSlowMs } from './explain.ts';
import { readLogs } from './inputs.ts';
import { mayShowText } from './may-show.ts';
import { createSupply } from './supply.ts';

const usualSeconds = 15 * 60;
/** A person has asked for it, so it may take longer than beside a failure. */
const deadlineMs = 10_000;

/** Shows what the log of a service says about a failure. */
export const logs: Action<'logs'> = async (context) => {
  const { inputs, clock, log, signal, secrets, about } = context;
  const request = readLogs(context);
  const { since = { secondsAgo: usualSeconds } } = request;
  if ('at' in since && since.at > clock.now()) inputs.problem('since', 'expected a time in the past');
  inputs.done();
  const platform = openPlatform(context, request.login);
  const started = clock.steady();
  // The login corrects the clock, with which the entries are compared.
  await platform.tokens.accessToken(signal);
  const { region, revision } = request;
  const place = { project: platform.projectId, region, service: serviceOfFunction(request.name), revision };
  const found = await readReasons(
    { entries: createLogEntries(platform.rest), supply: createSupply(platform.rest), clock },
    {
      place,
      since: 'at' in since ? since.at : clock.now() - since.secondsAgo * 1000,
      text: mayShowText(context),
      slowMs: usualSlowMs,
      redact: secrets.redact,
      names: { project: place.project, region, ...about.names() },
      deadlineMs,
      strict: true,
      signal,
    },
  );
  for (const line of reasonLines(found)) log.line(line);
  const report = newReport('logs', { ...place, name: request.name });
  const [first, ...others] = linesOf(found);
  report.inputs = inputs.given;
  report.verdict = found.unreadable === undefined ? (first ? 'fail' : 'pass') : 'inconclusive';
  report.reason = reasonOf(found);
  report.evidence.logs = found;
  report.timings.push(timingOf(context, 'logs', started, report.verdict));
  return {
    report,
    view: async () => (await import('../../domain/summary/logs/section.ts')).logsView,
    outputs: { kind: first?.kind, count: first ? others.length + 1 : 0, link: found.link },
    // A step that explains a failure is no failure.
    ...(report.verdict === 'inconclusive' ? {} : { exitCode: 0 as const }),
  };
};

/** What the log says, as one sentence. */
function reasonOf(found: LogsEvidence): string {
  const unreadable = unreadableText(found);
  if (unreadable !== undefined) return unreadable;
  const [first, ...others] = linesOf(found);
  const time = `since ${found.since.slice(11, 19)} UTC`;
  if (!first) return `No entry ${time} says that something failed.`;
  const more =
    others.length === 0 ? '' : ` ${others.length} more ${others.length === 1 ? 'entry' : 'entries'} ${time}.`;
  return `${first.text.replace(/[.]?$/, '.')}${more}`;
}
