import { expect, test } from '@jest/globals';
import { ReleaseError } from '../../src/domain/errors/errors.ts';
import { Inputs } from '../../src/inputs/reader.ts';

test('every problem is reported at once, each with the input, the value and what would be right', () => {
  const inputs = new Inputs({
    INPUT_REGION: 'Us Central',
    INPUT_TIMEOUT: 'soon',
    INPUT_SLO: '105%',
    INPUT_DRY_RUN: 'yes',
    INPUT_MODE: 'fix',
  });
  expect(inputs.required('name', { expected: 'the name of the function' })).toBe('');
  inputs.text('region', { pattern: /^[a-z]+-[a-z]+\d+$/, expected: 'a region such as us-central1' });
  inputs.duration('timeout');
  inputs.percentage('slo');
  inputs.boolean('dry_run');
  inputs.choice('mode', ['verify', 'enforce']);
  const thrown = (() => {
    try {
      inputs.done();
    } catch (error) {
      return error as ReleaseError;
    }
    return undefined;
  })();
  expect(thrown).toBeInstanceOf(ReleaseError);
  expect(thrown?.code).toBe('input-invalid');
  for (const part of [
    '6 inputs are wrong',
    'name: missing: expected the name of the function',
    'region: "Us Central": expected a region such as us-central1',
    'timeout: "soon": expected a duration such as 90s, 10m or 30d',
    'slo: "105%": expected a percentage',
    'dry_run: "yes": expected true or false',
    'mode: "fix": expected one of verify, enforce',
  ])
    expect(thrown?.message).toContain(part);
});

test('a duration within bounds: what lies beyond them is a problem that names them', () => {
  const inputs = new Inputs({ INPUT_A: '2h', INPUT_B: '90s', INPUT_C: 'soon' });
  expect(['a', 'b', 'c', 'd'].map((name) => inputs.durationWithin(name, 5, 1, 3600))).toEqual([5, 90, 5, 5]);
  expect(() => inputs.done()).toThrow(/a: "2h": expected 1s to 60m[\s\S]*c: "soon": expected a duration/);
});

test('an empty input counts as not given, and what was given is kept for the report', () => {
  const inputs = new Inputs({ INPUT_A: '  ', INPUT_B: 'x' });
  expect(inputs.text('a')).toBeUndefined();
  expect(inputs.text('b')).toBe('x');
  inputs.done();
  expect(inputs.given).toEqual({ b: 'x' });
});

test('a long value is cut in the message', () => {
  const inputs = new Inputs({ INPUT_A: 'x'.repeat(500) });
  inputs.duration('a');
  expect(() => inputs.done()).toThrow(/"x{57}\.\.\."/);
});
