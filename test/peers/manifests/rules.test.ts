import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { actionFiles } from '../workflows/published.ts';
import { expressionsIn, usedBy } from './expressions.ts';
import { problemsOf } from './rules.ts';

const root = join(import.meta.dirname, '../../..');
const read = (file: string) => parse(readFileSync(join(root, file), 'utf8'));

describe('every action.yml, by the rules of the runner', () => {
  test.each(actionFiles())('%s can be loaded', (file) => {
    const manifest = read(file);
    expect(problemsOf(manifest)).toEqual([]);
    for (const path of [manifest.runs.main, manifest.runs.post].filter(Boolean))
      expect([path, existsSync(join(root, dirname(file), path))]).toEqual([path, true]);
    // A runner without `job.check_run_id` gives the input an empty text, so nothing may need it.
    for (const input of Object.values<{ required?: boolean; default?: string }>(manifest.inputs ?? {}))
      if (input.default?.includes(`\${{`)) expect(input.required).not.toBe(true);
  });
});

describe('what the runner refuses is found', () => {
  const good = () => ({
    name: 'Action',
    description: 'Does it.',
    inputs: { token: { description: 'A token.', default: `\${{ github.token }}` } },
    outputs: { result: { description: 'The result.' } },
    runs: { using: 'node24', main: 'main.js', post: 'post.js', 'post-if': 'always()' } as object,
  });
  const composite = (step: object, value: string | undefined = `\${{ steps.one.outputs.x }}`) => ({
    ...good(),
    outputs: { result: { description: 'The result.', ...(value ? { value } : {}) } },
    runs: { using: 'composite', steps: [step] },
  });
  const run = { id: 'one', shell: 'bash', run: 'true' };

  test('two good ones', () => {
    expect(problemsOf(good())).toEqual([]);
    const step = { ...run, if: "always() && inputs.token != ''", env: { A: `\${{ runner.temp }}` } };
    expect(problemsOf(composite(step))).toEqual([]);
    expect(problemsOf(composite({ uses: 'a/b@v1', with: { x: `\${{ inputs.token }}` } }))).toEqual([]);
  });

  test.each<[string, unknown]>([
    [
      'inputs.token.description: an expression is not allowed here',
      { ...good(), inputs: { token: { description: `As \${{ secrets.TOKEN }}.` } } },
    ],
    [
      'action.yml.description: an expression is not allowed here',
      { ...good(), description: `\${{ github.token }}` },
    ],
    ['action.yml.name: an expression is not allowed here', { ...good(), name: `\${{ github.job }}` }],
    [
      'inputs.token.default: secrets is unknown here',
      { ...good(), inputs: { token: { description: 'x', default: `\${{ secrets.TOKEN }}` } } },
    ],
    [
      'inputs.token.default: inputs is unknown here',
      { ...good(), inputs: { token: { description: 'x', default: `\${{ inputs.other }}` } } },
    ],
    [
      'inputs.token.default: env is unknown here',
      { ...good(), inputs: { token: { description: 'x', default: `\${{ env.TOKEN }}` } } },
    ],
    [
      'inputs.token.default: always is unknown here',
      { ...good(), inputs: { token: { description: 'x', default: `\${{ always() }}` } } },
    ],
    [
      'inputs.token.default: expected a text',
      { ...good(), inputs: { token: { description: 'x', default: ['a'] } } },
    ],
    [
      'inputs.token: type is unknown',
      { ...good(), inputs: { token: { description: 'x', type: 'boolean' } } },
    ],
    ['inputs.token: description is missing', { ...good(), inputs: { token: {} } }],
    [
      'outputs.result.description: an expression is not allowed here',
      { ...good(), outputs: { result: { description: `\${{ github.sha }}` } } },
    ],
    [
      'outputs.result: secret is unknown',
      { ...good(), outputs: { result: { description: 'x', secret: true } } },
    ],
    ['outputs.result: value is missing', composite(run, '')],
    ['outputs.result.value: secrets is unknown here', composite(run, `\${{ secrets.X }}`)],
    ['outputs.result.value: needs is unknown here', composite(run, `\${{ needs.a.outputs.x }}`)],
    ['runs.using: node25 is not supported', { ...good(), runs: { using: 'node25', main: 'main.js' } }],
    ['runs: main is missing', { ...good(), runs: { using: 'node24' } }],
    ['runs: steps is unknown', { ...good(), runs: { using: 'node24', main: 'main.js', steps: [] } }],
    [
      'runs.main: an expression is not allowed here',
      { ...good(), runs: { using: 'node24', main: `\${{ inputs.token }}` } },
    ],
    ['action.yml: runs is missing', { name: 'x', description: 'y' }],
    ['action.yml: permissions is unknown', { ...good(), permissions: {} }],
    ['runs.steps: expected a list of steps', { ...composite(run), runs: { using: 'composite', steps: [] } }],
    ['runs.steps[0]: shell is missing', composite({ id: 'one', run: 'true' })],
    ['runs.steps[0]: timeout-minutes is unknown', composite({ ...run, 'timeout-minutes': 5 })],
    ['runs.steps[0].run: secrets is unknown here', composite({ ...run, run: `echo \${{ secrets.X }}` })],
    ['runs.steps[0].run: vars is unknown here', composite({ ...run, run: `echo \${{ vars.X }}` })],
    ['runs.steps[0].if: secrets is unknown here', composite({ ...run, if: "secrets.X != ''" })],
    [
      'runs.steps[0].uses: an expression is not allowed here',
      composite({ uses: `a/b@\${{ github.action_ref }}` }),
    ],
    ['runs.steps[0]: shell is unknown', composite({ uses: 'a/b@v1', shell: 'bash' })],
  ])('%s', (problem, manifest) => {
    expect(problemsOf(manifest)).toContain(problem);
  });

  test('names in texts and properties are no contexts', () => {
    expect(usedBy("github.event.inputs['secrets'] == 'env.x' && contains(job.name, 'it''s')")).toEqual({
      contexts: ['github', 'job'],
      functions: [],
    });
    expect(usedBy('hashFiles(matrix.file) || TRUE')).toEqual({
      contexts: ['matrix'],
      functions: ['hashFiles'],
    });
    expect(expressionsIn(`a \${{ 'b }} c' }} d \${{ e }}`)).toEqual([" 'b }} c' ", ' e ']);
    expect(() => expressionsIn(`a \${{ b`)).toThrow('does not end');
  });
});
