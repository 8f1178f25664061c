import { amber, chartText, fence } from './text.ts';

export interface Task {
  /** Only the first 11 characters are shown. */
  section: string;
  label: string;
  /** What the label may say instead where it has no room, longest first. A table beside the chart says the rest. */
  shorter?: readonly string[];
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

/** Narrower than other charts: Mermaid writes the numbers of the time axis 10 high, and a phone shrinks a wider chart until they are not legible. */
const width = 440;
const [left, right] = [76, 14];
/** Of the widest letters that Mermaid may get. */
const letterWidth = 8.4;

/**
 * Mermaid writes a label into its bar, else to the right of it, else to the left. There it may reach over the names of the
 * sections and out of the chart. Positions are those in the part of the chart that has the bars.
 */
const hasRoom = (text: string, from: number, to: number): boolean => {
  const long = text.length * letterWidth;
  return long <= to - from || to + long + 1.5 * left <= width || long + 5 <= from;
};

function labelOf({ label, shorter = [] }: Task, from: number, to: number): string {
  const texts = [label, ...shorter].map((text) => chartText(text));
  const fitting = texts.find((text) => hasRoom(text, from, to));
  if (fitting !== undefined) return fitting;
  let text = texts.at(-1) ?? '';
  while (text.length > 1 && !hasRoom(text, from, to)) text = text.slice(0, -1).trimEnd();
  return chartText(text);
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
    `  gantt: { useWidth: ${width}, barHeight: 23, barGap: 5, fontSize: 14, sectionFontSize: 14, leftPadding: ${left}, rightPadding: ${right}, topPadding: 44, gridLineStartPadding: 40 }`,
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
  // Mermaid does not draw a bar without length, so every bar gets at least 1/200 of the whole.
  const bars = drawn.map((task) => {
    const from = drawnMs(task.start);
    const length = Math.max(1, drawnMs(task.seconds), drawnMs(end / 200));
    return { task, from, length, to: from + length };
  });
  const [first, last] = [Math.min(...bars.map(({ from }) => from)), Math.max(...bars.map(({ to }) => to))];
  const at = (ms: number) => ((ms - first) / (last - first)) * (width - left - right);
  let section = '';
  for (const [index, { task, from, length, to }] of bars.entries()) {
    const name = chartText(task.section, 11);
    if (name !== section) lines.push(`    section ${name}`);
    section = name;
    const label = labelOf(task, at(from), at(to));
    lines.push(`    ${label} :${tags[task.end]}t${index}, ${from}, ${length}ms`);
  }
  return fence(lines);
}
