import type { RightBuckets, SetupWish } from '../../src/domain/setup/wish.ts';
import type { FileFacts } from '../../src/domain/setup/workflows/parts.ts';

export const noBuckets: RightBuckets = { drill: [], copies: [], models: [], pipelines: [] };

/** Buckets for every right that is about some. */
export const everyBucket: RightBuckets = {
  ...{ drill: ['input', 'models'], copies: ['models-copy'], models: ['models'], pipelines: ['pipelines'] },
};

/** A set-up of one function of one repository. */
export const setupWish = (more: Partial<SetupWish> = {}): SetupWish => ({
  ...{
    project: 'my-project',
    number: '123456789012',
    region: 'europe-west1',
    pool: 'github',
    provider: 'backstay',
  },
  ...{ issuer: 'https://token.actions.githubusercontent.com', target: 'function' },
  ...{ ownerWide: false, hostedOnly: false, may: ['close'], buckets: noBuckets },
  targets: [
    {
      repository: { name: 'acme/ocr', id: '770001', ownerId: '4211', defaultBranch: 'main' },
      ...{ name: 'ocr-api', environment: 'prod/ocr-api', branch: 'main', runtimeAccount: undefined },
      service: {
        service: 'projects/my-project/locations/europe-west1/services/ocr-api',
        exists: false,
        account: undefined,
      },
    },
  ],
  files: [{ path: '.github/workflows/release.yml', content: 'name: release\n' }],
  ...more,
});

/** Facts of workflow files, with values that a careless writer would break. */
export const fileFacts: FileFacts = {
  ...{ name: 'ocr-api', region: 'europe-west1', branch: "a'b: c, d]", environment: 'prod/eu, a}' },
  ...{ rollbackAccount: 'r@p.x', ownJobs: false },
  settings: { entry_point: 'ocr', runtime: 'nodejs24', source_dir: "x\n  evil: 'yes'" },
  example: { image: 'test/receipt.png', contains: 'TOTAL: 12' },
  actions: { at: 'backstay-release/backstay', ref: 'v1' },
};
