import { findingLines } from '../../domain/drill/text.ts';
import { newReport } from '../../domain/report/report.ts';
import { plural } from '../../domain/text/sentence.ts';
import type { Action } from '../../runner/action.ts';
import { cleanUp, notDone, nothingCleaned } from '../../steps/drill/clean-up.ts';
import { isRefusal } from '../../steps/drill/restore.ts';
import { openPlatform } from '../login/platform.ts';
import { readDrill } from './inputs.ts';
import { portsOf } from './ports.ts';
import { readBegun } from './saved.ts';

/** Runs after the step, however it ended, and removes what the step left if it was killed or cancelled. */
export const drillPost: Action<'drill'> = async (context) => {
  const report = newReport('drill');
  report.verdict = 'pass';
  const run = readBegun(context);
  if (run === '') {
    report.reason = 'Nothing to remove.';
    return { report, annotate: false, summary: false };
  }
  const { login, request, failover } = readDrill(context);
  context.inputs.done();
  const platform = openPlatform(context, login);
  const ports = portsOf(context, platform);
  const cleaned = nothingCleaned();
  // The load balancer first: users may be without a second region.
  const back =
    failover?.exercise === true
      ? await (await import('./failover.ts')).putBackKilled(context, platform, failover, run)
      : undefined;
  if (back?.finding) cleaned.findings.push(back.finding);
  const { prefix } = request;
  // One bucket that refuses is no reason to leave objects in the others.
  for (const { bucket, copy } of request.mode === 'restore' ? request.buckets : [])
    for (const place of [bucket, ...(copy === undefined ? [] : [copy])])
      await cleanUp(ports, { bucket: place, prefix, run, which: 'own' }, cleaned, context.signal).catch(
        (error: unknown) => {
          if (!isRefusal(error)) throw error;
          cleaned.findings.push(notDone(place, 'The objects of the drill were not removed', error.message));
        },
      );
  for (const line of findingLines(cleaned.findings)) context.log.line(line);
  report.findings = cleaned.findings;
  report.verdict = cleaned.findings.length > 0 ? 'inconclusive' : 'pass';
  report.reason =
    cleaned.findings[0]?.title ??
    (back?.did === 'put back'
      ? `Put back the region that the drill had taken out of ${failover?.backendService}.`
      : cleaned.removed === 0
        ? 'No object of the drill was left.'
        : `Removed ${plural(cleaned.removed, 'object')} that the drill had left.`);
  return { report, annotate: cleaned.findings.length > 0, summary: false, exitCode: 0 };
};
