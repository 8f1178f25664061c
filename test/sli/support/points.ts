import { minute, start } from './opened.ts';

/** A count of one minute as a server writes it. `value` is JSON, so that it can be anything. */
export interface Point {
  /** Milliseconds since the epoch: the start of the minute. */
  at: number;
  value: string;
}

/** What a server tells of five minutes: requests that went well, and requests that failed. */
export interface Told {
  good: readonly Point[];
  bad: readonly Point[];
  /** Every series comes twice. */
  twice?: boolean;
}

export const perMinute = { good: 8, bad: 2 };
const minutes = [0, 1, 2, 3, 4];
export const truth = {
  total: minutes.length * (perMinute.good + perMinute.bad),
  bad: minutes.length * perMinute.bad,
};

export const plain: Told = {
  good: minutes.map((n) => ({ at: start + n * minute, value: String(perMinute.good) })),
  bad: minutes.map((n) => ({ at: start + n * minute, value: String(perMinute.bad) })),
};

export const candidate = 'ocr-00002-new';
export const baseline = 'ocr-00001-old';

/** Reads what was asked and answers in the form of one system. */
export type Writer = (told: Told, url: URL, body: string) => string;

const list = (items: readonly string[], { twice = false } = {}) =>
  `[${(twice ? [...items, ...items] : items).join(',')}]`;
const plainSum = (...points: readonly Point[]) => points.reduce((sum, { value }) => sum + Number(value), 0);
const isNumber = ({ value }: Point) => /^\d+$/.test(value);
/** The sum of all, or the first value that is none. */
const sumOf = (points: readonly Point[]) =>
  points.find((point) => !isNumber(point))?.value ?? String(plainSum(...points));
/** What the server adds up itself, unless a value is none. */
const wholeOf = (points: readonly Point[], usual: number) =>
  points.find((point) => !isNumber(point))?.value ?? String(minutes.length * usual);
/** All requests of each minute. A value that is no number stays what it is. */
const all = ({ good, bad }: Told): Point[] =>
  good.map((point, n) => ({ at: point.at, value: sumOf([point, bad[n] ?? { at: 0, value: '0' }]) }));
/** For systems that write numbers as text. A text stays what it is. */
const quoted = (value: string) => (/^-?[\d.]/.test(value) ? `"${value.replace('1e999', '+Inf')}"` : value);

const iso = (at: number) => new Date(at).toISOString();

/** Cloud Monitoring: a series for each revision and status. */
const monitoring: Writer = (told, url) => {
  if (url.pathname.includes('/metricDescriptors/'))
    return JSON.stringify({ metadata: { ingestDelay: '60s', samplePeriod: '60s' } });
  const period = Number.parseInt(url.searchParams.get('aggregation.alignmentPeriod') ?? '60', 10);
  const series = ([code, points]: readonly [number, readonly Point[]]) => {
    const whole = period > 60 && points.length === minutes.length;
    const shown = whole ? [{ at: start, value: sumOf(points), ms: period * 1000 }] : points;
    const written = shown.map(
      (point) =>
        `{"interval":{"startTime":"${iso(point.at)}","endTime":"${iso(point.at + ('ms' in point ? point.ms : minute))}"},"value":{"int64Value":${quoted(point.value)}}}`,
    );
    return `{"resource":{"labels":{"revision_name":"${candidate}"}},"metric":{"labels":{"response_code":"${code}"}},"points":${list(written)}}`;
  };
  const both = [[200, told.good] as const, [500, told.bad] as const];
  return `{"timeSeries":${list(both.map(series), told)}}`;
};

/** Cloud Logging: an entry for each request. A value that is no number is the status of the entries of its minute. */
const logging: Writer = (told, url, body) => {
  if (!url.pathname.includes('entries:list')) return monitoring(told, url, body);
  const entries = (points: readonly Point[], code: number, count: number) =>
    points.flatMap((point) =>
      Array.from(
        { length: isNumber(point) ? Number(point.value) : count },
        (_, i) =>
          `{"insertId":"${code}-${point.at}-${i}","timestamp":"${iso(point.at + i * 1000)}","receiveTimestamp":"${iso(point.at + i * 1000 + 500)}","resource":{"labels":{"revision_name":"${candidate}"}},"httpRequest":{"status":${isNumber(point) ? code : point.value},"latency":"0.1s","requestMethod":"POST","requestUrl":"https://ocr.example/"}}`,
      ),
    );
  return `{"entries":${list([...entries(told.good, 200, perMinute.good), ...entries(told.bad, 500, perMinute.bad)], told)}}`;
};

/** A counter: it stands at 100 in the beginning, and grows evenly. */
function counter(points: readonly Point[], usual: number): string {
  const samples = points.map((point) => {
    const before = usual * ((point.at - start) / minute);
    const value = isNumber(point) ? `"${100 + before + Number(point.value)}"` : quoted(point.value);
    return `[${(point.at + minute) / 1000},${value}]`;
  });
  return list([`[${start / 1000},"100"]`, ...samples]);
}

const matrix = (series: readonly string[], told: Told) =>
  `{"status":"success","data":{"resultType":"matrix","result":${list(series, told)}}}`;
const vector = (value: string) =>
  `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[${start / 1000},${value}]}]}}`;

const prometheus: Writer = (told, url) => {
  const query = url.searchParams.get('query') ?? '';
  const isBad = query.includes('code=');
  if (query.startsWith('sum('))
    return vector(
      quoted(isBad ? wholeOf(told.bad, perMinute.bad) : wholeOf(all(told), perMinute.good + perMinute.bad)),
    );
  if (query.includes(baseline)) return matrix([], told);
  const series = (code: number, points: readonly Point[]) =>
    `{"metric":{"__name__":"reqs","job":"ocr","instance":"a","revision":"${candidate}","code":"${code}"},"values":${counter(points, code === 200 ? perMinute.good : perMinute.bad)}}`;
  const bad = series(500, told.bad);
  return matrix(isBad ? [bad] : [series(200, told.good), bad], told);
};

const loki: Writer = (told, url) => {
  const query = url.searchParams.get('query') ?? '';
  if (query.includes(baseline)) return matrix([], told);
  const points = query.includes('error') ? told.bad : all(told);
  const values = points.map(({ at, value }) => `[${(at + minute) / 1000},${quoted(value)}]`);
  return matrix([`{"metric":{},"values":${list(values)}}`], told);
};

const cloudwatch: Writer = (told, _url, body) => {
  const { MetricDataQueries: queries } = JSON.parse(body) as {
    MetricDataQueries: { Id: string; MetricStat: { Metric: { MetricName: string } } }[];
  };
  const results = queries.map(({ Id, MetricStat }) => {
    const points = MetricStat.Metric.MetricName === '5xx' ? told.bad : all(told);
    return `{"Id":"${Id}","StatusCode":"Complete","Timestamps":${list(points.map(({ at }) => String(at / 1000)))},"Values":${list(points.map(({ value }) => value))}}`;
  });
  return `{"MetricDataResults":${list(results, told)}}`;
};

const datadog: Writer = (told, _url, body) => {
  const { data } = JSON.parse(body) as { data: { attributes: { queries: { query: string }[] } } };
  const own = data.attributes.queries.flatMap(({ query }, index) => {
    if (query.includes(baseline)) return [];
    const values = (query.includes('errors') ? told.bad : all(told)).map(({ value }) => value);
    const tags = query.includes(' by {') ? `["version:${candidate}"]` : '[]';
    return [{ series: `{"query_index":${index},"group_tags":${tags}}`, values: list(values) }];
  });
  const times = list(told.good.map(({ at }) => String(at)));
  return `{"data":{"type":"timeseries_response","attributes":{"times":${times},"series":${list(
    own.map(({ series }) => series),
    told,
  )},"values":${list(
    own.map(({ values }) => values),
    told,
  )}}}}`;
};

const newrelic: Writer = (told, _url, body) => {
  const { variables } = JSON.parse(body) as { variables: { nrql: string } };
  const { nrql } = variables;
  const points = nrql.includes('error') ? told.bad : all(told);
  const [, since = 0, until = 0] = (/SINCE (\d+) UNTIL (\d+)/.exec(nrql) ?? []).map(Number);
  const step = Number(/TIMESERIES (\d+) seconds/.exec(nrql)?.[1] ?? 0) * 1000;
  const answer = (rows: readonly string[]) =>
    `{"data":{"actor":{"account":{"nrql":{"results":${list(rows, told)},"metadata":{"messages":[]}}}}}}`;
  if (nrql.includes(baseline) && step === 0) return answer(['{"n":0}']);
  const usual = nrql.includes('error') ? perMinute.bad : perMinute.good + perMinute.bad;
  if (step === 0) return answer([`{"n":${wholeOf(points, usual)}}`]);
  const row = ({ at, value }: Point) =>
    `{"beginTimeSeconds":${at / 1000},"endTimeSeconds":${(at + step) / 1000},"n":${value}}`;
  const own = nrql.includes(baseline) ? [] : points.filter(({ at }) => at < until);
  const empty = Array.from({ length: (until - since) / step }, (_, n) => since + n * step)
    .filter((at) => !own.some((point) => point.at === at))
    .map((at) => row({ at, value: '0' }));
  return answer([...empty, ...own.map(row)]);
};

/** The form of each source of `opened.ts`. */
export const writers: Record<string, Writer> = {
  ...{ logs: logging, metrics: monitoring, auto: logging, prometheus, 'Google’s Prometheus': prometheus },
  ...{ loki, cloudwatch, datadog, newrelic },
};
