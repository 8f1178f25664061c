import { describe, expect, test } from '@jest/globals';
import { chooseSource, type SourceName, sourceInputs } from '../../src/sli/registry.ts';

/** The values of an action without inputs: the defaults of every source. */
const defaults = Object.fromEntries(
  Object.entries(sourceInputs).map(
    ([name, { kind, default: text }]: [
      string,
      { kind: { parse(text: string): unknown }; default?: string },
    ]) => [name, text === undefined ? undefined : kind.parse(text)],
  ),
);
const objective = { id: 'availability', kind: 'availability', target: 0.99 } as const;
const prometheus = { total: 'reqs{revision="$revision"}', bad: 'reqs{revision="$revision",code="500"}' };
const inAws = { counts: 'http-api', dimensions: { ApiId: 'a1b2', Stage: 'prod' } };

function choose(values: Record<string, unknown>, more: object = {}, use: object = {}) {
  const problems: string[] = [];
  const { name } = chooseSource(
    { ...defaults, source: undefined as SourceName | undefined, ...values },
    { probes: false, split: false, objectives: [{ ...objective, ...more }], ...use },
    (inputs, problem) => void problems.push(`${[inputs].flat().join()}: ${problem}`),
  );
  return { name, problems };
}

describe('a file with objectives names its counters', () => {
  test.each<[string, Record<string, unknown>, object]>([
    ['prometheus', { prometheus_url: 'https://p.example.com' }, { prometheus }],
    ['cloudwatch', { cloudwatch_role: 'arn:aws:iam::123456789012:role/counts' }, { cloudwatch: inAws }],
    ['cloudwatch', { source: 'cloudwatch' }, { cloudwatch: inAws }],
    ['cloudwatch', {}, { cloudwatch: inAws }],
  ])('%s reads them', (source, values, more) => {
    expect(choose(values, more)).toEqual({ name: source, problems: [] });
  });

  test.each<[Record<string, unknown>, object, RegExp]>([
    [{}, { prometheus }, /^prometheus_url: missing/],
    [{ source: 'auto' }, { prometheus }, /^source: .*counts of Prometheus, so expected source prometheus$/],
    [{ source: 'logs' }, { cloudwatch: inAws }, /CloudWatch/],
    [{ counts_command: ['x'] }, { prometheus }, /Prometheus/],
    [
      {
        prometheus_url: 'https://p.example.com',
        prometheus_total: 'a{r="$revision"}',
        prometheus_bad: 'b{r="$revision"}',
      },
      { cloudwatch: inAws },
      /CloudWatch/,
    ],
    [
      { source: 'cloudwatch', cloudwatch_counts: 'http-api', cloudwatch_dimensions: ['ApiId=a'] },
      { prometheus },
      /Prometheus/,
    ],
  ])('another source would judge something else: %j %j', (values, more, problem) => {
    expect(choose(values, more).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('a selection of CloudWatch is checked in the file as in the inputs', () => {
    const cloudwatch = { counts: 'alb', dimensions: { ApiId: 'a' } };
    expect(choose({ source: 'cloudwatch' }, { cloudwatch, source: 'slo.yaml:7' }).problems).toEqual([
      expect.stringMatching(/^slo_file: slo.yaml:7: expected LoadBalancer/),
      expect.stringMatching(/^slo_file: slo.yaml:7: ApiId is no dimension of an Application Load Balancer/),
    ]);
    expect(choose({ source: 'cloudwatch' }).problems).toEqual([
      expect.stringMatching(/^cloudwatch_counts: missing: .*or counts of CloudWatch in the SLO file/),
    ]);
  });
});

describe('a program of the user', () => {
  test.each<[Record<string, unknown>, object, string[]]>([
    [{ counts_command: ['x'] }, {}, []],
    [{ counts_command: ['x'] }, { split: true, probes: true }, []],
    [{ counts_command: ['x'], counts_scope: 'service' }, { split: true }, ['counts_scope,canary']],
    [{ counts_command: ['x'], counts_scope: 'service' }, { probes: true }, ['probes_per_minute']],
    [{ source: 'command' }, {}, ['counts_command']],
  ])('%j for %j', (values, use, inputs) => {
    const { name, problems } = choose(values, {}, use);
    expect(name).toBe('command');
    expect(problems.map((problem) => problem.split(':')[0])).toEqual(inputs);
  });
});
