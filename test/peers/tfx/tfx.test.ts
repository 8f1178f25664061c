import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readCompiled } from '../../../src/domain/pipeline/compiled.ts';

/**
 * TFX's own compiler for Vertex AI, tfx.orchestration.kubeflow.v2 of TFX 1.16.0. compile.py names the libraries that are empty modules:
 * those that run inside the tasks, such as TensorFlow. The first test holds that TFX compiles its own test's pipeline to its own golden file so.
 */

jest.setTimeout(300_000);
const python = join(homedir(), '.cache/backstay-peers/tfx/bin/python');
const files = join(import.meta.dirname, '../../domain/pipeline/files');
// The program comes last: an interrupted installation has only Python.
const isThere = existsSync(join(python, '../tfx'));
if (!isThere) console.warn('Skipped: the compiler of TFX. .ci/run installs it.');

let folder: string;
let told: { version: string; golden: Record<string, boolean>; others: string[] };
beforeAll(() => {
  if (!isThere) return;
  folder = mkdtempSync(join(tmpdir(), 'bs-tfx-'));
  const args = [join(import.meta.dirname, 'compile.py'), folder, join(files, 'tfx.py')];
  told = JSON.parse(execFileSync(python, args, { stdio: 'pipe' }).toString().trim().split('\n').at(-1) ?? '');
});
afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const made = (name: string) => readFileSync(join(folder, `${name}.json`), 'utf8');

(isThere ? describe : describe.skip)('TFX', () => {
  test('without its libraries it compiles to its own golden files, those of schema 2.1 and of the one before', () => {
    expect(told.golden).toEqual({
      '/v2/testdata/expected_two_step_pipeline_job.json': true,
      '/v2/testdata/legacy/expected_two_step_pipeline_job.json': true,
    });
  });

  test.each(['tfx', 'tfx-2.1'])('the pipeline of this repository compiles to %s.json', (name) => {
    const [now, kept] = [made(name), readFileSync(join(files, `${name}.json`), 'utf8')].map((text) => {
      const { labels, ...job } = JSON.parse(text);
      // It names the Python of this machine.
      expect(labels.tfx_py_version).toMatch(/^3-\d+$/);
      return { ...job, labels: { ...labels, tfx_py_version: '' } };
    });
    expect(now).toEqual(kept);
  });

  test('the pipelines of its own tests are read, with their inputs and every task', () => {
    const types = {
      STRING: 'string',
      INT: 'integer',
      DOUBLE: 'double',
      NUMBER_INTEGER: 'integer',
      NUMBER_DOUBLE: 'double',
    };
    expect(told.others.length).toBeGreaterThan(5);
    for (const name of told.others.flatMap((one) => [one, `${one}-2.1`])) {
      const { pipelineSpec: spec, runtimeConfig } = JSON.parse(made(name));
      const read = readCompiled(made(name));
      if ('problems' in read) throw new Error(`${name}: ${JSON.stringify(read.problems)}`);
      expect(read.name).toBe(spec.pipelineInfo.name);
      expect(read.schema).toBe(name.endsWith('-2.1') ? '2.1.0' : '2.0.0');
      expect(read.root).toBe(runtimeConfig.gcsOutputDirectory);
      expect(read.tasks.map((task) => task.name).sort()).toEqual(Object.keys(spec.root.dag.tasks).sort());
      const declared: [string, { type: keyof typeof types; parameterType: keyof typeof types }][] =
        Object.entries(spec.root.inputDefinitions?.parameters ?? {});
      expect(read.inputs.map((input) => [input.name, input.type])).toEqual(
        declared.map(([input, one]) => [input, types[one.parameterType ?? one.type]]),
      );
    }
  });
});
