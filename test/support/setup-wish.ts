import type { SetupWish } from '../../src/domain/setup/wish.ts';

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
  ...{ ownerWide: false, hostedOnly: false, mayClose: true },
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
