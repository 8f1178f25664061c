import { describe, expect, test } from '@jest/globals';
import { readRelease } from '../../../src/actions/release/inputs.ts';
import { deployIn } from '../../../src/actions/release/regions.ts';
import { InputReader } from '../../../src/inputs/reader.ts';

/** `regions` as users write it, and what cannot be combined with it. */
async function read(given: Record<string, string>) {
  const env: Record<string, string> = { GITHUB_WORKSPACE: import.meta.dirname };
  const all = {
    name: 'ocr',
    project_id: 'my-project',
    workload_identity_provider: 'projects/1/locations/global/workloadIdentityPools/p/providers/q',
    ...given,
  };
  for (const [name, value] of Object.entries(all)) env[`INPUT_${name.toUpperCase()}`] = value;
  const inputs = new InputReader(env);
  const release = await readRelease({ inputs, env });
  try {
    inputs.done();
    return { release, problem: '' };
  } catch (error) {
    return { release, problem: (error as Error).message };
  }
}

describe('regions', () => {
  test.each([
    ['europe-west1; us-central1', [['europe-west1'], ['us-central1']]],
    [' europe-west1 ,us-east1 ;\n us-central1;\n', [['europe-west1', 'us-east1'], ['us-central1']]],
    ['europe-west1', undefined],
  ])('%j', async (regions, waves) => {
    const { release, problem } = await read({ regions });
    expect(problem).toBe('');
    expect(release.several?.waves).toEqual(waves);
    expect(release.stages.deploy.region).toBe('europe-west1');
  });

  const two = 'europe-west1; us-central1';
  test.each<[Record<string, string>, string]>([
    [{ regions: 'europe-west1, europe-west1' }, 'expected each region once'],
    [{ regions: 'europe-west1; us-east1, europe-west1' }, 'expected each region once'],
    [{ regions: 'europe-west1 us-central1' }, 'expected regions such as us-central1'],
    [{ regions: 'Europe-West1; us-central1' }, 'expected regions such as us-central1'],
    [{ regions: 'europe-west1;; us-central1' }, 'expected at least one region in each wave'],
    [{ regions: two, region: 'us-east1' }, 'expected one of the two'],
    [{ regions: two, skip_regions: 'us-east1' }, 'expected regions that are also in regions'],
    [{ regions: two, skip_regions: 'europe-west1, us-central1' }, 'at least one region that the release may'],
    [{ skip_regions: 'us-central1' }, 'expected regions that are also in regions'],
    [{ regions: two, vpc_connector: 'projects/p/locations/us-central1/connectors/c' }, 'in every region'],
    [{ regions: two, openapi: 'openapi.yaml' }, 'openapi is about one door'],
    [{ regions: two, job_timeout: '130m' }, 'set by regions'],
  ])('%j: %s', async (given, problem) => {
    expect((await read(given)).problem).toContain(problem);
  });
});

describe('a connector is that of each region', () => {
  const path = (region: string) => `projects/my-project/locations/${region}/connectors/c`;
  const connector = 'serviceConfig.vpcConnector';

  test('of several', async () => {
    const { release } = await read({ regions: 'europe-west1; us-central1', vpc_connector: 'c' });
    const { deploy } = release.stages;
    for (const region of ['europe-west1', 'us-central1'])
      expect(deployIn(region, deploy).settings.get(connector)).toBe(path(region));
    expect(deployIn('us-central1', deploy)).toMatchObject({ region: 'us-central1', name: 'ocr' });
  });

  test('of a list of one', async () => {
    const { release } = await read({ regions: 'europe-west1', vpc_connector: 'c' });
    expect(release.stages.deploy.settings.get(connector)).toBe(path('europe-west1'));
  });
});
