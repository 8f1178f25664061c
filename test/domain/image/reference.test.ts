import { describe, expect, test } from '@jest/globals';
import { platformOf, platformsIn } from '../../../src/domain/image/manifest.ts';
import {
  digestIn,
  imageText,
  parseImage,
  registryOf,
  repositoryOf,
  withDigest,
} from '../../../src/domain/image/reference.ts';
import { flagsHint } from '../../../src/inputs/flags.ts';
import { inputsOf } from '../../../src/inputs/table.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const google = 'us-central1-docker.pkg.dev/p/r/ocr';

describe('the name of an image', () => {
  test.each([
    [`${google}:1.4`, `${google}:1.4`, 'google'],
    [google, `${google}:latest`, 'google'],
    [`${google}@${digest}`, `${google}@${digest}`, 'google'],
    [`${google}:1@${digest}`, `${google}:1@${digest}`, 'google'],
    ['eu.gcr.io/p/ocr:1', 'eu.gcr.io/p/ocr:1', 'google'],
    ['ocr:1', 'docker.io/library/ocr:1', 'docker'],
    ['index.docker.io/acme/ocr', 'docker.io/acme/ocr:latest', 'docker'],
    ['ghcr.io/acme/ocr:1', 'ghcr.io/acme/ocr:1', 'other'],
    ['localhost:5000/a/b:1', 'localhost:5000/a/b:1', 'other'],
    ['gcr.io.example.com/p/ocr:1', 'gcr.io.example.com/p/ocr:1', 'other'],
    ['pkg.dev.evil/p/ocr:1', 'pkg.dev.evil/p/ocr:1', 'other'],
  ])('%s', (text, whole, kind) => {
    const reference = parseImage(text);
    expect([imageText(reference), registryOf(reference)]).toEqual([whole, kind]);
  });

  test.each([
    '',
    'Ocr',
    'a b',
    'a@sha256:1',
    `a@${digest}@${digest}`,
    'a:',
    'https://user:pw@h.io/a',
    'h.io/../a',
  ])('%j is refused, and not quoted', (text) => {
    expect(() => parseImage(text)).toThrow(/^expected an image such as us-central1/);
  });

  test('a digest takes the place of the tag', () => {
    const image = withDigest(parseImage(`${google}:1`), digest);
    expect([image, digestIn(image), digestIn(`${google}:1`)]).toEqual([
      `${google}@${digest}`,
      digest,
      undefined,
    ]);
  });

  test('only Artifact Registry has repositories', () => {
    expect(repositoryOf(parseImage(`${google}:1`))).toEqual({
      project: 'p',
      location: 'us-central1',
      repository: 'r',
    });
    expect(repositoryOf(parseImage('gcr.io/p/ocr'))).toBeUndefined();
  });
});

test('platforms of an index leave out attestations, and one image says its own', () => {
  const of = (os: string, architecture: string) => ({ platform: { os, architecture } });
  const manifests = [of('linux', 'arm64'), of('unknown', 'unknown'), of('linux', 'amd64')];
  expect(platformsIn({ manifests })).toEqual(['linux/arm64', 'linux/amd64']);
  expect(platformsIn({ config: {} })).toBeUndefined();
  expect([platformOf({ os: 'linux', architecture: 'amd64' }), platformOf({ os: 'linux' })]).toEqual([
    'linux/amd64',
    undefined,
  ]);
});

test('flags are answered with inputs, and no value is quoted', () => {
  const text = flagsHint(
    '--set-env-vars=PASSWORD=hunter2 --memory 1Gi --cpu-boost --no-allow-unauthenticated --async --tag=x',
    inputsOf('deploy'),
  );
  expect(text).toContain('tag for --tag');
  expect(text).toContain('leave out --async');
  expect(flagsHint('--tag=x', inputsOf('release'))).toBe(
    'leave out the flags about traffic, because the release moves it',
  );
  expect(text).toContain('environment_variables for --set-env-vars, memory for --memory');
  expect(text).toContain('leave out the flags about access');
  expect(text).toContain('gcloud run services update');
  expect(text).not.toMatch(/hunter2|PASSWORD/);
});
