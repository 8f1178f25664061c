import { runId } from '../../domain/drill/canary.ts';
import { findingLines } from '../../domain/drill/text.ts';
import { worstOf } from '../../domain/drill/trend.ts';
import { newReport } from '../../domain/report/report.ts';
import type { Action } from '../../runner/action.ts';
import { timingOf } from '../../runner/timing.ts';
import { drill as runDrill } from '../../steps/drill/drill.ts';
import { openPlatform } from '../login/platform.ts';
import { readDrill } from './inputs.ts';
import { portsOf } from './ports.ts';
import { saveBegun } from './saved.ts';

/** Looks at how buckets are protected and, if asked, restores objects that it has deleted. */
export const drill: Action<'drill'> = async (context) => {
  const { login, request, regions, failover } = readDrill(context);
  context.inputs.done();
  const { log, clock, signal } = context;
  const platform = openPlatform(context, login);
  const started = clock.steady();
  const run = runId(clock.now(), context.id);
  if (request.mode === 'restore' || failover?.exercise) saveBegun(context, run);
  const opened = regions && (await (await import('./regions.ts')).openRegions(context, platform, regions));
  const exercise =
    failover && (await (await import('./failover.ts')).openFailover(context, platform, failover));
  const result = await runDrill(
    { ...portsOf(context, platform), regions: opened?.ports, failover: exercise?.ports },
    {
      ...request,
      failover: failover?.exercise ? exercise?.request : undefined,
      balancer:
        failover && !failover.exercise
          ? { project: platform.projectId, name: failover.backendService }
          : undefined,
      regions: opened?.request,
      run,
      member: platform.member(),
      signal,
    },
  );
  if (!context.onTerminal) for (const line of findingLines(result.findings)) log.line(line);
  const report = newReport('drill', {
    ...(platform.projectId ? { project: platform.projectId } : {}),
    name: [...(regions ? [regions.name] : []), ...request.buckets.map(({ bucket }) => bucket)].join(', '),
  });
  report.inputs = context.inputs.given;
  report.verdict = result.verdict;
  report.reason = result.reason;
  report.findings = result.findings;
  report.evidence.drill = result.evidence;
  report.timings.push(timingOf(context, 'drill', started, result.verdict));
  const worst = worstOf(result.evidence.restored);
  return {
    report,
    view: async () => (await import('../../domain/summary/drill/view.ts')).drillView,
    outputs: {
      ...worst,
      left: result.evidence.left.length,
      failover_seconds: result.evidence.failover?.rto_seconds,
      bad_answers: result.evidence.failover?.bad,
    },
  };
};
