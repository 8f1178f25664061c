import { shortName } from '../data/resource-name.ts';
import type { Level } from './facts.ts';

/** Names the place where a policy is attached, in words for a sentence: `folder 123`. */

const kinds: Record<Level, string> = {
  service: 'service',
  function: 'function',
  project: 'project',
  folder: 'folder',
  organization: 'organisation',
  account: 'service account',
  iap: 'service',
  source: 'bucket',
  images: 'repository',
};

export const placeName = (level: Level, resource: string): string => `${kinds[level]} ${shortName(resource)}`;

/** `the IAM policy of project p`; for IAP `the Identity-Aware Proxy policy of service s`. */
export const policyName = (level: Level, resource: string): string =>
  `the ${level === 'iap' ? 'Identity-Aware Proxy' : 'IAM'} policy of ${placeName(level, resource)}`;
