import { describe, expect, test } from '@jest/globals';
import { createBuilds } from '../../../src/gcp/run/builds.ts';
import type { Rest } from '../../../src/http/rest.ts';

const place = { project: 'p', region: 'r', name: 'ocr' };
const bucket = 'run-sources-p-r';
const buildsOf = (...builds: object[]) => {
  const paths: string[] = [];
  const call = async ({ path }: { path: string }) => {
    paths.push(path);
    return { status: 200, body: { builds } };
  };
  return { paths, builds: createBuilds({ call } as unknown as Rest) };
};
const build = (id: string, object: string, status = 'SUCCESS') => ({
  ...{ id, status },
  source: { storageSource: { bucket, object } },
});

describe('the build of an upload', () => {
  test('is found among others, the newest first', async () => {
    const { paths, builds } = buildsOf(
      build('b1', 'other.zip'),
      { id: 'b2' },
      build('b3', 'mine.zip', 'FAILURE'),
      build('b4', 'mine.zip'),
    );
    expect(await builds.ofSource(place, `gs://${bucket}/mine.zip#17`)).toEqual({ id: 'b3', state: 'failed' });
    expect(await builds.ofSource(place, `gs://${bucket}/none.zip#17`)).toBeUndefined();
    expect(paths).toEqual(Array(2).fill('v1/projects/p/locations/r/builds'));
  });

  test('is not asked for if the source lies elsewhere', async () => {
    const { paths, builds } = buildsOf();
    expect(await builds.ofSource(place, 'https://example.com/mine.zip')).toBeUndefined();
    expect(paths).toEqual([]);
  });

  // google/devtools/cloudbuild/v1/cloudbuild.proto, Build.Status
  test.each([
    ['PENDING', 'running'],
    ['QUEUED', 'running'],
    ['WORKING', 'running'],
    ['SUCCESS', 'succeeded'],
    ['FAILURE', 'failed'],
    ['INTERNAL_ERROR', 'failed'],
    ['TIMEOUT', 'failed'],
    ['CANCELLED', 'failed'],
    ['EXPIRED', 'failed'],
    ['STATUS_UNKNOWN', 'failed'],
  ])('with status %s is %s', async (status, state) => {
    const { builds } = buildsOf(build('b1', 'mine.zip', status));
    expect((await builds.ofSource(place, `gs://${bucket}/mine.zip`))?.state).toBe(state);
  });
});
