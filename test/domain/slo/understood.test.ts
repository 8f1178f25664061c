import { describe, expect, test } from '@jest/globals';
import { parseOpenSlo } from '../../../src/domain/slo/openslo.ts';

/** A file is judged as its author meant it, or refused. */

const query = (counter: string) => `spec: {query: '${counter}{revision="$revision"}'}`;
const file = (ratio: string, more: { objective?: string; documents?: string[]; spec?: string } = {}) =>
  [
    ...(more.documents ?? []).flatMap((text) => ['apiVersion: openslo/v1', text, '---']),
    'apiVersion: openslo/v1',
    'kind: SLO',
    'metadata: {name: x}',
    'spec:',
    '  service: x',
    '  budgetingMethod: Occurrences',
    '  timeWindow: [{duration: 30d, isRolling: true}]',
    `  indicator: {metadata: {name: i}, spec: {${ratio}}}`,
    ...(more.spec ? [`  ${more.spec}`] : []),
    `  objectives: [{target: 0.99${more.objective ?? ''}}]`,
  ].join('\n');
const ratio = (source: string, bad = source) =>
  `ratioMetric: {counter: true, total: {metricSource: {${source}, ${query('reqs')}}}, bad: {metricSource: {${bad}, ${query('errors')}}}}`;
const counted =
  'ratioMetric: {total: {metricSource: {type: CloudRun, spec: {requests: all}}}, bad: {metricSource: {type: CloudRun, spec: {requests: bad}}}}';
const dataSource = (type: string) =>
  `kind: DataSource\nmetadata: {name: mine}\nspec: {type: ${type}, connectionDetails: {url: x}}`;

const parsed = (text: string) => {
  const read = parseOpenSlo(text, 'f.yaml');
  return 'problems' in read ? read.problems.map(({ message }) => message).join(' ') : read.slo.objectives;
};

test.each([
  ['a type', file(ratio('type: Prometheus'))],
  [
    'a DataSource of the file',
    file(ratio('metricSourceRef: mine'), { documents: [dataSource('Prometheus')] }),
  ],
  ['both', file(ratio('metricSourceRef: mine, type: Prometheus'), { documents: [dataSource('Prometheus')] })],
])('counters are read with %s', (_, text) => {
  expect(parsed(text)).toMatchObject([
    { prometheus: { total: 'reqs{revision="$revision"}', bad: 'errors{revision="$revision"}' } },
  ]);
});

const inAws = (counts = 'http-api', dimensions = '{ApiId: a1b2, Stage: prod}') =>
  `metricSource: {type: CloudWatch, spec: {counts: ${counts}, dimensions: ${dimensions}}}`;

test('counters of CloudWatch are one selection', () => {
  const turned = inAws('http-api', '{Stage: prod, ApiId: a1b2}');
  expect(parsed(file(`ratioMetric: {total: {${inAws()}}, bad: {${turned}}}`))).toMatchObject([
    {
      kind: 'availability',
      cloudwatch: { counts: 'http-api', dimensions: { ApiId: 'a1b2', Stage: 'prod' } },
    },
  ]);
});

describe('refused', () => {
  test.each([
    [
      'two endpoints of AWS',
      file(`ratioMetric: {total: {${inAws()}}, bad: {${inAws('rest-api')}}}`),
      /the same type, counts and dimensions/,
    ],
    [
      'an endpoint of AWS beside Cloud Run',
      file(
        `ratioMetric: {total: {${inAws()}}, bad: {metricSource: {type: CloudRun, spec: {requests: bad}}}}`,
      ),
      /the same type, counts and dimensions/,
    ],
    [
      'good requests in AWS',
      file(`ratioMetric: {total: {${inAws()}}, good: {${inAws()}}}`),
      /CloudWatch counts all and bad requests, not good ones/,
    ],
    [
      'no dimensions',
      file(
        counted.replaceAll(/type: CloudRun, spec: {requests: \w+}/g, 'type: CloudWatch, spec: {counts: alb}'),
      ),
      /expected counts .* and dimensions/,
    ],
    [
      'dimensions of Cloud Run',
      file(counted.replace('requests: all', 'requests: all, dimensions: {Stage: prod}')),
      /has dimensions, but the type CloudRun/,
    ],
    [
      'an endpoint that nobody knows',
      file(`ratioMetric: {total: {${inAws('http')}}, bad: {${inAws('http')}}}`),
      /http-api/,
    ],
    ['a DataSource that the file lacks', file(ratio('metricSourceRef: mine')), /there is no DataSource mine/],
    [
      'a DataSource of another type',
      file(ratio('metricSourceRef: mine'), { documents: [dataSource('Dynatrace')] }),
      /type Dynatrace is not supported/,
    ],
    [
      'two types',
      file(ratio('metricSourceRef: mine, type: CloudRun'), { documents: [dataSource('Prometheus')] }),
      /of type Prometheus, but the metric of type CloudRun/,
    ],
    [
      'a query without a type',
      file(ratio('counter: true').replaceAll('counter: true, spec', 'spec')),
      /a query, but no type/,
    ],
    ['a query of Cloud Run', file(ratio('type: CloudRun')), /a query, but the type CloudRun/],
    [
      'only the total',
      file(`ratioMetric: {total: {metricSource: {type: Prometheus, ${query('reqs')}}}}`),
      /total with good or bad/,
    ],
    [
      'a type without a query',
      file(ratio('type: Prometheus').replace(`, ${query('reqs')}`, '')),
      /spec is missing/,
    ],
    [
      'good and bad',
      file(`${counted.slice(0, -1)}, good: {metricSource: {type: CloudRun, spec: {requests: good}}}}`),
      /both good and bad/,
    ],
    ['no counters', file(counted.replace('{', '{counter: false, ')), /counter: false/],
    [
      'two indicators in one',
      file(`${counted}, thresholdMetric: {metricSource: {type: CloudRun, spec: {requests: latency}}}`),
      /both ratioMetric and thresholdMetric/,
    ],
    [
      'a limit on a ratio',
      file(counted, { objective: ', op: lte, value: 2' }),
      /op belongs to a thresholdMetric.*value belongs/,
    ],
    ['slices of time', file(counted, { objective: ', timeSliceTarget: 0.9' }), /timeSliceTarget belongs to/],
    ['a weight', file(counted, { objective: ', compositeWeight: 2' }), /compositeWeight is not supported/],
    [
      'an indicator and a reference',
      file(counted, { spec: 'indicatorRef: i' }),
      /either indicator or indicatorRef/,
    ],
    ['a merge key', file(counted, { objective: ', <<: {op: lt}' }), /Merge keys \(<<\) are not read/],
  ])('%s', (_, text, message) => {
    expect(parsed(text)).toEqual(expect.stringMatching(message));
  });
});
