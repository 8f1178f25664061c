import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

/** Actions that are made of steps which run other actions of this project. test/peers/act runs their README. */

const root = join(import.meta.dirname, '..');
const text = (file: string) => readFileSync(join(root, file), 'utf8');

interface Action {
  inputs: Record<string, { required?: boolean; default?: string; description?: string }>;
  outputs: Record<string, { value?: string }>;
  runs: { using: string; steps: { id: string; if?: string; uses: string; with: Record<string, string> }[] };
}
const read = (file: string) => parse(text(file)) as Action;
const composites = globSync('actions/*/action.yml', { cwd: root }).filter(
  (file) => read(file).runs.using === 'composite',
);

test('there is one', () => expect(composites).toEqual(['actions/candidate/action.yml']));

describe.each(composites)('%s', (file) => {
  const action = read(file);
  const steps = action.runs.steps.map((step) => ({
    ...step,
    inner: read(
      `${/^backstay-release\/backstay\/(actions\/[a-z-]+)@(v\d+|[0-9a-f]{40})$/.exec(step.uses)?.[1]}/action.yml`,
    ),
  }));

  test('gives each step inputs that it has, all that it needs, and its own inputs by their names', () => {
    for (const { inner, with: given } of steps) {
      expect(Object.keys(given).filter((name) => !(name in inner.inputs))).toEqual([]);
      const needed = Object.entries(inner.inputs).filter(([, { required }]) => required);
      expect(needed.map(([name]) => name).filter((name) => !(name in given))).toEqual([]);
      for (const [name, value] of Object.entries(given))
        if (value.toString().includes('inputs.'))
          expect(value).toMatch(
            new RegExp(`^\\$\\{\\{ inputs\\.${name}( \\|\\| ('[a-z0-9-]+'|inputs\\.service))? \\}\\}$`),
          );
    }
  });

  test('gives one input to several steps only if it means the same in each', () => {
    const said = new Map<string, Set<string>>();
    for (const { inner, with: given } of steps)
      for (const name of Object.keys(given).filter((one) => String(given[one]).includes(`inputs.${one}`)))
        said.set(
          name,
          (said.get(name) ?? new Set()).add(inner.inputs[name]?.description?.split('. ')[0] ?? ''),
        );
    // Different words for the same thing.
    for (const name of ['name', 'service_account', 'propagation_timeout']) said.delete(name);
    const differ = [...said].filter(([, words]) => words.size > 1).map(([name, words]) => [name, ...words]);
    expect(differ).toEqual([]);
  });

  test('uses every input in a step, and has no default that differs from the one of the step', () => {
    const used = new Set(steps.flatMap(({ with: given }) => Object.keys(given)));
    for (const [name, input] of Object.entries(action.inputs)) {
      expect([...used]).toContain(name);
      const inner = steps.filter(({ with: given }) => String(given[name]).includes(`inputs.${name}`));
      for (const step of inner) expect(input.default).toBe(step.inner.inputs[name]?.default);
    }
  });

  test('hands over outputs that the steps have, and its README lists all of them', () => {
    const page = text(file.replace('action.yml', 'README.md'));
    for (const [name, { value = '' }] of Object.entries(action.outputs)) {
      expect(page).toContain(`\`${name}\``);
      const sources = [...value.matchAll(/steps\.(\w+)\.outputs\.(\w+)/g)];
      expect(sources.length).toBeGreaterThan(0);
      for (const [, id, output] of sources)
        expect(Object.keys(steps.find((step) => step.id === id)?.inner.outputs ?? {})).toContain(output);
    }
  });

  test('has no expression in a description', () => {
    for (const { description = '' } of Object.values(
      action.inputs as Record<string, { description?: string }>,
    ))
      expect(description).not.toContain('${{');
  });
});
