import type { ReleaseFacts, StageFacts } from '../../release/facts.ts';
import type { Report } from '../../report/report.ts';
import { markdownText } from '../../text/safe-text.ts';
import { spanText } from '../../text/span.ts';
import { timeline } from '../charts/timeline.ts';

const icons = { pass: '✅', fail: '❌', inconclusive: '⚠️' } as const;

const sections: Record<StageFacts['kind'], string> = {
  check: 'Check',
  build: 'Build',
  smoke: 'Smoke',
  watch: 'Watch',
  back: 'Roll back',
  verify: 'Verify',
  finish: 'Promote',
};

const ends = { pass: '', fail: ' failed', inconclusive: ' undecided' } as const;
const words = (stage: StageFacts) => `${stage.stage} ${spanText(stage.seconds)}${ends[stage.verdict]}`;

const taskEnds = { pass: 'good', fail: 'bad', inconclusive: 'open' } as const;

/** Without the name of the section, which stands beside the bar. Then also without its seconds, which the axis shows. */
function labels(stage: StageFacts): { label: string; shorter: string[] } {
  const section = `${sections[stage.kind]} `;
  const bare = (text: string) => (text.startsWith(section) ? text.slice(section.length) : text);
  return {
    label: bare(words(stage)),
    shorter: [bare(`${stage.stage}${ends[stage.verdict]}`), bare(stage.stage)],
  };
}

/** The stages as a chart. Leaves out stages that passed at once, and the smoke test if there is no suite. */
export function timelineChart(facts: ReleaseFacts): string[] {
  const shown = facts.stages.filter(
    ({ seconds, verdict, kind }) =>
      seconds >= 0.5 || verdict === 'fail' || (verdict !== 'pass' && kind !== 'smoke') || kind === 'back',
  );
  if (shown.length < 2) return [];
  const tasks = shown.map((stage) => ({
    section: sections[stage.kind],
    ...labels(stage),
    start: stage.start,
    seconds: stage.seconds,
    end: taskEnds[stage.verdict],
  }));
  return timeline(tasks, { title: 'Timeline of the release', text: shown.map(words).join(' / ') });
}

/** The stages as a table. The note of the stage that ended the release is already at the top of the summary. */
export function stageTable(report: Report<'release'>, facts: ReleaseFacts): string[] {
  const noteOf = ({ note, decided }: StageFacts) =>
    decided && report.verdict !== 'pass' ? 'see above' : markdownText(note, 240);
  return [
    '| stage | took | result |',
    '|:--|--:|:--|',
    ...facts.stages.map(
      (stage) =>
        `| ${markdownText(stage.stage, 60)} | ${spanText(stage.seconds)} | ${icons[stage.verdict]} ${noteOf(stage)} |`,
    ),
    '',
  ];
}
