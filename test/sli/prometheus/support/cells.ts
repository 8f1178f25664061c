import type { Passing, PastSeries } from './server.ts';

/** When the candidate gets half of the traffic, as seconds since the epoch. Long ago, so that everything has arrived. */
export const shift = Math.floor(Date.now() / 1000 / 7200) * 7200 - 86_400 + 3600;
export const watchSeconds = 600;
const historySeconds = 2400;
const scrapeSeconds = 15;

type Counter = (t: number) => number | undefined;

/** Samples of a counter every 15 s; `t` is seconds since the shift, and undefined means no sample. */
export function series(labels: Record<string, string>, counter: Counter): PastSeries {
  const points: PastSeries['points'] = [];
  for (let t = -historySeconds; t <= watchSeconds + 900; t += scrapeSeconds) {
    const value = counter(t);
    if (value !== undefined) points.push({ at: shift + t, value });
  }
  return { labels, points };
}

/** 10 requests a second before the shift, 5 afterwards. */
export const ofOld: Counter = (t) => 10 * (Math.min(t, 0) + historySeconds) + 5 * Math.max(0, t);
/** 5 requests a second from the shift on; the first instance is scraped then. */
export const ofNew =
  (share = 1): Counter =>
  (t) =>
    t < 0 ? undefined : Math.floor(5 * share * t);
/** A series that the program makes at its first request. */
export const lazily =
  (share: number): Counter =>
  (t) =>
    t < 30 ? undefined : Math.floor(5 * share * t);

export const revisions = { old: 'ocr-00001-old', new: 'ocr-00002-new' };
/** The same program in both revisions: `name` with a label of the status. */
export function requests(
  name: string,
  failing: number,
  more: {
    status?: string;
    old?: Record<string, string>;
    new?: Record<string, string>;
    code?: (code: string) => string;
  } = {},
): PastSeries[] {
  const { status = 'code', code = (text: string) => text } = more;
  const old = { __name__: name, job: 'ocr', instance: 'a:1', revision: revisions.old, ...more.old };
  const fresh = { __name__: name, job: 'ocr', instance: 'b:1', revision: revisions.new, ...more.new };
  return [
    series({ ...old, [status]: code('200') }, ofOld),
    series({ ...fresh, [status]: code('200') }, ofNew(1 - failing)),
    ...(failing > 0 ? [series({ ...fresh, [status]: code('500') }, lazily(failing))] : []),
  ];
}

export type Ends = 'refused' | 'pass' | 'fail' | 'inconclusive';

export interface Cell {
  kind:
    | 'spelling'
    | 'absence'
    | 'relabelling'
    | 'doubling'
    | 'contradiction'
    | 'restart'
    | 'partial'
    | 'lateness';
  name: string;
  /** `name` is the cell's own metric name. */
  series(name: string): PastSeries[];
  total?: (name: string) => string;
  bad?: (name: string) => string;
  good?: (name: string) => string;
  badOptional?: true;
  /** `promote` goes on although the first look found that the counts are unusable. */
  onBlind?: 'promote';
  /** What a proxy before the server does to its answers. */
  change?: (passing: Passing, t: number) => object;
  ends: Ends;
  /** A text that the error or the reason must contain. */
  says?: RegExp;
  /** The candidate's true rate of bad requests, checked if the watch decides. Default 0. */
  rate?: number;
}

export const totalOf = (name: string) => `${name}{revision="$revision"}`;
export const badOf = (name: string) => `${name}{revision="$revision",code=~"5.."}`;

const copy = (all: PastSeries[], labels: Record<string, string>): PastSeries[] =>
  all.map((one) => ({ ...one, labels: { ...one.labels, ...labels } }));
const buckets = (name: string, fast: number, bound: string): PastSeries[] => [
  ...requests(`${name}_count`, 0).map((one) => without(one, 'code')),
  ...requests(`${name}_bucket`, 0, { old: { le: bound } })
    .slice(0, 1)
    .map((one) => without(one, 'code')),
  without(
    series(
      { __name__: `${name}_bucket`, job: 'ocr', instance: 'b:1', revision: revisions.new, le: bound },
      ofNew(fast),
    ),
    'code',
  ),
];
function without({ labels, points }: PastSeries, label: string): PastSeries {
  const { [label]: _, ...rest } = labels;
  return { labels: rest, points };
}
/** Hides samples newer than so many seconds before the query's time. */
const late =
  (seconds: number, only: (query: string) => boolean) =>
  ({ query, time, body }: Passing) =>
    only(query)
      ? {
          ...body,
          data: {
            ...body.data,
            result: (body.data?.result ?? [])
              .map((one) => ({ ...one, values: (one.values ?? []).filter(([at]) => at <= time - seconds) }))
              .filter(({ values }) => values.length > 0),
          },
        }
      : body;
const countOf = (name: string) => ({
  total: () => `${name}_count{revision="$revision"}`,
  good: (le: string) => () => `${name}_bucket{revision="$revision",le="${le}"}`,
});
const le = (bound: string) => ({
  total: (name: string) => countOf(name).total(),
  good: (name: string) => countOf(name).good(bound)(),
});
const errorsOf = (name: string) => `${name}_errors{revision="$revision"}`;
const other = (name: string, share: number, labels: object = {}) =>
  series(
    { __name__: `${name}_errors`, job: 'errors', instance: 'c:1', revision: revisions.new, ...labels },
    ofNew(share),
  );
const oldErrors = (name: string) =>
  series({ __name__: `${name}_errors`, job: 'errors', instance: 'd:1', revision: revisions.old }, () => 3);

export const cells: Cell[] = [
  { kind: 'spelling', name: 'right and healthy', series: (n) => requests(n, 0), ends: 'pass' },
  { kind: 'spelling', name: 'right and failing', series: (n) => requests(n, 0.3), ends: 'fail', rate: 0.3 },
  {
    kind: 'spelling',
    name: 'the label is called status, healthy',
    series: (n) => requests(n, 0, { status: 'status' }),
    ends: 'refused',
    says: /no label code\. Its labels: instance, job, revision, status/,
  },
  {
    kind: 'spelling',
    name: 'the label is called status, failing',
    series: (n) => requests(n, 0.3, { status: 'status' }),
    ends: 'refused',
    says: /no label code/,
  },
  {
    kind: 'spelling',
    name: 'the label is called status, and blindness is allowed',
    series: (n) => requests(n, 0.3, { status: 'status' }),
    onBlind: 'promote',
    ends: 'inconclusive',
    says: /no label code/,
  },
  {
    kind: 'spelling',
    name: 'the values are classes',
    series: (n) => requests(n, 0, { code: (code) => `${code[0]}xx` }),
    bad: (n) => `${n}{revision="$revision",code="500"}`,
    ends: 'refused',
    says: /Its values: 2xx/,
  },
  {
    kind: 'spelling',
    name: 'the values are words',
    series: (n) => requests(n, 0, { code: () => 'ok' }),
    ends: 'refused',
    says: /Its values: ok/,
  },
  {
    kind: 'spelling',
    name: 'capitals',
    series: (n) => requests(n, 0, { old: { method: 'POST' }, new: { method: 'POST' } }),
    bad: (n) => `${n}{revision="$revision",method="post",code=~"5.."}`,
    ends: 'refused',
    says: /Did you mean POST/,
  },
  {
    kind: 'spelling',
    name: 'the name',
    series: (n) => requests(`${n}_total`, 0),
    ends: 'refused',
    says: /no metric .*Did you mean \w+_total/,
  },
  {
    kind: 'spelling',
    name: 'the label of the revision',
    series: (n) => requests(n, 0),
    total: (n) => `${n}{rev="$revision"}`,
    bad: (n) => `${n}{rev="$revision",code=~"5.."}`,
    ends: 'refused',
    says: /no label rev\./,
  },
  {
    kind: 'spelling',
    name: 'the revision is a digest',
    series: (n) => requests(n, 0, { old: { revision: 'sha-1f0ead5' }, new: { revision: 'sha-9e0be2a' } }),
    ends: 'refused',
    says: /Its values: sha-1f0ead5/,
  },
  {
    kind: 'spelling',
    name: 'le="5" for le="5.0"',
    series: (n) => buckets(n, 1, '5.0'),
    ...le('5'),
    ends: 'refused',
    says: /Did you mean 5\.0/,
  },
  {
    kind: 'spelling',
    name: 'le="5.0", healthy',
    series: (n) => buckets(n, 1, '5.0'),
    ...le('5.0'),
    ends: 'pass',
  },
  {
    kind: 'spelling',
    name: 'le="5.0", slow',
    series: (n) => buckets(n, 0.6, '5.0'),
    ...le('5.0'),
    ends: 'fail',
    rate: 0.4,
  },
  {
    kind: 'spelling',
    name: 'good by exclusion, and the label is called status: everything is good',
    series: (n) => requests(n, 0.3, { status: 'status' }),
    good: (n) => `${n}{revision="$revision",code!~"5.."}`,
    ends: 'refused',
    says: /no label code\. Its labels: instance, job, revision, status/,
  },
  {
    kind: 'spelling',
    name: 'bad by exclusion, and the label is called status: everything is bad',
    series: (n) => requests(n, 0, { status: 'status' }),
    bad: (n) => `${n}{revision="$revision",code!="200"}`,
    ends: 'refused',
    says: /no label code/,
  },
  {
    kind: 'spelling',
    name: 'good by exclusion of a value that is spelt otherwise',
    series: (n) => requests(n, 0.3, { code: (code) => `${code[0]}xx` }),
    good: (n) => `${n}{revision="$revision",code!="500"}`,
    ends: 'refused',
    says: /Every value of code fits code!="500"\. Its values: 2xx/,
  },
  {
    kind: 'spelling',
    name: 'good by exclusion, spelt right and failing',
    series: (n) => requests(n, 0.3),
    good: (n) => `${n}{revision="$revision",code!~"5.."}`,
    ends: 'fail',
    rate: 0.3,
  },
  {
    kind: 'spelling',
    name: 'good by exclusion, spelt right, and nothing has failed yet',
    series: (n) => requests(n, 0),
    good: (n) => `${n}{revision="$revision",code!~"5.."}`,
    ends: 'pass',
  },
  {
    kind: 'spelling',
    name: 'classes, and nothing has failed yet: bad',
    series: (n) => requests(n, 0, { code: (code) => `${code[0]}xx` }),
    ends: 'pass',
  },
  {
    kind: 'spelling',
    name: 'classes, and nothing has failed yet: good by exclusion',
    series: (n) => requests(n, 0, { code: (code) => `${code[0]}xx` }),
    good: (n) => `${n}{revision="$revision",code!~"5.."}`,
    ends: 'pass',
  },
  {
    kind: 'contradiction',
    name: 'a gauge of requests under way',
    series: (n) =>
      [revisions.old, revisions.new].map((revision, i) =>
        series({ __name__: n, job: 'ocr', instance: `${i}:1`, revision, code: '200' }, (t) =>
          i === 1 && t < 0 ? undefined : [3, 9, 1, 7, 2, 8][Math.abs(t / 15) % 6],
        ),
      ),
    bad: errorsOf,
    badOptional: true,
    ends: 'refused',
    says: /falls repeatedly, as a gauge does/,
  },
  {
    kind: 'spelling',
    name: 'a rate',
    series: (n) => requests(n, 0),
    total: (n) => `sum(rate(${n}{revision="$revision"}[5m]))`,
    ends: 'refused',
    says: /is not the selector of a counter/,
  },
  {
    kind: 'spelling',
    name: 'a broken regular expression',
    series: (n) => requests(n, 0),
    bad: (n) => `${n}{revision="$revision",code=~"5("}`,
    ends: 'refused',
    says: /refused the query: .*pars/,
  },

  {
    kind: 'absence',
    name: 'errors in a metric that never existed',
    series: (n) => requests(n, 0),
    bad: errorsOf,
    ends: 'refused',
    says: /no metric .*prometheus_bad_optional/,
  },
  {
    kind: 'absence',
    name: 'errors that may be absent, healthy',
    series: (n) => requests(n, 0),
    bad: errorsOf,
    badOptional: true,
    ends: 'pass',
  },
  {
    kind: 'absence',
    name: 'errors that may be absent, failing',
    series: (n) => [
      ...requests(n, 0),
      series({ __name__: `${n}_errors`, job: 'ocr', instance: 'b:1', revision: revisions.new }, lazily(0.3)),
    ],
    bad: errorsOf,
    badOptional: true,
    ends: 'fail',
    rate: 0.3,
  },
  {
    kind: 'absence',
    name: 'good requests in a metric that never existed',
    series: (n) => requests(n, 0),
    good: (n) => `${n}_ok{revision="$revision"}`,
    ends: 'refused',
    says: /no metric/,
  },
  {
    kind: 'absence',
    name: 'a candidate without counters',
    series: (n) => requests(n, 0).slice(0, 1),
    ends: 'inconclusive',
  },
  {
    kind: 'absence',
    name: 'all counters end with the shift',
    series: (n) => [
      series({ __name__: n, revision: revisions.old, code: '200' }, (t) => (t < 0 ? ofOld(t) : undefined)),
    ],
    ends: 'inconclusive',
  },
  {
    kind: 'absence',
    name: 'nothing ever',
    series: () => [],
    onBlind: 'promote',
    ends: 'inconclusive',
    says: /no metric/,
  },
  {
    kind: 'absence',
    name: 'the candidate answers nothing but errors',
    series: (n) => requests(n, 1),
    ends: 'fail',
    rate: 1,
  },

  {
    kind: 'relabelling',
    name: 'a label is added during the watch',
    series: (n) => [
      series({ __name__: n, job: 'ocr', instance: 'a:1', revision: revisions.old, code: '200' }, ofOld),
      series({ __name__: n, job: 'ocr', instance: 'b:1', revision: revisions.new, code: '200' }, (t) =>
        t >= 0 && t < 120 ? 50_000 + 5 * t : undefined,
      ),
      series({ __name__: n, job: 'ocr', instance: 'b:1', revision: revisions.new, code: '500' }, (t) =>
        t >= 0 && t < 120 ? 3000 : undefined,
      ),
      series(
        { __name__: n, job: 'ocr', instance: 'b:1', revision: revisions.new, code: '200', env: 'prod' },
        (t) => (t >= 120 ? 50_000 + 5 * t : undefined),
      ),
      series(
        { __name__: n, job: 'ocr', instance: 'b:1', revision: revisions.new, code: '500', env: 'prod' },
        (t) => (t >= 120 ? 3000 : undefined),
      ),
    ],
    ends: 'pass',
  },
  {
    kind: 'relabelling',
    name: 'a target with a past is scraped for the first time',
    series: (n) => [
      ...requests(n, 0),
      series({ __name__: n, job: 'ocr', instance: 'e:1', revision: revisions.new, code: '200' }, (t) =>
        t >= 60 ? 60_000 + t : undefined,
      ),
      series({ __name__: n, job: 'ocr', instance: 'e:1', revision: revisions.new, code: '500' }, (t) =>
        t >= 60 ? 3000 : undefined,
      ),
    ],
    ends: 'pass',
  },
  {
    kind: 'relabelling',
    name: 'the instance is renamed',
    series: (n) => [
      series({ __name__: n, job: 'ocr', instance: 'a:1', revision: revisions.old, code: '200' }, ofOld),
      series({ __name__: n, job: 'ocr', instance: 'b:1', revision: revisions.new, code: '200' }, (t) =>
        t >= 0 && t < 90 ? 9000 + 5 * t : undefined,
      ),
      series({ __name__: n, job: 'ocr', instance: 'b', revision: revisions.new, code: '200' }, (t) =>
        t >= 90 ? 9000 + 5 * t : undefined,
      ),
      series({ __name__: n, job: 'ocr', instance: 'b', revision: revisions.new, code: '500' }, (t) =>
        t >= 90 ? 900 : undefined,
      ),
    ],
    ends: 'pass',
  },

  {
    kind: 'doubling',
    name: 'two replicas of the server',
    series: (n) => [
      ...copy(requests(n, 0), { prometheus_replica: 'a' }),
      ...copy(requests(n, 0), { prometheus_replica: 'b' }),
    ],
    ends: 'refused',
    says: /more than once.*prometheus_replica \(a, b\)/,
  },
  {
    kind: 'doubling',
    name: 'two jobs scrape one instance',
    series: (n) => [...requests(n, 0), ...copy(requests(n, 0), { job: 'again' })],
    ends: 'refused',
    says: /differ only in job/,
  },
  {
    kind: 'doubling',
    name: 'a recording rule beside its source',
    series: (n) => [...requests(n, 0), ...copy(requests(n, 0), { __name__: `${n}:sum` })],
    total: (n) => `{__name__=~"${n}.*",revision="$revision"}`,
    bad: (n) => `{__name__=~"${n}.*",revision="$revision",code=~"5.."}`,
    ends: 'refused',
    says: /recording rule/,
  },
  {
    kind: 'doubling',
    name: 'all buckets of a histogram',
    series: (n) => [...buckets(n, 1, '1.0'), ...buckets(n, 1, '5.0').slice(2)],
    total: (n) => `${n}_bucket{revision="$revision"}`,
    good: (n) => `${n}_bucket{revision="$revision",le="1.0"}`,
    ends: 'refused',
    says: /Name one le/,
  },
  {
    kind: 'doubling',
    name: 'a value that is the sum of the others',
    series: (n) => [
      ...requests(n, 0),
      series(
        { __name__: n, job: 'ocr', instance: 'a:1', revision: revisions.old, code: '404' },
        (t) => t + historySeconds + 15,
      ),
      series(
        { __name__: n, job: 'ocr', instance: 'a:1', revision: revisions.old, code: 'all' },
        (t) => (ofOld(t) ?? 0) + t + historySeconds + 15,
      ),
    ],
    ends: 'refused',
    says: /code="all" is the sum/,
  },
  {
    kind: 'doubling',
    name: 'a sum beside its parts',
    series: (n) => [...requests(n, 0), without(requests(n, 0)[0] as PastSeries, 'code')],
    ends: 'refused',
    says: /sums of them/,
  },
  {
    kind: 'doubling',
    name: 'only the candidate, from the shift on',
    series: (n) => [...requests(n, 0.3), ...copy(requests(n, 0.3).slice(1), { job: 'again' })],
    ends: 'inconclusive',
    says: /more than once/,
  },

  {
    kind: 'contradiction',
    name: 'every request is bad',
    series: (n) => requests(n, 0),
    bad: (n) => `${n}{revision="$revision",code!=""}`,
    ends: 'refused',
    says: /same series as/,
  },
  {
    kind: 'contradiction',
    name: 'bad requests that the total leaves out',
    series: (n) => [
      ...requests(n, 0, { old: { method: 'POST' }, new: { method: 'POST' } }),
      series(
        { __name__: n, job: 'ocr', instance: 'a:1', revision: revisions.old, code: '500', method: 'GET' },
        (t) => t + historySeconds,
      ),
    ],
    total: (n) => `${n}{revision="$revision",method="POST"}`,
    ends: 'refused',
    says: /leaves out: .*method="GET"/,
  },
  {
    kind: 'contradiction',
    name: 'more bad requests than requests',
    series: (n) => [
      ...requests(n, 0),
      series(
        { __name__: `${n}_errors`, job: 'ocr', instance: 'a:1', revision: revisions.old },
        (t) => 40 * (t + historySeconds),
      ),
    ],
    bad: errorsOf,
    ends: 'refused',
    says: /only by/,
  },
  {
    kind: 'contradiction',
    name: 'a gauge',
    series: (n) => [
      series(
        { __name__: n, job: 'ocr', instance: 'a:1', revision: revisions.old, code: '200' },
        (t) => 50 + ((t / 15) % 7),
      ),
    ],
    ends: 'refused',
    says: /gauge/,
  },
  {
    kind: 'contradiction',
    name: 'a rate that a rule has computed',
    series: (n) =>
      requests(n, 0).map((one) => ({
        ...one,
        points: one.points.map(({ at, value }) => ({ at, value: 4.37 + value * 0 })),
      })),
    ends: 'refused',
    says: /not a number of requests/,
  },

  {
    kind: 'restart',
    name: 'the candidate restarts, healthy',
    series: (n) => [
      requests(n, 0)[0] as PastSeries,
      series({ __name__: n, job: 'ocr', instance: 'b:1', revision: revisions.new, code: '200' }, (t) =>
        t < 0 ? undefined : 5 * (t < 100 ? t : t - 100),
      ),
    ],
    ends: 'pass',
  },
  {
    kind: 'restart',
    name: 'the candidate restarts, failing',
    series: (n) =>
      requests(n, 0.2).map((one) => ({
        ...one,
        points:
          one.labels.revision === revisions.new
            ? one.points.map(({ at, value }) => ({
                at,
                value: at < shift + 45 ? value : Math.max(0, value - (one.labels.code === '500' ? 40 : 160)),
              }))
            : one.points,
      })),
    ends: 'fail',
    rate: 0.2,
  },

  {
    kind: 'partial',
    name: 'warnings all the time, healthy',
    series: (n) => requests(n, 0),
    onBlind: 'promote',
    change: ({ body }) => ({ ...body, warnings: ['partial response: store-1'] }),
    ends: 'inconclusive',
    says: /only in part/,
  },
  {
    kind: 'partial',
    name: 'warnings without the errors',
    series: (n) => requests(n, 0.3),
    onBlind: 'promote',
    change: ({ query, body }) =>
      query.includes('5..')
        ? { ...body, data: { resultType: 'matrix', result: [] }, warnings: ['partial response'] }
        : body,
    ends: 'inconclusive',
    says: /only in part/,
  },
  {
    kind: 'partial',
    name: 'warnings for three minutes, failing',
    series: (n) => requests(n, 0.3),
    change: ({ body }, t) => (t > 0 && t < 180 ? { ...body, warnings: ['partial response'] } : body),
    ends: 'fail',
    rate: 0.3,
  },
  {
    kind: 'partial',
    name: 'isPartial',
    series: (n) => requests(n, 0),
    onBlind: 'promote',
    change: ({ body }) => ({ ...body, isPartial: true }),
    ends: 'inconclusive',
    says: /only in part/,
  },
  {
    kind: 'partial',
    name: 'the query is refused during the watch',
    series: (n) => requests(n, 0),
    change: ({ body }, t) =>
      t > 30 ? { status: 'error', errorType: 'execution', error: 'too many samples' } : body,
    ends: 'inconclusive',
    says: /too many samples/,
  },

  {
    kind: 'lateness',
    name: 'every sample is a minute late, failing',
    series: (n) => requests(n, 0.3),
    change: late(60, () => true),
    ends: 'fail',
    rate: 0.3,
  },
  {
    kind: 'lateness',
    name: 'every sample is a minute late, healthy',
    series: (n) => requests(n, 0),
    change: late(60, () => true),
    ends: 'pass',
  },
  {
    kind: 'lateness',
    name: 'the exporter of the errors is four minutes late',
    series: (n) => [...requests(n, 0), other(n, 0.3), oldErrors(n)],
    bad: errorsOf,
    change: late(240, (query) => query.includes('_errors')),
    ends: 'inconclusive',
    says: /counter of bad requests is \d+ s behind/,
  },
  {
    kind: 'lateness',
    name: 'the total is late',
    series: (n) => [...requests(n, 0), other(n, 0.3), oldErrors(n)],
    bad: errorsOf,
    change: late(90, (query) => !query.includes('_errors')),
    ends: 'fail',
    rate: 0.3,
  },
];
