import { axisText, chartNumber, chartText, chartWidth, fence, grey } from './text.ts';

/** Mermaid becomes slow and illegible with more. */
const maxPoints = 120;

export interface Series {
  color: string;
  values: readonly number[];
}

export interface LineChart {
  title: string;
  text: string;
  xTitle: string;
  /** The x of the first value. Default 0. */
  xMin?: number;
  xMax: number;
  /** The top of the axis. Larger values raise it. */
  yMax: number;
  height: number;
  series: readonly Series[];
  /** Moments on the x axis, drawn as thin grey peaks, because Mermaid has no vertical lines. */
  marks?: readonly number[] | undefined;
}

/** Picks at most `most` of the values at even distances, including the first and the last. */
export function thin(values: readonly number[], most = maxPoints): number[] {
  if (values.length <= most) return [...values];
  return Array.from(
    { length: most },
    (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))] ?? 0,
  );
}

/**
 * The ends of the x axis as text. Mermaid before 11.17 adds step to step and drops what lies beyond the end, even by a
 * rounding error of 1e-15. So start and step are rounded to a multiple of a power of two, which adds up exactly.
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

const letters = 'labelFontSize: 14, titleFontSize: 15';
/** Room beside the numbers of the y axis, which Mermaid measures too narrow. */
const roomy = 'labelPadding: 8';

/**
 * A line at 0 with a peak at each mark. It has a point for each point of the other lines and a power of two less one
 * between them, so that the steps of both add up exactly. Empty if no mark lies inside the chart.
 */
function peaksAt(
  marks: readonly number[],
  [min, max]: readonly [number, number],
  points: number,
  top: number,
): number[] {
  const most = Math.min(maxPoints, Math.floor(max - min) + 1);
  let between = 1;
  while (2 * between * (points - 1) + 1 <= most) between *= 2;
  const last = between * (points - 1);
  const at = new Set(marks.map((mark) => Math.round(((mark - min) / (max - min)) * last)));
  const peaks = Array.from({ length: last + 1 }, (_, i) => (i > 0 && i < last && at.has(i) ? top : 0));
  return peaks.some((value) => value > 0) ? peaks : [];
}

/** Lines over a range of x. Empty if there is nothing to draw. */
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
  const longest = Math.max(...series.map(({ values }) => values.length));
  const peaks = peaksAt(chart.marks ?? [], [xMin, xMax], longest, top);
  const [from, to] = axisEnds(xMin, xMax, Math.max(longest, peaks.length));
  const drawn = peaks.length > 0 ? [{ color: grey, values: peaks }, ...series] : series;
  return fence([
    '---',
    'config:',
    `  xyChart: { width: ${chartWidth}, height: ${chart.height}, xAxis: { ${letters} }, yAxis: { ${roomy}, ${letters} } }`,
    '  themeVariables:',
    `    xyChart: { backgroundColor: "transparent", plotColorPalette: "${drawn.map(({ color }) => color).join(', ')}" }`,
    '---',
    'xychart-beta',
    `    accTitle: ${chartText(chart.title, 100)}`,
    `    accDescr: ${chartText(chart.text, 300)}`,
    `    x-axis "${axisText(chart.xTitle, 60)}" ${from} --> ${to}`,
    // A title beside the y axis would cover its numbers on a phone. The text above the chart names the unit.
    `    y-axis 0 --> ${chartNumber(top)}`,
    ...drawn.map(({ values }) => `    line [${values.map(chartNumber).join(', ')}]`),
  ]);
}
