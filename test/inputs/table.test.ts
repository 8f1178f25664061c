import { describe, expect, test } from '@jest/globals';
import type { ActionName } from '../../src/domain/report/report.ts';
import { InputReader } from '../../src/inputs/reader.ts';
import { allInputs, definitionFor, groups, type Inputs, inputsOf } from '../../src/inputs/table.ts';

const actions: ActionName[] = ['release', 'auth', 'deploy', 'guard', 'smoke-test', 'watch', 'rollback'];
const uses = Object.entries(allInputs).flatMap(([name, { usedBy }]) =>
  (Object.keys(usedBy) as ActionName[]).map((action) => [name, action, definitionFor(name, action)] as const),
);

test('no two groups declare the same input', () => {
  const names = groups.flatMap(({ inputs }) => Object.keys(inputs));
  expect(new Set(names).size).toBe(names.length);
  expect(Object.keys(allInputs)).toHaveLength(names.length);
});

test.each(uses)('%s of %s: its default and its example are valid', (name, _, definition) => {
  const { kind, default: fallback, example, otherwise } = definition;
  if (fallback !== undefined) expect(() => kind.parse(fallback)).not.toThrow();
  // A secret has no example, and an input that only GitHub sets has none either.
  if (example !== '' && example !== '(a secret)') expect(() => kind.parse(example)).not.toThrow();
  // An unset input has a meaning, and the default column says which.
  const required = 'required' in definition;
  if (!required && fallback === undefined && !/^(name|region)$/.test(name)) expect(otherwise).toBeDefined();
  expect(fallback !== undefined && otherwise !== undefined).toBe(false);
});

test.each(uses)('%s of %s is described in plain sentences', (_, __, { sentence }) => {
  expect(sentence).toMatch(/^[A-Z`].*[.]$/);
  // The runner evaluates expressions in a description and refuses the whole action.
  expect(sentence).not.toContain('${{');
  expect(sentence).not.toMatch(/Default|Example/);
});

test('an input that may hold a secret is hidden', () => {
  const hidden = Object.entries(allInputs).filter(
    ([, { secret, shown, kind }]) => !secret && ['keys', 'origin', 'hidden'].includes(shown ?? kind.shown),
  );
  expect(hidden.map(([name]) => name).sort()).toEqual(
    [
      'build_environment_variables',
      'command',
      'counts_command',
      'description',
      'env_vars',
      'environment_variables',
      'event_trigger_filters',
      'front_url',
      'labels',
      'parameters',
      'probe_urls',
      'prometheus_url',
      'secrets',
      'url',
    ].sort(),
  );
  const secrets = Object.keys(allInputs).filter((name) => /_(token|api_key|json|password)$/.test(name));
  expect(secrets.length).toBeGreaterThanOrEqual(4);
  for (const name of secrets) expect([name, allInputs[name]?.secret]).toEqual([name, true]);
});

describe('the types follow from the table', () => {
  const read = <A extends ActionName>(action: A) => new InputReader({}).of(action);
  test('an input with a default always has a value, and without one it may be undefined', () => {
    const canary: number[] = read('release').canary;
    const slo: number | undefined = read('watch').slo;
    const target: number | 'none' = read('rollback').slo;
    const mode: 'verify' | 'enforce' = read('guard').mode;
    const memory: string | undefined = read('deploy').memory;
    // @ts-expect-error guard does not declare canary
    const none = read('guard').canary;
    // @ts-expect-error slo may be undefined in a watch
    const sure: number = read('watch').slo;
    expect([canary, slo, target, mode, memory, none, sure]).toEqual([
      [5, 25, 50, 100],
      undefined,
      0.995,
      'verify',
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('every action has the inputs that the table gives it, and no other', () => {
    for (const action of actions)
      expect(Object.keys(read(action) as Inputs<typeof action>)).toEqual(inputsOf(action));
  });
});
