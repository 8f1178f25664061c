import { expect, test } from '@jest/globals';
import { readRelease } from '../../../src/actions/release/inputs.ts';
import { InputReader } from '../../../src/inputs/reader.ts';

/** The inputs of a release, as a job with `timeout-minutes` gives them. Returns what is wrong with them. */
async function problemOf(given: Record<string, string>): Promise<string> {
  const env: Record<string, string> = { GITHUB_WORKSPACE: import.meta.dirname };
  const all = {
    name: 'ocr',
    project_id: 'my-project',
    workload_identity_provider: 'projects/1/locations/global/workloadIdentityPools/p/providers/q',
    ...given,
  };
  for (const [name, value] of Object.entries(all)) env[`INPUT_${name.toUpperCase()}`] = value;
  const inputs = new InputReader(env);
  await readRelease({ inputs, env });
  try {
    inputs.done();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([
  [{}, ''],
  [{ job_timeout: '130m' }, ''],
  [
    { job_timeout: '60m' },
    'this release can take 2h05m, of which 36m00s are set by canary and step_duration. Give the job 130 minutes',
  ],
  [{ job_timeout: '130m', duration: '2h' }, 'of which 2h07m are set by duration. Give the job 240 minutes'],
  [{ job_timeout: '80m', canary: 'none', wait_for_other: '0s', propagation_timeout: '1m' }, ''],
])('%j: %s', async (given, problem) => {
  const found = await problemOf(given);
  if (problem === '') expect(found).toBe('');
  else expect(found).toContain(problem);
});
