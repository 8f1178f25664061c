import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { readCompiled, withCaching } from '../../../src/domain/pipeline/compiled.ts';
import {
  checkParameters,
  parseAssignments,
  runtimeParameters,
} from '../../../src/domain/pipeline/parameters.ts';
import type { CompiledPipeline } from '../../../src/domain/pipeline/types.ts';

/** Files that real compilers wrote. files/*.py says how. */

const textOf = (name: string) => readFileSync(join(import.meta.dirname, 'files', name), 'utf8');
const example = readFileSync(join(import.meta.dirname, '../../../examples/pipeline/pipeline.yaml'), 'utf8');

function good(text: string): CompiledPipeline {
  const read = readCompiled(text);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read;
}
const problems = (text: string): string[] => {
  const read = readCompiled(text);
  return 'problems' in read ? read.problems.map(({ what, line }) => (line ? `${line}: ${what}` : what)) : [];
};

describe('what compilers write', () => {
  test('kfp 2 in YAML: inputs with their types, and numeric defaults as numbers', () => {
    const { name, sdk, schema, inputs, tasks, root } = good(textOf('nested.yaml'));
    expect([name, sdk, schema, root]).toEqual(['nested', 'kfp-2.17.3', '2.1.0', undefined]);
    expect(inputs).toEqual([
      { name: 'epochs', type: 'integer', required: false, default: 3 },
      { name: 'options', type: 'struct', required: false, default: { a: 1 } },
      { name: 'quick', type: 'boolean', required: false, default: false },
      { name: 'rate', type: 'double', required: false, default: 1 },
      { name: 'sizes', type: 'list', required: false, default: [1, 2] },
      { name: 'where', type: 'string', required: true },
    ]);
    expect(tasks.map(({ path }) => path).sort()).toEqual([
      ...['condition-1', 'condition-1.publish', 'evaluate', 'for-loop-3', 'for-loop-3.again', 'train'],
    ]);
    expect(tasks.filter(({ isGroup }) => isGroup).map(({ name }) => name)).toEqual([
      'condition-1',
      'for-loop-3',
    ]);
  });

  test('JSON and YAML of one pipeline are one pipeline', () => {
    expect(good(textOf('nested.json'))).toEqual(good(textOf('nested.yaml')));
  });

  test('the wrapper of a job: its values are defaults, and its folder is the root', () => {
    const wrapped = good(
      JSON.stringify({
        displayName: 'x',
        pipelineSpec: parse(example),
        runtimeConfig: {
          gcsOutputDirectory: 'gs://b/runs',
          parameterValues: { pairs: 'gs://b/p', least: 5 },
        },
      }),
    );
    expect(wrapped.root).toBe('gs://b/runs');
    expect(wrapped.inputs.map((input) => input.default)).toEqual([0.2, 5, 'gs://b/p']);
  });

  test.each(['tfx.json', 'tfx-2.1.json'])('TFX as it compiles (%s): types, and no defaults', (name) => {
    const tfx = good(textOf(name));
    const schema = name === 'tfx.json' ? '2.0.0' : '2.1.0';
    expect([tfx.sdk, tfx.schema, tfx.root]).toEqual(['tfx-1.16.0', schema, 'gs://my-bucket/root']);
    expect(tfx.inputs).toEqual([
      { name: 'data', type: 'string', required: true },
      { name: 'rate', type: 'double', required: true },
      { name: 'train-steps', type: 'integer', required: true },
    ]);
    expect(tfx.tasks.map(({ path }) => path)).toEqual(['Pusher', 'latest_model', 'prepare', 'train']);
    // The source has defaults for both.
    expect(checkParameters(tfx, new Map([['data', 'gs://b/d']])).problems).toEqual([
      'rate is missing: expected a number (TFX leaves defaults of runtime parameters out of the file)',
      'train-steps is missing: expected a whole number (TFX leaves defaults of runtime parameters out of the file)',
    ]);
  });

  test('an older schema, whose values carry their types, with defaults beside the pipeline', () => {
    const job = JSON.parse(textOf('tfx.json'));
    job.runtimeConfig.parameters = { 'train-steps': { intValue: '100' }, rate: { doubleValue: 0.5 } };
    const tfx = good(JSON.stringify(job));
    expect(tfx.inputs.map((input) => input.default)).toEqual([undefined, 0.5, 100]);
    const { values, problems: found } = checkParameters(tfx, new Map([['data', 'gs://b/d']]));
    expect(found).toEqual([]);
    expect(runtimeParameters(tfx, values)).toEqual({
      parameters: {
        'train-steps': { intValue: '100' },
        rate: { doubleValue: 0.5 },
        data: { stringValue: 'gs://b/d' },
      },
    });
  });

  test.each(['08', '+08', '1e5', '12e34567', '1234e56', '.5e3', '0o17', '1.5e5'])(
    '%s is text for PyYAML, which kfp writes with, and so it is here',
    (text) => {
      const file = example.replace('defaultValue: 3.0', `defaultValue: 3.0\n        description: ${text}`);
      expect(JSON.stringify(good(file).spec)).toContain(`"description":"${text}"`);
    },
  );

  test.each([
    ['15', 15],
    ['-3', -3],
    ['0x1F', 31],
    ['2.0', 2],
    ['1.0e-05', 0.00001],
    ['1.0e+30', 1e30],
    ['-0.5', -0.5],
    ['true', true],
    ['null', null],
    ["'15'", '15'],
    ['2020-01-01', '2020-01-01'],
  ])('%s is %j', (text, value) => {
    const file = example.replace('defaultValue: 3.0', `defaultValue: 3.0\n        description: ${text}`);
    expect(JSON.stringify(good(file).spec)).toContain(`"description":${JSON.stringify(value)}`);
  });

  test('a second document with settings for Kubernetes is seen', () => {
    expect(good(`${example}\n---\nplatforms:\n  kubernetes: {}\n`).hasPlatform).toBe(true);
    expect(good(example).hasPlatform).toBe(false);
  });
});

describe('what is refused, with the reason', () => {
  test.each<[string, string, RegExp[]]>([
    ['kfp 1.8 for Vertex AI', textOf('kfp-1.8.json'), [/^kfp-1\.8\.22 compiled it.*from 2\.0 on$/]],
    ['kfp 1.8 for Argo', textOf('kfp-1.8-argo.yaml'), [/workflow for Argo, which kfp 1 writes/]],
    ['the source of a pipeline', textOf('kfp2.py'), [/source of a pipeline in Python/]],
    [
      'a sample that has been copied often',
      "from kfp.v2 import dsl, compiler\nfrom google.cloud import aiplatform\n\n@dsl.pipeline(name='x')\ndef p():\n    train = aiplatform.CustomJob(display_name='t', job_spec={})\n    aiplatform.ModelDeployOp(model=train.outputs['model'])\n",
      [
        /source of a pipeline/,
        /^1: kfp\.v2 is an old name/,
        /^6: aiplatform\.CustomJob is a call/,
        /^7: .*no ModelDeployOp/,
      ],
    ],
    [
      'a pipeline of SageMaker',
      '{"Version": "2020-12-01", "Steps": []}',
      [/definition of a pipeline of SageMaker/],
    ],
    ['nothing', '', [/no object at its top|empty/]],
    ['a list', '[1, 2]', [/no object at its top/]],
    ['half of a file', '{"pipelineSpec": {', [/begins as JSON and is none/]],
    ['YAML that is none', 'a: [1\nb: }', [/no YAML/]],
    ['something else', 'name: x\non: push\n', [/pipelineInfo, root, schemaVersion missing/]],
    [
      'no task',
      example.replace(/ {4}tasks:\n[\s\S]*?\n {2}inputDefinitions/, '    tasks: {}\n  inputDefinitions'),
      [/no task/],
    ],
    [
      'a default that is none',
      example.replace('defaultValue: 3.0', 'defaultValue: 3.5'),
      [/default of the input least is no integer/],
    ],
    [
      'a type that nobody can give',
      example.replace(
        'parameterType: STRING\nschemaVersion',
        'parameterType: TASK_FINAL_STATUS\nschemaVersion',
      ),
      [/the input pairs has the type TASK_FINAL_STATUS/],
    ],
    [
      'an artefact that nobody can give',
      example.replace(
        /inputDefinitions:\n {4}parameters:\n(?= {6}holdout)/,
        'inputDefinitions:\n    artifacts:\n      model: { artifactType: { schemaTitle: system.Model } }\n      old: { isOptional: true }\n    parameters:\n',
      ),
      [/the input model is an artefact/],
    ],
    [
      'a default of two lines, with which kfp breaks its own file',
      example.replace('# Inputs:', "# Inputs:\n#    note: str [Default: 'two\nlines']"),
      [/^6: kfp has written a default of more than one line into the comment/],
    ],
    [
      'a schema of the future',
      example.replace('schemaVersion: 2.1.0', 'schemaVersion: 3.0.0'),
      [/schemaVersion is "3\.0\.0"/],
    ],
  ])('%s', (_, text, expected) => {
    const found = problems(text);
    expect(found).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) expect(found[index]).toMatch(pattern);
  });

  test('no text makes the reader throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => `{"pipelineSpec":${text}}`),
        ),
        (text) => {
          readCompiled(text);
        },
      ),
      { numRuns: 2000, seed: 20261130 },
    );
    for (const bomb of [
      'a: &a [x]\n'.repeat(3),
      `${'['.repeat(5000)}`,
      `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    ])
      expect(problems(bomb).length).toBe(1);
  });
});

describe('parameters', () => {
  const nested = good(textOf('nested.yaml'));
  const check = (text: string) => checkParameters(nested, parseAssignments(text));

  test('every problem at once', () => {
    expect(check('epoch=3\nrate=fast\nquick=yes\nsizes={}\noptions=[1]\nepochs=2.5').problems).toEqual([
      'the pipeline has no input epoch (did you mean epochs?)',
      'rate: expected a number',
      'quick: expected true or false',
      'sizes: expected a list in JSON, such as ["a", "b"]',
      'options: expected an object in JSON, such as {"a": 1}',
      'epochs: expected a whole number',
      'where is missing: expected text',
    ]);
  });

  test.each([
    ['epochs=3', []],
    ['epochs=3.0', []],
    ['epochs=3e0', []],
    ['rate=1', []],
    ['options={"a": 1.0}', []],
    ['sizes=[1.0,2]', []],
    ['epochs=4.0', ['epochs']],
    ['sizes=[2,1]', ['sizes']],
  ])('%s differs from the default: %j', (line, expected) => {
    const { values, problems: found } = check(`where=x\n${line}`);
    expect(found).toEqual([]);
    expect([...values.keys()].filter((name) => name !== 'where')).toEqual(expected);
  });

  test('a value keeps its text: signs of equality, blanks inside, and what looks like a number', () => {
    const { values } = check('where= a = b #c ');
    expect(values.get('where')).toBe('a = b #c');
    expect(check('where=007').values.get('where')).toBe('007');
  });

  test.each(['epochs', '=3', 'a b=3', 'a=1\na=2'])(
    '%j is no list of parameters, and is not repeated',
    (text) => {
      expect(() => parseAssignments(text)).toThrow(/^expected /);
    },
  );

  test('caching for all tasks, those inside of groups too', () => {
    const off = withCaching(nested.spec, false);
    expect(JSON.stringify(off).match(/"enableCache":false/g)).toHaveLength(6);
    expect(JSON.stringify(off)).not.toContain('"enableCache":true');
  });
});
