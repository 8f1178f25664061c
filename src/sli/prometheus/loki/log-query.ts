import { overRevisions, parseSelector, type Selector, selectorText } from '../../../domain/slo/selector.ts';
import { fillSelector } from '../selectors.ts';

/**
 * A log query of Loki, such as `{app="ocr",revision="$revision"} | json | status >= 500`: which streams, and the stages that each entry
 * passes (https://grafana.com/docs/loki/latest/query/log_queries/).
 */
export interface LogQuery {
  stream: Selector;
  /** The text of each stage, without the bar before it. */
  stages: readonly string[];
}

/** Reads a log query. Returns undefined for everything else, such as `rate(…)` or a range. */
export function parseLogQuery(text: string): LogQuery | undefined {
  const end = endOfStream(text);
  const stream = end === undefined ? undefined : parseSelector(text.slice(0, end));
  if (end === undefined || stream === undefined) return undefined;
  const stages = stagesOf(text.slice(end));
  return stages && { stream, stages };
}

const quoted = /"(?:[^"\\]|\\.)*"|`[^`]*`/y;

/** The place behind the brace that ends the stream selector. */
function endOfStream(text: string): number | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  for (let at = text.indexOf('{') + 1; at < text.length; at++) {
    if (text[at] === '}') return at + 1;
    at = skipQuoted(text, at);
  }
  return undefined;
}

/** The last character of a quoted text that begins here, else the place itself. */
function skipQuoted(text: string, at: number): number {
  quoted.lastIndex = at;
  return quoted.test(text) ? quoted.lastIndex - 1 : at;
}

/** Splits at the bars outside of quotes. Undefined if a bracket is open: a range or an offset belongs to a metric query. */
function stagesOf(text: string): string[] | undefined {
  const stages: string[] = [];
  let begin = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"' || sign === '`') {
      const end = skipQuoted(text, at);
      if (end === at) return undefined;
      at = end;
    } else if (sign === '[' || sign === ']' || sign === '{' || sign === '}') return undefined;
    else if (sign === '|') {
      stages.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  stages.push(text.slice(begin));
  // What stands before the first bar is nothing, or a filter of lines that begins with an exclamation mark.
  const [first = '', ...rest] = stages.map((stage) => stage.trim());
  if (first === '') return rest;
  return first.startsWith('!') ? [first, ...rest] : undefined;
}

export function logQueryText({ stream, stages }: LogQuery): string {
  const texts = stages.map((stage) =>
    stage.startsWith('!') ? stage : /^[=~]/.test(stage) ? `|${stage}` : `| ${stage}`,
  );
  return [selectorText(stream), ...texts].join(' ');
}

/** A stage that is one comparison of a label with a text, such as `revision = "$revision"`. */
const comparison = /^\s*([A-Za-z_]\w*)\s*(=~|=)\s*("(?:[^"\\]|\\.)*"|`[^`]*`)\s*$/;

const asSelector = (stage: string): Selector | undefined => {
  const [, label = '', op = '', value = ''] = comparison.exec(stage) ?? [];
  return label === '' ? undefined : parseSelector(`{${label}${op}${value}}`);
};

const namesRevision = ({ matchers }: Selector) => matchers.some(({ value }) => value.includes('$revision'));

/** True if the query tells revisions apart: by a label of the stream, or by a stage that compares a label with `$revision`. */
export const tellsRevisions = ({ stream, stages }: LogQuery): boolean =>
  namesRevision(stream) || stages.some((stage) => namesRevision(asSelector(stage) ?? { matchers: [] }));

/** The query for one revision. */
export const ofRevision = (query: LogQuery, service: string, revision: string): string =>
  fillSelector(logQueryText(query), service, revision);

/** The same query over all revisions of the service, without some of them. */
export function ofService(query: LogQuery, service: string, except: readonly string[] = []): string {
  const without = ({ matchers }: Selector) =>
    matchers
      .filter(({ value }) => value.includes('$revision'))
      .flatMap(({ label, op, value }) =>
        except.map((revision) => ({
          label,
          op: op === '=' ? ('!=' as const) : ('!~' as const),
          value: fillSelector(value, service, revision),
        })),
      );
  const over = overRevisions(query.stream, service);
  const stages = query.stages.flatMap((stage) => {
    const own = asSelector(stage);
    if (!own || !namesRevision(own)) return [stage];
    return [...overRevisions(own, service).matchers, ...without(own)].map((matcher) =>
      selectorText({ matchers: [matcher] }).slice(1, -1),
    );
  });
  const text = logQueryText({ stream: { matchers: [...over.matchers, ...without(query.stream)] }, stages });
  return text.replaceAll('$service', service);
}

const compared = /([A-Za-z_]\w*)\s*(?:=~|!~|==|!=|>=|<=|=|>|<)/g;
/** Stages that parse, format or drop labels are no filters. */
const noFilter =
  /^(?:(?:json|logfmt|regexp|pattern|unpack|line_format|label_format|decolorize|drop|keep|unwrap)\b|[=~!])/;

/**
 * The labels that filters of this query compare, each with the query up to that filter: an entry that lacks the label passes no
 * comparison, so a label that no entry has would count nothing for ever.
 */
export function comparedLabels({ stream, stages }: LogQuery): { label: string; before: LogQuery }[] {
  const found = new Map<string, LogQuery>();
  for (const [index, stage] of stages.entries()) {
    if (noFilter.test(stage) || namesRevision(asSelector(stage) ?? { matchers: [] })) continue;
    const words = stage.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
    for (const [, label = ''] of words.matchAll(compared))
      if (!found.has(label)) found.set(label, { stream, stages: stages.slice(0, index) });
  }
  return [...found].map(([label, before]) => ({ label, before }));
}
