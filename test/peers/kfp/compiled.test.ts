import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readCompiled } from '../../../src/domain/pipeline/compiled.ts';
import { checkParameters, parseAssignments } from '../../../src/domain/pipeline/parameters.ts';

/**
 * The compiler of Kubeflow Pipelines itself: examples/pipeline/pipeline.py and the pipelines of test/domain/pipeline/files compile to what is kept
 * beside them, and what the example's tasks do is run with Python alone.
 */

jest.setTimeout(300_000);
const python = join(homedir(), '.cache/backstay-peers/kfp/bin/python');
const root = join(import.meta.dirname, '../../..');
// The program comes last: an interrupted installation has only Python.
const isThere = existsSync(join(python, '../kfp'));
if (!isThere) console.warn('Skipped: the compiler of Kubeflow Pipelines. .ci/run installs it.');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bs-kfp-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

(isThere ? describe : describe.skip)('kfp 2', () => {
  test.each([
    ['examples/pipeline', 'pipeline.py', ['pipeline.yaml']],
    ['test/domain/pipeline/files', 'kfp2.py', ['nested.yaml', 'nested.json']],
  ])('%s/%s compiles to what is kept beside it', (where, source, made) => {
    copyFileSync(join(root, where, source), join(folder, source));
    execFileSync(python, [source], { cwd: folder, stdio: 'pipe' });
    for (const name of made) {
      const text = readFileSync(join(folder, name), 'utf8');
      expect(text).toBe(readFileSync(join(root, where, name), 'utf8'));
      expect(readCompiled(text)).not.toHaveProperty('problems');
    }
  });

  test('pipelines of every form are read alike as YAML and as JSON, and each mistake is told at once', () => {
    execFileSync(python, [join(import.meta.dirname, 'forms.py'), folder], { stdio: 'pipe' });
    const read = (name: string) => readCompiled(readFileSync(join(folder, name), 'utf8'));
    const good = (name: string) => {
      const found = read(`${name}.yaml`);
      expect([name, found]).toEqual([name, read(`${name}.json`)]);
      if ('problems' in found) throw new Error(`${name}: ${JSON.stringify(found.problems)}`);
      return found;
    };
    const told = (name: string, given: string) =>
      checkParameters(good(name), parseAssignments(given)).problems;
    const pathsOf = (name: string) =>
      good(name)
        .tasks.map(
          ({ path, isGroup, mayBeCached }) => `${path}${isGroup ? '/' : ''}${mayBeCached ? ' cached' : ''}`,
        )
        .sort();
    const pairs = (name: string) => good(name).inputs.map((input) => [input.name, input.type, input.default]);

    expect(pathsOf('conditions')).toEqual([
      'say cached',
      'wanted.condition-branches-2.condition-3.train cached',
      'wanted.condition-branches-2.condition-3/',
      'wanted.condition-branches-2.condition-4.train-2 cached',
      'wanted.condition-branches-2.condition-4/',
      'wanted.condition-branches-2.condition-5.say-2 cached',
      'wanted.condition-branches-2.condition-5/',
      'wanted.condition-branches-2/',
      'wanted/',
    ]);
    expect(told('conditions', 'flag=yes\nmod=slow')).toEqual([
      'flag: expected true or false',
      'the pipeline has no input mod (did you mean mode?)',
    ]);

    expect(pathsOf('loops')).toEqual([
      'for-loop-1.for-loop-3.train-2 cached',
      'for-loop-1.for-loop-3/',
      'for-loop-1.train cached',
      'for-loop-1/',
      'for-loop-4.train-3 cached',
      'for-loop-4/',
      'gather cached',
      'sizes cached',
    ]);
    expect(pairs('loops')).toEqual([
      ['items', 'list', [1, 2, 3]],
      ['more', 'list', [{ a: 1 }]],
    ]);
    expect(told('loops', 'items=1,2\nmore={"a": 1}')).toEqual([
      'items: expected a list in JSON, such as ["a", "b"]',
      'more: expected a list in JSON, such as ["a", "b"]',
    ]);

    expect(pathsOf('exit-handler')).toEqual(['after cached', 'all of it.train cached', 'all of it/']);
    expect(pathsOf('nested-pipelines')).toEqual([
      ...['inner-2.train cached', 'inner-2/ cached', 'inner.train cached', 'inner/ cached', 'say cached'],
    ]);
    expect(told('nested-pipelines', 'epochs=2.5\nrate=1')).toEqual([
      'epochs: expected a whole number',
      'the pipeline has no input rate; it has epochs',
    ]);
    expect(pathsOf('importer')).toEqual([
      'importer cached',
      'importer-2 cached',
      'measure cached',
      'measure-2 cached',
    ]);
    expect(told('importer', '')).toEqual(['uri is missing: expected text']);

    expect(
      good('optional-inputs').inputs.map((input) => [input.type, input.required, input.default]),
    ).toEqual([
      ['string', false, undefined],
      ['integer', false, undefined],
      ['list', false, undefined],
      ['struct', false, undefined],
      ['boolean', false, undefined],
      ['double', false, undefined],
      ['string', false, ''],
    ]);
    expect(told('optional-inputs', 'b=x\nc={}\nd=[]\ne=1\nf=1,5')).toEqual([
      'b: expected a whole number',
      'c: expected a list in JSON, such as ["a", "b"]',
      'd: expected an object in JSON, such as {"a": 1}',
      'e: expected true or false',
      'f: expected a number',
    ]);

    expect(pairs('defaults')).toEqual([
      ['big', 'integer', 2 ** 40],
      ['d', 'struct', {}],
      ['d2', 'struct', { a: { b: 1.5 }, c: [] }],
      ['e', 'string', ''],
      ['f', 'double', 2],
      ['han', 'string', '글자 ☃'],
      ['i', 'integer', 7],
      ['l', 'list', []],
      ['l2', 'list', [1, 'a', { x: [true] }]],
      ['neg', 'integer', -3],
      ['no', 'boolean', false],
      ['s', 'string', '3'],
      ['s2', 'string', 'true'],
      ['sci', 'double', 0.00001],
      ['t', 'boolean', true],
      ['u', 'string', 'no'],
    ]);
    // kfp quotes only what PyYAML would take for something else. These are text, whatever YAML 1.2 says.
    expect(good('like-numbers').inputs.filter(({ type }) => type === 'string')).toHaveLength(16);
    expect(JSON.stringify(good('like-numbers').spec)).toContain(
      '"env":[{"name":"DAY","value":"08"},{"name":"SHA","value":"1234e56"}]',
    );

    expect(pathsOf('retries')).toEqual(['Train the model (v2)', 'say cached']);
    expect(pathsOf('one-of')).toHaveLength(6);
    expect(pairs('names')).toEqual([
      ['UPPER', 'integer', 1],
      ['dashed_name_1', 'double', 0],
      ['under_score', 'string', undefined],
    ]);
    expect(good('default-root').root).toBe('gs://from-file/root');
    expect(pathsOf('train')).toEqual(['train cached']);

    for (const name of ['artifact-inputs', 'list-of-artifacts'])
      expect(read(`${name}.yaml`)).toMatchObject({
        problems: [{ what: expect.stringContaining('is an artefact') }],
      });
    // kfp itself writes no YAML here, and its JSON is good.
    expect(read('two-lines.yaml')).toMatchObject({
      problems: [
        {
          what: expect.stringContaining('a default of more than one line'),
          fix: expect.stringContaining('JSON'),
        },
      ],
    });
    expect(read('two-lines.json')).not.toHaveProperty('problems');
  });

  test('the tasks of the example learn from lines, and measure what they have learnt', () => {
    const script = `
import json, sys, types
sys.path.insert(0, ${JSON.stringify(join(root, 'examples/pipeline'))})
import pipeline as p
class Artifact(types.SimpleNamespace):
    def log_metric(self, name, value): self.metadata[name] = value
artifact = lambda name: Artifact(path=name, metadata={})
sets = artifact('t'), artifact('v')
p.prepare.python_func('pairs.tsv', 0.5, *sets)
model, metrics = artifact('m'), artifact('x')
p.train.python_func(sets[0], 2, model)
cer = p.evaluate.python_func(sets[1], model, metrics)
print(json.dumps({'model': json.load(open('m')), 'cer': cer, 'metrics': metrics.metadata, 'lines': [s.metadata['lines'] for s in sets]}))
`;
    const lines = Array.from({ length: 60 }, (_, at) => `letter 0${at}\tletter O${at}`);
    writeFileSync(join(folder, 'pairs.tsv'), `${lines.join('\n')}\n`);
    const made = JSON.parse(execFileSync(python, ['-c', script], { cwd: folder, stdio: 'pipe' }).toString());
    expect(made.lines[0] + made.lines[1]).toBe(60);
    expect(made.model).toEqual({ 0: 'O' });
    expect(made.metrics.cer).toBe(made.cer);
    // Only numbers with a zero of their own are read wrongly now.
    expect(made.cer).toBeGreaterThan(0);
    expect(made.cer).toBeLessThan(0.03);
  });
});
