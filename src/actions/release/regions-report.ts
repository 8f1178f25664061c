import type { Finding } from '../../domain/findings/finding.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { trafficRules } from '../../domain/findings/rules/traffic.ts';
import { type Verdict, worst } from '../../domain/findings/verdict.ts';
import { newReport, type Report } from '../../domain/report/report.ts';
import { andList } from '../../domain/text/sentence.ts';
import { outcomeOf } from '../../domain/waves/outcome.ts';
import type { Waves } from '../../domain/waves/regions.ts';
import type { Context } from '../../runner/context.ts';
import type { WavesRun } from '../../steps/waves/release-waves.ts';
import { verdicts } from './report.ts';

type Reports = ReadonlyMap<string, Report<'release'>>;

/** One report of all regions. `reports` has what each region's release would report by itself. */
export function regionsReport(
  context: Pick<Context, 'inputs'>,
  place: { project: string; name: string },
  waves: Waves,
  { skipped, stoppedBy, named }: WavesRun,
  reports: Reports,
): Report<'release'> {
  // The failure is explained by the log of the region that stopped the others.
  const by = stoppedBy === undefined ? undefined : reports.get(stoppedBy);
  const report = newReport('release', by?.target ?? place);
  report.inputs = context.inputs.given;
  const taken = [...reports].filter(([region]) => !skipped.includes(region));
  const outcomes = Object.fromEntries(taken.map(([region, { outcome }]) => [region, outcome]));
  report.outcome = outcomeOf(outcomes, stoppedBy);
  report.verdict = verdictOf(report.outcome, taken, stoppedBy);
  report.reason = reasonOf(report, place.name, { skipped, stoppedBy }, reports);
  const about = (region: string, finding: Finding): Finding => ({
    ...finding,
    title: `${region}: ${finding.title}`,
  });
  report.findings = [
    ...skipped.map((region) => leftOut(region, reports.get(region)?.reason ?? '')),
    ...taken.flatMap(([region, own]) => own.findings.map((finding) => about(region, finding))),
  ];
  // The reason quotes the errors of the region that stopped the others, and not theirs. The first error is what an annotation shows.
  const first = [...taken].sort(([a], [b]) => Number(b === stoppedBy) - Number(a === stoppedBy));
  report.errors = first.flatMap(([region, own]) =>
    stoppedBy === undefined || region === stoppedBy
      ? own.errors
      : own.errors.map(({ in_reason: _, ...error }) => error),
  );
  report.actions_taken = taken
    .flatMap(([region, own]) => own.actions_taken.map((one) => ({ ...one, what: `${region}: ${one.what}` })))
    .sort((a, b) => a.at.localeCompare(b.at));
  report.timings = taken
    .flatMap(([region, own]) => own.timings.map((one) => ({ ...one, stage: `${region}: ${one.stage}` })))
    .sort((a, b) => a.startedAtSeconds - b.startedAtSeconds);
  report.evidence.waves = {
    regions: waves.flatMap((regions, wave) =>
      regions.flatMap((region) => {
        const own = reports.get(region);
        if (own === undefined) return [];
        const { outcome, verdict, reason, evidence } = own;
        const left = skipped.includes(region) ? { skipped: true as const } : {};
        return [{ region, wave: wave + 1, ...left, outcome, verdict, reason, evidence }];
      }),
    ),
    stopped_by: stoppedBy,
    named,
  };
  return report;
}

/**
 * Where one region stopped the others, its verdict is the release's: the others say nothing about the code. Only a region that ended worse
 * counts as well.
 */
function verdictOf(
  outcome: Report['outcome'],
  taken: readonly (readonly [string, Report<'release'>])[],
  stoppedBy: string | undefined,
): Verdict {
  const by = taken.find(([region]) => region === stoppedBy)?.[1];
  if (by === undefined) return worst(taken.map(([, { verdict }]) => verdict));
  return outcome === undefined || outcome === by.outcome
    ? by.verdict
    : worst([by.verdict, verdicts[outcome]]);
}

function reasonOf(
  { outcome }: Report,
  name: string,
  { skipped, stoppedBy }: Pick<WavesRun, 'skipped' | 'stoppedBy'>,
  reports: Reports,
): string {
  const all = [...reports.keys()];
  const taken = all.filter((region) => !skipped.includes(region));
  const why = (regions: readonly string[]) =>
    regions.map((region) => ` ${region}: ${reports.get(region)?.reason}`).join('');
  const left = skipped.length === 0 ? '' : ` ${andList(skipped)} could not be reached and was left out.`;
  const cause = stoppedBy === undefined ? undefined : reports.get(stoppedBy);
  if (cause && stoppedBy !== undefined) {
    const others = taken.filter((region) => region !== stoppedBy);
    const open = others.filter((region) => !isBack(reports.get(region)));
    const held = outcome === 'held' && cause.outcome === 'held';
    const rest =
      open.length === 0
        ? others.length === 0
          ? ''
          : ` ${andList(others)} ${others.length === 1 ? 'serves' : 'serve'} what served before.`
        : ` Not as before: ${andList(open)}.${held ? '' : why(open)}`;
    return `${stoppedBy}: ${cause.reason}${rest}${left}`;
  }
  if (outcome !== 'promoted') return `${why(taken).trim()}${left}`;
  const where = taken.length === all.length ? `all ${all.length}` : `${taken.length} of ${all.length}`;
  const unproved = taken.filter((region) => reports.get(region)?.verdict !== 'pass');
  return `${name} is released in ${where} regions.${why(unproved)}${left}`;
}

/** The region serves what it served before, or nothing of this release reached it. */
function isBack(report: Report<'release'> | undefined): boolean {
  if (report?.outcome === 'held' || report?.outcome === 'superseded') return false;
  const facts = report?.evidence.release;
  return !facts?.serving.some(({ revision }) => revision === facts.candidate);
}

const leftOut = (region: string, reason: string): Finding => ({
  ...ofRule(trafficRules, 'region-left-out'),
  title: `${region} was left out: ${reason}`,
  fix: 'Run the release again when the region can be reached.',
});
