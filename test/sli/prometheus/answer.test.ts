import { describe, expect, test } from '@jest/globals';
import { ReleaseError } from '../../../src/domain/errors/errors.ts';
import { readMatrix, readNumber } from '../../../src/sli/prometheus/answer.ts';
import { CountsUnusable } from '../../../src/steps/ports/counts-refused.ts';

const seconds = Date.UTC(2026, 10, 22, 12) / 1000;

const matrix = (...series: [Record<string, string>, [number, string][]][]) => ({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: series.map(([metric, values]) => ({
      metric,
      values: values.map(([at, value]) => [seconds + at, value]),
    })),
  },
});

describe('answers', () => {
  test.each([
    ['text', 'x', /not a JSON object/],
    ['null', null, /not a JSON object/],
    ['an error', { status: 'error', error: 'parse error' }, /refused the query: parse error/],
    [
      'a vector',
      { status: 'success', data: { resultType: 'vector', result: [] } },
      /needs the counter itself/,
    ],
    [
      'a result that is not a list',
      { status: 'success', data: { resultType: 'matrix', result: {} } },
      /not a list/,
    ],
    [
      'a series without values',
      { status: 'success', data: { resultType: 'matrix', result: [{ metric: {} }] } },
      /no metric or values/,
    ],
    [
      'a sample without a value',
      { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: [[1, ' ']] }] } },
      /not \[time, "value"\]/,
    ],
    [
      'a sample of numbers',
      { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: [[1, 2]] }] } },
      /not \[time, "value"\]/,
    ],
  ])('%s is refused', (_, body, message) => {
    expect(() => readMatrix(body)).toThrow(message);
  });
  test('an empty result is no error; NaN, infinities and negative values are not counts', () => {
    expect(readMatrix({ status: 'success', data: { resultType: 'matrix', result: [] } })).toEqual([]);
    const series = readMatrix(
      matrix([
        { a: '1' },
        [
          [1, 'NaN'],
          [2, '+Inf'],
          [3, '-4'],
          [4, '5'],
        ],
      ]),
    );
    expect(series[0]?.samples).toEqual([{ at: seconds + 4, value: 5 }]);
  });
  test.each([
    ['a warning', { warnings: ['partial response: store-1 did not answer'] }],
    ['an info that is not about style', { infos: ['1 of 3 shards missing'] }],
    ['isPartial', { isPartial: true }],
  ])('%s says that parts are missing, so nothing is read', (_, more) => {
    expect(() => readMatrix({ ...matrix([{ a: '1' }, [[1, '5']]]), ...more })).toThrow('only in part');
  });
  test('an info about the style of a query does not mean that parts are missing', () => {
    const infos = ['PromQL info: metric might not be a counter, name does not end in _total'];
    expect(readMatrix({ ...matrix([{ a: '1' }, [[1, '5']]]), infos })).toHaveLength(1);
  });
  test.each([
    ['bad_data', CountsUnusable],
    ['execution', CountsUnusable],
    ['422', CountsUnusable],
    ['timeout', ReleaseError],
    ['503', ReleaseError],
  ])('%s', (errorType, type) => {
    const refuse = () => readMatrix({ status: 'error', errorType, error: 'no' });
    expect(refuse).toThrow(type);
    if (type === ReleaseError) expect(refuse).not.toThrow(CountsUnusable);
  });
  test('a single number: none, NaN, or several', () => {
    const vector = (...result: unknown[]) => ({ status: 'success', data: { resultType: 'vector', result } });
    expect(readNumber(vector())).toBeUndefined();
    // No sum, and not the number 0: an increase of no failures would look healthy.
    for (const text of ['NaN', '+Inf', '-1']) expect(readNumber(vector({ value: [1, text] }))).toBeNaN();
    expect(readNumber(vector({ value: [1, '12.5'] }))).toBe(12.5);
    expect(() => readNumber(vector({ value: [1, '1'] }, { value: [1, '1'] }))).toThrow('several series');
  });
});
