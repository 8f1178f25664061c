import { describe, expect, test } from '@jest/globals';
import { readMatrix, readNumber } from '../../../src/sli/prometheus/answer.ts';

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
      'a sample of numbers',
      { status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values: [[1, 2]] }] } },
      /not \[time, "value"\]/,
    ],
  ])('%s is refused', (_, body, message) => {
    expect(() => readMatrix(body)).toThrow(message);
  });
  test('an empty result is no error; NaN, infinities and negative values are not counts', () => {
    expect(readMatrix({ status: 'success', data: { resultType: 'matrix', result: [] } })).toEqual({
      series: [],
      warnings: [],
    });
    const { series } = readMatrix(
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
  test('a single number: none, NaN, or several', () => {
    const vector = (...result: unknown[]) => ({ status: 'success', data: { resultType: 'vector', result } });
    expect(readNumber(vector())).toBeUndefined();
    expect(readNumber(vector({ value: [1, 'NaN'] }))).toBeUndefined();
    expect(readNumber(vector({ value: [1, '12.5'] }))).toBe(12.5);
    expect(() => readNumber(vector({ value: [1, '1'] }, { value: [1, '1'] }))).toThrow('several series');
  });
});
