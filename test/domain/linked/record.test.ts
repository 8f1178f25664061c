import { expect, test } from '@jest/globals';
import { explainRefusal, recordOf } from '../../../src/domain/linked/record.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const serving = {
  ...{ project: 'p', region: 'us-central1', service: 'ocr', exposure: 'private' as const },
  image: `us-central1-docker.pkg.dev/p/apps/ocr@${digest}`,
};
const place = { environment: 'production', repository: 'acme/ocr' };

test('a record names the deployment, the image and its digest', () => {
  expect(recordOf(serving, place)).toEqual({
    ...{ name: 'us-central1-docker.pkg.dev/p/apps/ocr', digest, status: 'deployed' },
    ...{ logical_environment: 'production', physical_environment: 'us-central1', cluster: 'p' },
    ...{ deployment_name: 'ocr', github_repository: 'ocr', runtime_risks: [], return_records: false },
  });
});

test.each([
  ['public', ['internet-exposed']],
  ['private', []],
  // No verdict states no risk, and takes none back.
  ['unknown', undefined],
  [undefined, undefined],
] as const)('the risk of an exposure %s is %j', (exposure, risks) => {
  expect(recordOf({ ...serving, exposure }, place)).toHaveProperty('digest');
  expect((recordOf({ ...serving, exposure }, place) as { runtime_risks?: unknown }).runtime_risks).toEqual(
    risks,
  );
});

test.each([
  [{ image: undefined }, {}, /not known by its digest/],
  [{ image: 'us-central1-docker.pkg.dev/p/apps/ocr:latest' }, {}, /not known by its digest/],
  [{}, { repository: '' }, /names no repository/],
])('without %j %j there is none', (more, where, none) => {
  expect(recordOf({ ...serving, ...more }, { ...place, ...where })).toEqual({
    none: expect.stringMatching(none),
  });
});

test.each([
  [403, /artifact-metadata: write/],
  [404, /a user has none/],
  [undefined, /did not answer \(socket hang up\)/],
  [422, /answered 422: socket hang up/],
])('a refusal with %s is told with what to change', (status, text) => {
  expect(explainRefusal(status, 'socket hang up')).toMatch(text);
});
