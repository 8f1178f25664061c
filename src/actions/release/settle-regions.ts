import { messageOf } from '../../domain/errors/errors.ts';
import { worst } from '../../domain/findings/verdict.ts';
import { errorRecordOf } from '../../domain/report/error-record.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import { markdownText } from '../../domain/text/safe-text.ts';
import type { Finished } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import type { Begun } from './saved.ts';

type Settled = Finished<'release'> & { report: Report<'release'> };

/** The post step of a release with several regions: settles each by itself. One that cannot be settled does not hold up the others. */
export async function settleRegions(
  { log }: Pick<Context, 'log'>,
  open: readonly { begun: Begun; region: string }[],
  settleOne: (begun: Begun, region: string) => Promise<Settled>,
): Promise<Settled> {
  const ended = await Promise.all(
    open.map(async ({ begun, region }) => {
      try {
        return { region, ...(await settleOne(begun, region)) };
      } catch (error) {
        const report = newReport('release');
        report.reason = `It could not be settled: ${messageOf(error)}`;
        report.errors = [errorRecordOf(error)];
        return { region, report, annotate: true };
      }
    }),
  );
  for (const { region, report } of ended) log.line(`${region}: ${report.reason}`);
  const report = newReport('release');
  report.target = { name: ended[0]?.report.target.name };
  report.verdict = worst(ended.map((one) => one.report.verdict));
  report.reason = ended.map((one) => `${one.region}: ${one.report.reason}`).join(' ');
  report.findings = ended.flatMap((one) => one.report.findings);
  report.errors = ended.flatMap((one) => one.report.errors);
  const rows = ended.map((one) => `| ${one.region} | ${markdownText(one.report.reason, 600)} |`);
  return {
    report,
    view: async () => ({ head: () => ['### After the step', '', '| region | |', '|:--|:--|', ...rows, ''] }),
    // As with one region, an error fails the step, and what was or was not left open does not.
    ...(report.errors.length > 0 ? {} : { exitCode: 0 as const }),
    ...(ended.every((one) => one.annotate === false) ? { annotate: false } : {}),
  };
}
