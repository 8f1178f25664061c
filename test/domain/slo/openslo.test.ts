import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseOpenSlo } from '../../../src/domain/slo/openslo.ts';
import { sloJsonSchema } from '../../../src/domain/slo/schema.ts';

const lines = (...parts: string[]) => parts.join('\n');
const slo = (
  objectives: string,
  indicator = '    metadata: {name: availability}\n    spec: {ratioMetric: {total: {metricSource: {type: CloudRun, spec: {requests: all}}}, bad: {metricSource: {type: CloudRun, spec: {requests: bad}}}}}',
  rest = '',
) =>
  lines(
    '# $schema: ../schemas/backstay.slo.json',
    'apiVersion: openslo/v1',
    'kind: SLO',
    'metadata: {name: ocr-api}',
    'spec:',
    '  service: ocr-api',
    '  indicator:',
    indicator,
    '  objectives:',
    objectives,
    rest,
    ...(rest.includes('budgetingMethod') ? [] : ['  budgetingMethod: Occurrences']),
    ...(rest.includes('timeWindow') ? [] : ['  timeWindow: [{duration: 30d, isRolling: true}]']),
  );

const read = (text: string) => {
  const parsed = parseOpenSlo(text, 'backstay.slo.yaml');
  if ('problems' in parsed)
    throw new Error(
      parsed.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`).join('\n'),
    );
  return parsed.slo;
};
const problems = (text: string) => {
  const parsed = parseOpenSlo(text, 'f.yaml');
  return 'problems' in parsed
    ? parsed.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`)
    : [];
};

describe('what is read', () => {
  test('availability, with target or targetPercent', () => {
    expect(read(slo('  - target: 0.995'))).toEqual({
      name: 'ocr-api',
      service: 'ocr-api',
      windowSeconds: 30 * 86_400,
      objectives: [
        { id: 'availability', kind: 'availability', target: 0.995, source: 'backstay.slo.yaml:11' },
      ],
    });
    expect(read(slo('  - {targetPercent: 99.5, displayName: Answers}')).objectives[0]).toMatchObject({
      id: 'answers',
      target: 0.995,
      title: 'Answers',
    });
  });

  test('latency, several objectives on one indicator', () => {
    const text = slo(
      lines(
        '  - {displayName: fast, op: lte, value: 2, target: 0.9}',
        '  - {displayName: at all, op: lt, value: 0.5, targetPercent: 99}',
      ),
      lines(
        '    metadata: {name: latency}',
        '    spec: {thresholdMetric: {metricSource: {type: CloudRun, spec: {requests: latency}}}}',
      ),
      '  timeWindow: [{duration: 4w, isRolling: true}]',
    );
    const read1 = read(text);
    expect(read1.windowSeconds).toBe(28 * 86_400);
    expect(read1.objectives).toMatchObject([
      { id: 'fast', kind: 'latency', slowerThanMs: 2000, target: 0.9 },
      { id: 'at-all', kind: 'latency', slowerThanMs: 500, target: 0.99 },
    ]);
  });

  test('an indicator in its own document; documents of other kinds are ignored', () => {
    const text = lines(
      'apiVersion: openslo/v1',
      'kind: SLI',
      'metadata: {name: ok}',
      'spec: {ratioMetric: {counter: true, total: {metricSource: {type: Prometheus, spec: {query: \'sum(reqs{revision="$revision"})\'}}}, bad: {metricSource: {type: Prometheus, spec: {query: \'reqs{revision="$revision",code="500"}\'}}}}}',
      '---',
      'apiVersion: openslo/v1',
      'kind: Service',
      'metadata: {name: anything}',
      '---',
      'apiVersion: openslo/v1',
      'kind: SLO',
      'metadata: {name: x}',
      'spec: {service: x, indicatorRef: ok, budgetingMethod: Occurrences, timeWindow: [{duration: 30d, isRolling: true}], objectives: [{target: 0.99}, {target: 0.9}]}',
    );
    const { objectives } = read(text);
    expect(objectives.map(({ id }) => id)).toEqual(['ok', 'ok-2']);
    expect(objectives[0]?.prometheus).toEqual({
      total: 'reqs{revision="$revision"}',
      bad: 'reqs{revision="$revision",code="500"}',
    });
  });

  test('the example of the repository', () => {
    const path = join(import.meta.dirname, '../../../examples/backstay.slo.yaml');
    expect(read(readFileSync(path, 'utf8')).objectives.map(({ kind }) => kind)).toEqual([
      'availability',
      'latency',
    ]);
  });
});

describe('what is refused, with its place', () => {
  test.each([
    ['a typing error', slo('  - {taget: 0.99}'), '11:6: taget is not known here: did you mean target?'],
    [
      'a wrong value',
      slo('  - {target: 0.99}').replace('kind: SLO', 'kind: SL0'),
      '3:7: kind: "SL0": did you mean SLO?',
    ],
    [
      'a percentage instead of a fraction',
      slo('  - {target: 99.5}'),
      '11:14: target: 99.5: expected at least 0.5 and less than 1. Did you mean targetPercent: 99.5?',
    ],
    [
      'a promise of everything',
      slo('  - {target: 1}'),
      '11:14: target: 1: expected at least 0.5 and less than 1.',
    ],
    [
      'both targets',
      slo('  - {target: 0.9, targetPercent: 90}'),
      '11:5: expected either target (such as 0.995) or targetPercent (such as 99.5).',
    ],
    [
      'time slices',
      slo('  - {target: 0.9}', undefined, '  budgetingMethod: Timeslices'),
      '12:20: budgetingMethod: Timeslices is not supported, because a release is judged by single requests. Expected Occurrences.',
    ],
    [
      'a calendar',
      slo('  - {target: 0.9}', undefined, '  timeWindow: [{duration: 1d, isRolling: false}]'),
      '12:16: timeWindow: a calendar window is not supported. Expected isRolling: true.',
    ],
    [
      'a window that is none',
      slo('  - {target: 0.9}', undefined, '  timeWindow: [{duration: soon, isRolling: true}]'),
      '12:27: duration: "soon": expected a duration such as 30d or 4w.',
    ],
    [
      'a threshold without a value',
      slo(
        '  - {target: 0.9, op: lte}',
        '    metadata: {name: l}\n    spec: {thresholdMetric: {metricSource: {type: CloudRun, spec: {requests: latency}}}}',
      ),
      '11:5: a threshold needs op: lt or lte, and value: seconds.',
    ],
    [
      'an unknown indicator',
      slo('  - {target: 0.9, indicatorRef: nope}').replace(/ {2}indicator:\n.*\n.*\n/, ''),
      '8:33: indicatorRef: there is no SLI nope in this file.',
    ],
    ['not YAML', 'kind: [', '1:8: This is not valid YAML'],
    ['nothing', '', '1:1: The file has no document of the kind SLO.'],
    ['a list', '- a', 'kind is missing: expected SLO.'],
    ['text instead of a list', slo('    soon'), 'objectives: "soon": expected a list.'],
  ])('%s', (_, text, expected) => {
    expect(problems(text).join('\n')).toContain(expected);
  });

  test('all problems at once, in order', () => {
    const found = problems(slo(lines('  - {taget: 0.99}', '  - {target: no}')));
    expect(found).toHaveLength(2);
    expect(found.map((line) => line.split(':')[0])).toEqual(['11', '12']);
  });

  test('a query that cannot tell revisions apart', () => {
    const source = (query: string) => `{metricSource: {type: Prometheus, spec: {query: '${query}'}}}`;
    const text = slo(
      '  - {target: 0.9}',
      lines(
        '    metadata: {name: a}',
        `    spec: {ratioMetric: {total: ${source('reqs')}, bad: ${source('errs')}}}`,
      ),
    );
    expect(problems(text).join('\n')).toContain('the query reqs does not name $revision');
  });

  test('hostile files end with a problem, not with an exception', () => {
    const bomb = lines(
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...Array.from(
        'bcdefgh',
        (name, i) =>
          `${name}: &${name} [*${'abcdefg'[i]},*${'abcdefg'[i]},*${'abcdefg'[i]},*${'abcdefg'[i]}]`,
      ),
    );
    for (const text of [bomb, 'kind: SLO\nmetadata: *x', '\u0000', 'kind: {SLO: 1}', 'x'.repeat(1_100_000)])
      expect(problems(text).length).toBeGreaterThan(0);
  });
});

test('the schema for editors is draft-07, knows both kinds and offers a snippet', () => {
  const schema = sloJsonSchema();
  expect(schema.$schema).toContain('draft-07');
  expect(schema.oneOf).toHaveLength(2);
  expect(schema.defaultSnippets).toHaveLength(1);
  expect(JSON.stringify(schema)).not.toContain('2020-12');
});
