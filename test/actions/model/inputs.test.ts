import { describe, expect, test } from '@jest/globals';
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
    [{ model: mlflow, mlflow_user: 'me' }, 'password'],
    [{ model: mlflow, model_alias: 'latest' }, 'an alias such as champion'],
    [{ model: mlflow, model_alias: 'v7' }, 'an alias such as champion'],
    [{ model: 's3://bucket/o' }, 'expected'],
  ] as [Record<string, string>, string][])('%j: %s', (given, problem) => {
    const text = problemsOf(given);
    if (problem === '') expect(text).toBe('');
    else expect(text).toContain(problem);
  });
});
