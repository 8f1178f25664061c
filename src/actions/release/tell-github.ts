import type { Report } from '../../domain/report/report.ts';
import type { Context } from '../../runner/context.ts';
import type { ReleaseRun } from '../../steps/release/run.ts';
import type { AskedRecord } from '../linked/inputs.ts';

/**
 * What serves at the end goes into the linked artifacts on GitHub, if that is asked for. What does not work out is a warning of the
 * report.
 */
export async function tellGithub(
  context: Context,
  asked: AskedRecord | undefined,
  run: ReleaseRun,
  report: Report<'release'>,
): Promise<void> {
  if (asked === undefined || run.live.serving.length === 0) return;
  const { recordDeployment } = await import('../linked/record.ts');
  const { project, region } = run.request.place;
  const { service, serving } = run.live;
  const { done, warning } = await recordDeployment(context, run.ports.services, asked, {
    ...{ project, region, service, serving },
    exposure: run.exposure,
  });
  if (done) report.actions_taken.push({ at: new Date(context.clock.now()).toISOString(), what: done });
  if (warning) report.evidence.release?.warnings?.push(warning);
}
