import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '../../../src/domain/data/json.ts';
import { draftFrom } from '../../../src/targets/run/apply.ts';
import { buildConfigOf } from '../../../src/targets/run/build-config.ts';
import { applyBuild, imageIn } from '../../../src/targets/run-function/build-config.ts';

const sourceLocation = 'gs://b/new.zip#2';
const whole = 'us-central1-docker.pkg.dev/serverless-runtimes/google-22-full/runtimes/nodejs24';
const live = {
  name: 'projects/1/locations/us-central1/builds/b',
  sourceLocation: 'gs://b/old.zip#1',
  functionTarget: 'ocr',
  imageUri: 'us-central1-docker.pkg.dev/p/r/ocr',
  baseImage: whole,
  enableAutomaticUpdates: true,
  environmentVariables: { A: '1' },
};
const container = { image: 'us-central1-docker.pkg.dev/p/r/ocr@sha256:1', baseImageUri: whole };

function applied(settings: Record<string, Json>, more: { live?: JsonObject; imageUri?: string } = {}) {
  const draft = draftFrom(more.live ? { template: { containers: [container] } } : undefined);
  const all = new Map(Object.entries(settings).map(([name, value]) => [`buildConfig.${name}`, value]));
  applyBuild(draft, { settings: all, live: more.live, imageUri: more.imageUri, sourceLocation });
  const template = draft.body.template as { containers?: JsonObject[] };
  return { build: draft.body.buildConfig, mask: [...draft.mask].sort(), container: template.containers?.[0] };
}

describe('the build of a function that exists', () => {
  test('gets the new source and nothing else, if nothing else is set', () => {
    const { build, mask, container: sent } = applied({}, { live });
    expect([build, mask, sent]).toEqual([{ sourceLocation }, ['buildConfig.sourceLocation'], container]);
  });

  test('keeps a base image that has the same runtime by its whole name', () => {
    expect(applied({ runtime: 'nodejs24' }, { live }).build).toEqual({ sourceLocation });
  });

  test('gets another base image, and so does its container, which is updated automatically', () => {
    const { build, container: sent } = applied({ runtime: 'nodejs26' }, { live });
    expect(build).toEqual({ sourceLocation, baseImage: 'nodejs26' });
    expect(sent).toEqual({ ...container, baseImageUri: 'nodejs26' });
  });

  test.each<[string, Json, JsonObject]>([
    ['entryPoint', 'main', { functionTarget: 'main' }],
    ['environmentVariables', { B: '2' }, { environmentVariables: { B: '2' } }],
    ['environmentVariables', {}, { environmentVariables: {} }],
    [
      'serviceAccount',
      'projects/p/serviceAccounts/b@p.iam.gserviceaccount.com',
      { serviceAccount: 'projects/p/serviceAccounts/b@p.iam.gserviceaccount.com' },
    ],
    [
      'workerPool',
      'projects/p/locations/us-central1/workerPools/w',
      { workerPool: 'projects/p/locations/us-central1/workerPools/w' },
    ],
  ])('%s is sent as Cloud Run calls it', (name, value, wanted) => {
    const { build, mask } = applied({ [name]: value }, { live });
    expect(build).toEqual({ sourceLocation, ...wanted });
    expect(mask).toEqual(['buildConfig.sourceLocation', `buildConfig.${Object.keys(wanted)[0]}`].sort());
  });

  test('a base that is not updated automatically is no part of the container', () => {
    const draft = draftFrom({ template: { containers: [{ image: 'i' }] } });
    const settings = new Map<string, Json>([['buildConfig.runtime', 'nodejs26']]);
    applyBuild(draft, {
      settings,
      live: { ...live, enableAutomaticUpdates: false },
      imageUri: undefined,
      sourceLocation,
    });
    expect(draft.body.template).toEqual({ containers: [{ image: 'i' }] });
  });
});

test('a new function names its image and is updated automatically', () => {
  const imageUri = imageIn('projects/p/locations/us-central1/repositories/r', 'ocr');
  const { build, container: sent } = applied({ runtime: 'nodejs24', entryPoint: 'ocr' }, { imageUri });
  expect(build).toEqual({
    ...{
      sourceLocation,
      imageUri,
      baseImage: 'nodejs24',
      functionTarget: 'ocr',
      enableAutomaticUpdates: true,
    },
  });
  expect(sent).toEqual({ image: 'us-central1-docker.pkg.dev/p/r/ocr', baseImageUri: 'nodejs24' });
});

describe('a build configuration by the paths of the inputs', () => {
  test('has what the inputs would set', () =>
    expect(buildConfigOf({ buildConfig: live })).toMatchObject({
      ...{ runtime: 'nodejs24', entryPoint: 'ocr', environmentVariables: { A: '1' } },
      dockerRepository: 'projects/p/locations/us-central1/repositories/r',
    }));

  test.each([
    ['nodejs24', 'nodejs24'],
    [`${whole}:nodejs24_20260101`, 'nodejs24'],
    [`${whole}@sha256:1`, 'nodejs24'],
    ['', undefined],
  ])('the runtime of %s', (baseImage, runtime) =>
    expect(buildConfigOf({ buildConfig: { baseImage } })?.runtime).toBe(runtime),
  );

  test('a service that Cloud Run does not build has none', () => expect(buildConfigOf({})).toBeUndefined());
});
