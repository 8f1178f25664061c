import { describe, expect, test } from '@jest/globals';
import { askedModel } from '../../../src/actions/model/inputs.ts';
import { readRollback } from '../../../src/actions/rollback/inputs.ts';
import { InputReader } from '../../../src/inputs/reader.ts';

const provider = 'projects/1/locations/global/workloadIdentityPools/p/providers/q';
const where = {
  ...{ workload_identity_provider: provider, project_id: 'my-project' },
  ...{ name: 'ocr', region: 'us-central1' },
};

function problemsOf(given: Record<string, string>): string {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...where, ...given }))
    env[`INPUT_${name.toUpperCase()}`] = value;
  const inputs = new InputReader(env);
  readRollback({ inputs, env } as unknown as Parameters<typeof readRollback>[0]);
  try {
    inputs.done();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

const mlflow = 'mlflow://mlflow.example.com/ocr@candidate';

describe('the inputs of the model', () => {
  test.each([
    [{}, ''],
    [{ model: mlflow }, ''],
    [{ model: mlflow, model_alias: 'production', mlflow_token: 'x', mlflow_user: 'me' }, ''],
    [{ model: 'gs://bucket/o', model_alias: 'none' }, ''],
    [{ model_alias: 'production' }, 'expected model'],
    [{ mlflow_token: 'x' }, 'expected model'],
    [{ model: 'gs://bucket/o', model_alias: 'production' }, 'has no aliases'],
    // Its password may be a variable.
    [{ model: mlflow, mlflow_user: 'me' }, ''],
    [{ model: mlflow, model_alias: 'latest' }, 'an alias such as champion'],
    [{ model: mlflow, model_alias: 'v7' }, 'an alias such as champion'],
    [{ model: 's3://bucket/o' }, 'expected'],
    [{ model: 'vertex://ocr@candidate', model_alias: 'champion-2' }, ''],
    // Vertex AI would refuse these only after the promotion.
    [{ model: 'vertex://ocr@candidate', model_alias: 'Champion' }, 'that this registry takes'],
    [{ model: 'vertex://ocr@candidate', model_alias: 'on_air' }, 'that this registry takes'],
    [{ model: 'vertex://ocr@candidate', model_alias: 'c' }, 'that this registry takes'],
  ] as [Record<string, string>, string][])('%j: %s', (given, problem) => {
    const text = problemsOf(given);
    if (problem === '') expect(text).toBe('');
    else expect(text).toContain(problem);
  });

  test('a password in a reference is not repeated', () => {
    const text = problemsOf({ model: 'mlflow://me:hunter2-hunter2@mlflow.example.com/ocr@candidate' });
    expect(text).toContain('expected');
    expect(text).not.toContain('hunter2');
  });

  test.each([
    [
      'secrets',
      'serviceConfig.secretEnvironmentVariables',
      [{ key: 'MODEL_URI', secret: 'x', version: '1' }],
    ],
    ['environment_variables', 'serviceConfig.environmentVariables', { MODEL_URI: 'mine' }],
  ])('a variable of the model that %s sets as well is refused', (input, path, value) => {
    const problems: unknown[] = [];
    const reader = { isSet: () => false, problem: (...one: unknown[]) => problems.push(one) };
    const values = { model: 'gs://bucket/o', model_alias: 'none' };
    askedModel(reader as unknown as InputReader, values, new Map([[path, value]]));
    expect(problems).toEqual([[[input, 'model'], 'expected no MODEL_URI, because model sets it']]);
  });
});
