import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { readCompiled } from '../../../src/domain/pipeline/compiled.ts';
import { type PipelineWorld, pipelineWorld } from '../../support/pipeline-world.ts';

/**
 * What kfp 1.8 itself compiles is refused before anything is sent, with the repair. And the repair is true: kfp 2 compiles the same source, and
 * its file is taken.
 */

jest.setTimeout(300_000);
const peers = join(homedir(), '.cache/backstay-peers');
const root = join(import.meta.dirname, '../../..');
const kept = join(root, 'test/domain/pipeline/files');
// The program comes last: an interrupted installation has only Python.
const has = (name: string) => existsSync(join(peers, name, 'bin/kfp'));
if (!has('kfp1')) console.warn('Skipped: the compiler of kfp 1.8. .ci/run installs it.');
if (!has('kfp')) console.warn('Skipped: the same sources with kfp 2. .ci/run installs it.');

let w: PipelineWorld;
beforeAll(async () => {
  w = await pipelineWorld();
});
afterAll(() => w?.stop());

/** Compiles a source in a folder of its own, as a person with that version does. */
function compile(version: 'kfp' | 'kfp1', name: string, source: string): void {
  const folder = join(w.folder, version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), source);
  execFileSync(join(peers, version, 'bin/python'), [name], { cwd: folder, stdio: 'pipe' });
}

const read = (version: 'kfp' | 'kfp1', name: string) => readFileSync(join(w.folder, version, name), 'utf8');
const guide = readFileSync(join(import.meta.dirname, 'guide.py'), 'utf8');
/** The example with the imports that kfp 1.8 asks for. It knows JSON only. */
const example = readFileSync(join(root, 'examples/pipeline/pipeline.py'), 'utf8')
  .replace('from kfp import', 'from kfp.v2 import')
  .replace('from kfp.dsl import', 'from kfp.v2.dsl import')
  .replaceAll('pipeline.yaml', 'example.json');

const old = has('kfp1') ? test : test.skip;
const both = has('kfp1') && has('kfp') ? test : test.skip;

const refused = [
  [
    'guide.py',
    guide,
    'pipeline.json',
    /^kfp-1\.8\.22 compiled it, and Vertex AI Pipelines supports kfp from 2\.0 on/,
  ],
  ['example.py', example, 'example.json', /^kfp-1\.8\.22 compiled it/],
  ['kfp1.py', readFileSync(join(kept, 'kfp1.py'), 'utf8'), 'kfp-1.8.json', /^kfp-1\.8\.22 compiled it/],
  [
    'kfp1.py',
    readFileSync(join(kept, 'kfp1.py'), 'utf8'),
    'kfp-1.8-argo.yaml',
    /workflow for Argo, which kfp 1 writes/,
  ],
] as const;

old.each(refused)(
  '%s: the step refuses what kfp 1.8 makes of it (%#)',
  async (source, text, made, reason) => {
    compile('kfp1', source, text);
    const found = readCompiled(read('kfp1', made));
    if (!('problems' in found)) throw new Error(`${made} was taken`);
    expect(found.problems).toHaveLength(1);
    expect(found.problems[0]?.what).toMatch(reason);
    expect(found.problems[0]?.fix).toMatch(
      /^Compile the pipeline with kfp 2 and give the file that it writes\./,
    );

    const before = w.state.created.length;
    const { what, fix } = found.problems[0] ?? { what: '', fix: '' };
    const told = `An input is wrong: pipeline_file: ${what}. ${fix}`;
    await expect(w.run({ pipeline_file: `kfp1/${made}` })).rejects.toThrow(told);
    expect(w.state.created).toHaveLength(before);
  },
);

old('the files that the tests keep are what kfp 1.8 writes', () => {
  compile('kfp1', 'kfp1.py', readFileSync(join(kept, 'kfp1.py'), 'utf8'));
  const timeless = (text: string) => text.replace(/(pipeline_compilation_time: ')[^']+/, '$1');
  for (const name of ['kfp-1.8.json', 'kfp-1.8-argo.yaml'])
    expect(timeless(read('kfp1', name))).toBe(timeless(readFileSync(join(kept, name), 'utf8')));
});

both('the repair is true: kfp 2 compiles the same source, and the step runs it', async () => {
  for (const [source, text, made] of [
    ['guide.py', guide, 'pipeline.json'],
    ['example.py', example, 'example.json'],
  ] as const) {
    compile('kfp1', source, text);
    compile('kfp', source, text);
    const now = readCompiled(read('kfp', made));
    if ('problems' in now) throw new Error(JSON.stringify(now.problems));
    // The two compilers mean the same pipeline.
    const before = JSON.parse(read('kfp1', made)).pipelineSpec;
    expect(now.name).toBe(before.pipelineInfo.name);
    expect(now.inputs.map(({ name }) => name).sort()).toEqual(
      Object.keys(before.root.inputDefinitions.parameters).sort(),
    );
  }
  w.tasks({ evaluate: { metadata: { metrics: { cer: 0.02 } }, returns: { Output: 0.02 } } });
  const before = w.state.created.length;
  const ran = await w.run({ pipeline_file: 'kfp/pipeline.json', parameters: 'pairs=x\nepochs=5' });
  expect([ran.report.verdict, ran.report.reason]).toEqual([
    'pass',
    expect.stringContaining('The job succeeded'),
  ]);
  expect(w.state.created).toHaveLength(before + 1);
  expect(w.state.jobs.get(w.state.created.at(-1) ?? '')?.body).toMatchObject({
    runtimeConfig: { parameterValues: { pairs: 'x', epochs: 5, rate: 0.5 } },
  });
});
