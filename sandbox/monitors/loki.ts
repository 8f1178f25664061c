import { createServer, type IncomingHttpHeaders } from 'node:http';
import { listen } from '../core/listen.ts';

/**
 * The part of Loki that a source of counts calls: `query_range` with `sum(count_over_time(…))`. Built from
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/ and https://grafana.com/docs/loki/latest/query/.
 */
export interface LogLine {
  /** Milliseconds since the epoch. */
  at: number;
  stream: Record<string, string>;
  line: string;
  /** Structured metadata. */
  metadata?: Record<string, string>;
  /** From then on a query sees it. */
  visibleAt?: number;
}

/** What the next answers do instead. */
export type LokiTrouble = 'too many' | 'outage' | 'partial' | 'page' | 'vector';

export async function startLoki({
  now,
  tenant,
  alignsWithStep = false,
}: {
  now(): number;
  tenant?: string;
  alignsWithStep?: boolean;
}) {
  const lines: LogLine[] = [];
  const troubles: LokiTrouble[] = [];
  const asked: { query: string; headers: IncomingHttpHeaders }[] = [];

  function answer(url: URL, headers: IncomingHttpHeaders): { status: number; body: string | object } {
    if (tenant !== undefined && headers['x-scope-orgid'] === undefined)
      return { status: 401, body: 'no org id\n' };
    if (tenant !== undefined && headers['x-scope-orgid'] !== tenant) return { status: 200, body: matrix([]) };
    if (url.pathname !== '/loki/api/v1/query_range') return { status: 404, body: '404 page not found\n' };
    const query = url.searchParams.get('query') ?? '';
    asked.push({ query, headers });
    const trouble = troubles.shift();
    if (trouble === 'too many') return { status: 429, body: 'too many outstanding requests\n' };
    if (trouble === 'outage') return { status: 502, body: 'bad gateway\n' };
    if (trouble === 'page') return { status: 200, body: '<html>' };
    if (trouble === 'vector')
      return { status: 200, body: { status: 'success', data: { resultType: 'vector', result: [] } } };
    let [from, to, step] = ['start', 'end', 'step'].map((name) => {
      const text = url.searchParams.get(name) ?? '';
      // A number of up to ten digits is seconds, a longer one nanoseconds.
      return text.length > 10 && !text.includes('.') ? Number(text) / 1e9 : Number.parseFloat(text);
    }) as [number, number, number];
    // https://grafana.com/docs/loki/latest/configure/ under query_range: `align_queries_with_step`.
    if (alignsWithStep) [from, to] = [from - (from % step), to - (to % step)];
    if (to - from > 721 * 3600)
      return {
        status: 400,
        body: `the query time range exceeds the limit (query length: ${to - from}s, limit: 30d1h)\n`,
      };
    if ((to - from) / step > 11_000)
      return { status: 400, body: 'exceeded maximum resolution of 11,000 points per time series.\n' };
    if (query === 'vector(1)') return { status: 200, body: matrix([{ metric: {}, values: [[to, '1']] }]) };
    const counts = read(query);
    if (typeof counts === 'string') return { status: 400, body: `parse error at line 1, col 1: ${counts}\n` };
    const values: [number, string][] = [];
    for (let at = from; at <= to; at += step) {
      const inside = lines.filter(
        (one) =>
          one.at > (at - counts.seconds) * 1000 && one.at <= at * 1000 && (one.visibleAt ?? one.at) <= now(),
      );
      const passed = inside.map(counts.passes);
      if (passed.includes('error'))
        return { status: 400, body: "pipeline error: 'JSONParserErr' for series: '{app=\"ocr\"}'.\n" };
      const count = passed.filter((one) => one === 'kept').length;
      // Nothing counted is no point.
      if (count > 0) values.push([at, String(count)]);
    }
    const body = matrix(values.length > 0 ? [{ metric: {}, values }] : []);
    return {
      status: 200,
      body: trouble === 'partial' ? { ...body, warnings: ['some ingesters did not answer'] } : body,
    };
  }

  const server = createServer((request, response) => {
    const { status, body } = answer(new URL(request.url ?? '/', 'http://loki'), request.headers);
    const isText = typeof body === 'string';
    response.writeHead(status, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' });
    response.end(isText ? body : JSON.stringify(body));
  });
  const running = await listen(server, 'loki');
  return { url: running.url, close: running.close, lines, troubles, asked };
}

const matrix = (result: unknown[]) => ({
  status: 'success',
  data: { resultType: 'matrix', result, stats: {} },
});

type Passes = (line: LogLine) => 'kept' | 'dropped' | 'error';

/** The filter of `sum(count_over_time(QUERY[Ns]))`, or what is wrong with it. */
function read(text: string): { seconds: number; passes: Passes } | string {
  const [, inner, seconds] = /^sum\(count_over_time\((.*)\[(\d+)s\]\)\)$/s.exec(text) ?? [];
  if (inner === undefined) return 'syntax error: unexpected IDENTIFIER';
  const [, stream, pipeline] = /^\{((?:"(?:[^"\\]|\\.)*"|[^"}])*)\}(.*)$/s.exec(inner) ?? [];
  if (stream === undefined || pipeline === undefined) return 'syntax error: unexpected {';
  const matchers = [...stream.matchAll(/(\w+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"/g)].map(
    ([, label = '', op = '', value = '']) => ({ label, op, value }),
  );
  if (!matchers.some(({ op, value }) => (op === '=' && value !== '') || op === '=~'))
    return 'queries require at least one regexp or equality matcher that does not have an empty-compatible value';
  const stages = [...pipeline.matchAll(/\|(=|~)?\s*((?:"(?:[^"\\]|\\.)*"|[^|"])*)/g)].map(
    ([, op, stage = '']) => ({ op, stage: stage.trim() }),
  );
  return {
    seconds: Number(seconds),
    passes(line) {
      if (!matchers.every(({ label, op, value }) => compare(line.stream[label] ?? '', op, value)))
        return 'dropped';
      const labels: Record<string, string> = { ...line.stream, ...line.metadata };
      for (const { op, stage } of stages) {
        if (op === '=') {
          if (!line.line.includes(JSON.parse(stage) as string)) return 'dropped';
        } else if (op === '~') {
          if (!new RegExp(JSON.parse(stage) as string).test(line.line)) return 'dropped';
        } else if (stage === 'json')
          try {
            for (const [name, value] of Object.entries(JSON.parse(line.line) as object))
              labels[name] = String(value);
          } catch {
            return 'error';
          }
        else if (!stage.split(/\s+or\s+/).some((one) => holds(labels, one))) return 'dropped';
      }
      return 'kept';
    },
  };
}

function holds(labels: Readonly<Record<string, string>>, comparison: string): boolean {
  const [, label = '', op = '', value = ''] =
    /^(\w+)\s*(=~|!~|!=|>=|<=|=|>|<)\s*(.*)$/.exec(comparison) ?? [];
  if (value.startsWith('"')) return compare(labels[label] ?? '', op, JSON.parse(value) as string);
  const [left, right] = [Number.parseFloat(labels[label] ?? ''), Number(value)];
  return (
    {
      '>=': left >= right,
      '<=': left <= right,
      '>': left > right,
      '<': left < right,
      '=': left === right,
      '!=': left !== right,
    }[op] ?? false
  );
}

function compare(found: string, op: string, value: string): boolean {
  if (op === '=') return found === value;
  if (op === '!=') return found !== value;
  return new RegExp(`^(?:${value})$`).test(found) === (op === '=~');
}
