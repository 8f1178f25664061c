import { costOf } from '../../release/cost.ts';
import type { ReleaseFacts, StageFacts } from '../../release/facts.ts';
import { errorLines, type View } from '../../report/render.ts';
import type { Report } from '../../report/report.ts';
import { verdictWord } from '../../report/words.ts';
import { countText, percentText } from '../../text/numbers.ts';
import { codeSpan, markdownText } from '../../text/safe-text.ts';
import { spanText } from '../../text/span.ts';
import { type Task, timeline } from '../charts/timeline.ts';
import { collapsed } from '../collapsed.ts';
import { loginSection } from '../login/section.ts';
import { releaseBody } from '../release/body.ts';

type Waves = NonNullable<Report<'release'>['evidence']['waves']>;
type Region = Waves['regions'][number];

const icons = { pass: '✅', fail: '❌', inconclusive: '⚠️' } as const;
const iconOf = ({ skipped, verdict }: Region): string => (skipped ? '⏭️' : icons[verdict]);

/** The summary of a release with several regions: one table and one chart for all, then each region's own proofs. */
export const wavesView: View<'release'> = {
  head: (report) => {
    const { waves } = report.evidence;
    if (!waves) return undefined;
    const name = codeSpan(report.target.name ?? 'the function');
    const taken = waves.regions.filter(({ skipped }) => !skipped).length;
    const title = `## ${report.errors.length > 0 ? '❌' : icons[report.verdict]} ${verdictWord(report)}: ${name} in ${taken} regions`;
    const reason =
      report.verdict === 'pass'
        ? [markdownText(report.reason, 2000), '']
        : ['> [!CAUTION]', `> **${markdownText(report.reason, 2000)}**`, ...blameLines(waves), ''];
    return [
      title,
      '',
      ...reason,
      ...warningLines(waves),
      ...errorLines(report),
      ...table(waves),
      ...chart(waves),
    ];
  },
  sections: [
    (report) => (report.evidence.waves?.regions ?? []).flatMap((region) => regionBlocks(region, report)),
    loginSection,
  ],
};

/** A region is named only if it is proved that it has the fault. */
function blameLines({ named }: Waves): string[] {
  if (named === undefined) return [];
  if (named.length === 0)
    return ['>', '> The regions together prove the fault. In which of them it is, is not proved.'];
  return ['>', `> Proved to be at fault: ${named.map((region) => codeSpan(region)).join(', ')}.`];
}

/** Each region may be promoted with a warning of its own, such as too few requests. */
function warningLines({ regions }: Waves): string[] {
  const lines = regions.flatMap(({ region, evidence }) =>
    (evidence.release?.warnings ?? []).map((warning) => `> ${region}: ${markdownText(warning, 600)}`),
  );
  return lines.length === 0 ? [] : ['> [!WARNING]', ...lines.slice(0, 24).flatMap((line) => [line, '>']), ''];
}

function table({ regions, stopped_by: by }: Waves): string[] {
  return [
    '| region | wave | outcome | serving now | watched | failed |',
    '|:--|--:|:--|:--|--:|--:|',
    ...regions.map((region) => {
      const facts = region.evidence.release;
      const serving =
        facts?.serving.map(({ revision, percent }) => `${codeSpan(revision)} ${percent} %`).join(', ') ?? '';
      const { requests, failed } = facts ? costOf(facts) : { requests: 0, failed: 0 };
      const rate = requests > 0 ? ` (${percentText(failed / requests)})` : '';
      const word = region.skipped ? 'left out' : wordOf(region);
      const first = region.region === by ? `**${region.region}**` : region.region;
      const { watched, counted } = facts ? watchedIn(facts) : { watched: '', counted: false };
      const bad = counted ? `${countText(failed)}${rate}` : '';
      return `| ${first} | ${region.wave} | ${iconOf(region)} ${word} | ${serving} | ${watched} | ${bad} |`;
    }),
    '',
  ];
}

/**
 * The requests of users to the new revision. A region that another one stops in the middle of a step has not counted that step, and
 * one that had not begun to watch has counted nothing: a 0 would say that nobody called it.
 */
function watchedIn(facts: ReleaseFacts): { watched: string; counted: boolean } {
  const { segments, stages } = facts;
  const counted = segments.some(({ evidence }) => evidence !== undefined);
  const cut = stages.filter(
    (stage) => isWatch(stage, facts) && !segments.some(({ percent }) => percent === stage.percent),
  );
  const seconds = cut.reduce((sum, stage) => sum + stage.seconds, 0);
  const parts = [
    ...(counted ? [countText(costOf(facts).requests)] : segments.length > 0 ? ['no objectives'] : []),
    ...(cut.length > 0 ? [`stopped after ${spanText(seconds)}, not counted`] : []),
  ];
  return { watched: parts.join('; ') || 'not watched', counted };
}

/** A step that only waited for other regions has sent nobody to the new revision, so nothing was watched. */
const isWatch = ({ kind, percent }: StageFacts, { shares }: ReleaseFacts): boolean =>
  kind === 'watch' && shares.some((share) => share.percent === percent);

const wordOf = ({ outcome, verdict }: Region): string =>
  verdictWord({ outcome, verdict, errors: [] } as unknown as Report).toLowerCase();

/** One row for each region: what came before its traffic, its watch, and its way back. */
function chart({ regions }: Waves): string[] {
  const tasks = regions.flatMap(({ region, wave, evidence }) => {
    const facts = evidence.release;
    return facts ? tasksOf(region, `Wave ${wave}`, facts) : [];
  });
  if (tasks.length < 2) return [];
  const text = tasks.map(({ label }) => label).join(' / ');
  return [...timeline(tasks, { title: 'Timeline of all regions', text }), ''];
}

function tasksOf(region: string, section: string, facts: ReleaseFacts): Task[] {
  const parts: [string, (stage: StageFacts) => boolean][] = [
    ['build', ({ kind }) => kind === 'check' || kind === 'build' || kind === 'smoke'],
    ['watch', (stage) => isWatch(stage, facts)],
    ['back', ({ kind }) => kind === 'back'],
  ];
  return parts.flatMap(([what, isOf]) => {
    const own = facts.stages.filter(isOf);
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined) return [];
    const seconds = last.start + last.seconds - first.start;
    const isBad = own.some(({ verdict }) => verdict === 'fail');
    const isOpen = own.some(({ verdict, kind }) => verdict === 'inconclusive' && kind !== 'smoke');
    const end = isBad ? 'bad' : isOpen ? 'open' : 'good';
    const shorter = [`${region} ${what}`, region];
    return [
      { section, label: `${region} ${what} ${spanText(seconds)}`, shorter, start: first.start, seconds, end },
    ];
  });
}

/** What one region's own summary would show below its head. That of a region that failed is open. */
function regionBlocks(region: Region, { inputs, findings: all }: Report): string[] {
  const { outcome, verdict, reason, evidence } = region;
  const findings = all.filter(({ title }) => title.startsWith(`${region.region}: `));
  const own = { outcome, verdict, reason, evidence, inputs, findings, errors: [] };
  const body = releaseBody(own as unknown as Report<'release'>);
  const lines = [markdownText(reason, 1000), '', ...body];
  const title = `${iconOf(region)} ${region.region}`;
  return verdict === 'fail' && !region.skipped
    ? [`### ${title}`, '', ...lines]
    : [collapsed(title, lines).join('\n')];
}
