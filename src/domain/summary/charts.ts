/**
 * Mermaid charts that GitHub renders in a job summary (and versions 10.9 to 11.17 parse): named colours with at least
 * 3:1 on white and on black, no exponents, no character that breaks the parser, at most 120 points. A chart that cannot
 * be drawn is no chart; what it would say stands in a table beside it.
 */

export const red = '#e5534b';
export const blue = '#2f81f7';
export const amber = '#b08800';

const maxPoints = 120;
const maxCharacters = 50_000;

/** Words that mean something at the start of a gantt line. */
const reserved =
  /^(click|section|title|dateformat|axisformat|tickinterval|excludes|includes|todaymarker|topaxis|weekday|weekend|inclusiveenddates|acctitle|accdescr|vert|gantt|call|href|end)\b/i;

/** Only letters, digits, space and `._%()/+-`; never empty, and never a keyword at its start. */
export function chartText(text: string, maxLength = 30): string {
  const clean = text
    .normalize('NFKC')
    .replace(/[^A-Za-z0-9 ._%()/+-]+/g, ' ')
    .replace(/%{2,}/g, '%')
    .replace(/-{2,}/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxLength)
    .trim();
  if (clean === '') return 'unnamed';
  return reserved.test(clean) || !/^[A-Za-z0-9]/.test(clean) ? `a ${clean}`.slice(0, maxLength) : clean;
}

/** Title of an axis: in quotes, so that it may begin with anything allowed. */
const axisText = (text: string, maxLength: number) =>
  text
    .replace(/[^A-Za-z0-9 ._%()/+-]+/g, ' ')
    .replace(/%{2,}/g, '%')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxLength) || 'value';

/** As many digits as tell it from its neighbours, never an exponent. */
export function chartNumber(value: number): string {
  if (!Number.isFinite(value)) return '0';
  const bounded = Math.max(-1e9, Math.min(1e9, value));
  const digits = Math.abs(bounded) >= 100 ? 0 : Math.abs(bounded) >= 1 ? 2 : 4;
  const text = bounded.toFixed(digits);
  return (text.includes('.') ? text.replace(/\.?0+$/, '') : text) || '0';
}

/** `0.4 s`, `21 s`, `3m12s`, for labels. */
export function spanText(seconds: number): string {
  const exact = Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
  if (exact < 9.95) return `${exact.toFixed(1)} s`;
  const whole = Math.round(exact);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return minutes < 60
    ? `${minutes}m${rest}s`
    : `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}

const fence = (lines: string[]): string[] => {
  const text = lines.join('\n');
  return text.length > maxCharacters ? [] : ['```mermaid', ...lines, '```', ''];
};

export interface Task {
  /** At most 11 characters show. */
  section: string;
  label: string;
  /** Seconds since the beginning, and how long it took. */
  start: number;
  seconds: number;
  /** Drawn in red. */
  bad: boolean;
}

/** Seconds that can be drawn: not before the beginning, and no number that would need an exponent. */
const bounded = (seconds: number) => Math.max(0, Math.min(1e7, seconds));

const endOf = (tasks: readonly Task[]) => Math.max(...tasks.map((task) => task.start + task.seconds), 0);

/** Between 4 and 10 ticks where that is possible, since the labels of more overlap. */
function tickInterval(tasks: readonly Task[]): string {
  const most = 10;
  const begin = Math.min(...tasks.map((task) => task.start));
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
  const seconds = steps.find((step) => (endOf(tasks) - begin) / step <= most) ?? 14_400;
  return seconds < 60
    ? `${seconds}second`
    : seconds < 3600
      ? `${seconds / 60}minute`
      : `${seconds / 3600}hour`;
}

/** The steps of a release one after another. */
export function timeline(tasks: readonly Task[], describe: { title: string; text: string }): string[] {
  const drawn = tasks
    .filter((task) => Number.isFinite(task.seconds) && Number.isFinite(task.start))
    .map((task) => ({ ...task, start: bounded(task.start), seconds: bounded(task.seconds) }))
    .slice(0, 60);
  if (drawn.length === 0) return [];
  const lines = [
    '---',
    'config:',
    '  gantt: { useWidth: 900, barHeight: 22, barGap: 5, fontSize: 13, sectionFontSize: 13, leftPadding: 90, topPadding: 50, gridLineStartPadding: 45 }',
    '  themeVariables: { taskBkgColor: "#1f883d", taskBorderColor: "#1f883d", taskTextColor: "#ffffff", critBkgColor: "#cf222e", critBorderColor: "#cf222e" }',
    '---',
    'gantt',
    `    accTitle: ${chartText(describe.title, 100)}`,
    `    accDescr: ${chartText(describe.text, 300)}`,
    // Milliseconds: mermaid reads a bare number as that, under `X` (seconds) as well.
    '    dateFormat x',
    '    axisFormat %M:%S',
    `    tickInterval ${tickInterval(drawn)}`,
  ];
  let section = '';
  for (const [index, task] of drawn.entries()) {
    const name = chartText(task.section, 11);
    if (name !== section) lines.push(`    section ${name}`);
    section = name;
    const begin = Math.max(0, Math.round(1000 * task.start));
    // A bar of no length is not drawn: the shortest one is a two-hundredth of the whole.
    const length = Math.max(1, Math.round(1000 * task.seconds), Math.round((1000 * endOf(drawn)) / 200));
    lines.push(`    ${chartText(task.label)} :${task.bad ? 'crit, ' : ''}t${index}, ${begin}, ${length}ms`);
  }
  return fence(lines);
}

export interface Series {
  color: string;
  values: readonly number[];
}

export interface LineChart {
  title: string;
  text: string;
  xTitle: string;
  /** Where the first value lies; 0 where absent. */
  xMin?: number;
  xMax: number;
  yTitle: string;
  /** At least this; more where the values are larger. */
  yMax: number;
  height: number;
  series: readonly Series[];
}

/** Every n-th value, first and last among them. */
export function thin(values: readonly number[], most = maxPoints): number[] {
  if (values.length <= most) return [...values];
  return Array.from(
    { length: most },
    (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))] ?? 0,
  );
}

/**
 * The ends of the x axis as they are written. Mermaid before 11.17 adds step to step and drops what lies beyond the
 * end, be it by a rounding of 1e-15: so start and step are rounded to a power of two, which adds up without any.
 */
function axisEnds(min: number, max: number, points: number): [from: string, to: string] {
  const steps = Math.max(1, points - 1);
  const bits = 7 - Math.ceil(Math.log2((max - min) / steps));
  const unit = 2 ** -bits;
  const from = Math.round(min / unit) * unit;
  const step = Math.round((max - min) / steps / unit) * unit;
  const digits = Math.max(0, Math.min(20, bits));
  const text = (value: number) =>
    value
      .toFixed(digits)
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, '');
  return [text(from), text(from + steps * step)];
}

/** Lines over a range of x; nothing where there is nothing to draw. */
export function lineChart(chart: LineChart): string[] {
  const series = chart.series
    .map(({ color, values }) => ({
      color,
      values: thin(values.map((value) => (Number.isFinite(value) ? value : 0))),
    }))
    .filter(({ values }) => values.length > 0);
  const within = (value = 0) => (Number.isFinite(value) && value >= 0.001 ? Math.min(1e9, value) : 0);
  const [xMin, xMax] = [within(chart.xMin), within(chart.xMax)];
  if (series.length === 0 || xMax <= xMin) return [];
  const highest = Math.max(
    Number.isFinite(chart.yMax) ? chart.yMax : 1,
    ...series.flatMap(({ values }) => values),
  );
  const top = highest >= 0.001 ? highest : 1;
  const [from, to] = axisEnds(xMin, xMax, Math.max(...series.map(({ values }) => values.length)));
  return fence([
    '---',
    'config:',
    `  xyChart: { width: 900, height: ${chart.height} }`,
    '  themeVariables:',
    `    xyChart: { backgroundColor: "transparent", plotColorPalette: "${series.map(({ color }) => color).join(', ')}" }`,
    '---',
    'xychart-beta',
    `    accTitle: ${chartText(chart.title, 100)}`,
    `    accDescr: ${chartText(chart.text, 300)}`,
    `    x-axis "${axisText(chart.xTitle, 60)}" ${from} --> ${to}`,
    `    y-axis "${axisText(chart.yTitle, 30)}" 0 --> ${chartNumber(top)}`,
    ...series.map(({ values }) => `    line [${values.map(chartNumber).join(', ')}]`),
  ]);
}

const ticks = '▁▂▃▄▅▆▇█';

/**
 * A line of text that shows the course; reads in the log, in e-mail and in the phone app. `highest` is the top of the
 * scale where two lines share one.
 */
export function sparkline(values: readonly number[], width = 12, highest?: number): string {
  const shown = thin(
    values.map((value) => (Number.isFinite(value) ? Math.max(0, value) : 0)),
    width,
  );
  const top = Math.max(...shown, highest ?? 0, 0);
  if (shown.length === 0) return '';
  return shown.map((value) => ticks[top === 0 ? 0 : Math.min(7, Math.floor((value / top) * 7.999))]).join('');
}
