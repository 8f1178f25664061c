import { amber, chartText, chartWidth, fence } from './text.ts';

export interface Task {
  /** Only the first 11 characters are shown. */
  section: string;
  label: string;
  /** Seconds since the release began, and how many it took. */
  start: number;
  seconds: number;
  /** Good ones are green, bad ones red. An open one is hollow, because nothing is proved. */
  end: 'good' | 'bad' | 'open';
}

const tags = { good: '', bad: 'crit, ', open: 'active, ' } as const;

/** Seconds that can be drawn: not negative, and small enough to be written without an exponent. */
const bounded = (seconds: number) => Math.max(0, Math.min(1e7, seconds));

const endOf = (tasks: readonly Task[]) => Math.max(...tasks.map((task) => task.start + task.seconds), 0);

interface Axis {
  /** How many seconds one second of the chart stands for. */
  scale: number;
  unit: 's' | 'min' | 'h';
}

/**
 * Mermaid shows times of day in the reader's time zone, and minutes are not the same in all of them. Only the seconds since 1970 are,
 * so the axis counts seconds, and a long chart is drawn as if its minutes or hours were seconds.
 */
function axisOf(end: number): Axis {
  if (end <= 600) return { scale: 1, unit: 's' };
  return end <= 36_000 ? { scale: 60, unit: 'min' } : { scale: 3600, unit: 'h' };
}

/** At most 5 ticks, because the labels of more overlap. */
function tickInterval(span: number): string {
  const intervals = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200];
  const seconds = intervals.find((interval) => span / interval <= 5) ?? 3600;
  return seconds < 60 ? `${seconds}second` : `${seconds / 60}minute`;
}

/** The stages of a release one after another, as a gantt chart. */
export function timeline(tasks: readonly Task[], describe: { title: string; text: string }): string[] {
  const drawn = tasks
    .filter((task) => Number.isFinite(task.seconds) && Number.isFinite(task.start))
    .map((task) => ({ ...task, start: bounded(task.start), seconds: bounded(task.seconds) }))
    .slice(0, 60);
  if (drawn.length === 0) return [];
  const end = endOf(drawn);
  const { scale, unit } = axisOf(end);
  const begin = Math.min(...drawn.map((task) => task.start));
  const drawnMs = (seconds: number) => Math.round((1000 * seconds) / scale);
  const lines = [
    '---',
    'config:',
    `  gantt: { useWidth: ${chartWidth}, barHeight: 26, barGap: 6, fontSize: 15, sectionFontSize: 15, leftPadding: 84, rightPadding: 16, topPadding: 50, gridLineStartPadding: 45 }`,
    '  themeVariables:',
    '    taskBkgColor: "#1f883d"',
    '    taskBorderColor: "#1f883d"',
    '    taskTextColor: "#ffffff"',
    '    critBkgColor: "#cf222e"',
    '    critBorderColor: "#cf222e"',
    // The label of an active bar has one colour inside and outside of it, so the bar must have that of the page.
    '    activeTaskBkgColor: "transparent"',
    `    activeTaskBorderColor: "${amber}"`,
    `    taskTextDarkColor: "${amber}"`,
    ...['sectionBkgColor', 'altSectionBkgColor', 'sectionBkgColor2'].map(
      (name) => `    ${name}: "transparent"`,
    ),
    '---',
    'gantt',
    `    accTitle: ${chartText(describe.title, 100)}`,
    `    accDescr: ${chartText(describe.text, 300)}`,
    // Mermaid reads a bare number as milliseconds, even under `X` (seconds).
    '    dateFormat x',
    `    axisFormat %s ${unit}`,
    `    tickInterval ${tickInterval((end - begin) / scale)}`,
  ];
  let section = '';
  for (const [index, task] of drawn.entries()) {
    const name = chartText(task.section, 11);
    if (name !== section) lines.push(`    section ${name}`);
    section = name;
    // Mermaid does not draw a bar without length, so every bar gets at least 1/200 of the whole.
    const length = Math.max(1, drawnMs(task.seconds), drawnMs(end / 200));
    lines.push(
      `    ${chartText(task.label)} :${tags[task.end]}t${index}, ${drawnMs(task.start)}, ${length}ms`,
    );
  }
  return fence(lines);
}
