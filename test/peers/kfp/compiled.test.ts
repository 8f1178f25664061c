import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readCompiled } from '../../../src/domain/pipeline/compiled.ts';

/**
 * The compiler of Kubeflow Pipelines itself: examples/pipeline/pipeline.py and the pipelines of test/domain/pipeline/files compile to what is kept
 * beside them, and what the example's tasks do is run with Python alone.
 */

jest.setTimeout(120_000);
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
