import type { CheckRule } from '../../../src/domain/findings/rules/check.ts';
import type { Scanner } from './scanners.ts';

/**
 * What a scanner of others calls the same mistake. Decided by reading its page of the check. What is not here does not
 * count: a workflow that deploys in public also lacks a pin, and the pin is not what is wrong with it.
 */
export const meanings: Partial<Record<CheckRule, Partial<Record<Scanner['name'], readonly string[]>>>> = {
  'public-binding': { Checkov: ['CKV_GCP_102', 'CKV_GCP_107', 'CKV_GCP_113'] },
  'key-committed': { Checkov: ['CKV_SECRET_13'] },
  'gateway-open': { Checkov: ['CKV_OPENAPI_4', 'CKV_OPENAPI_5', 'CKV_OPENAPI_6'] },
  'wif-no-condition': { Checkov: ['CKV_GCP_118', 'CKV_GCP_125'] },
  'wif-hole': { Checkov: ['CKV_GCP_125'] },
  'wif-never': { Checkov: ['CKV_GCP_125'] },
  'deployer-too-strong': { Checkov: ['CKV_GCP_41', 'CKV_GCP_42', 'CKV_GCP_49', 'CKV_GCP_117'] },
  'id-token-wide': { zizmor: ['excessive-permissions'] },
  'untrusted-login': { zizmor: ['dangerous-triggers'] },
  'no-environment': { zizmor: ['secrets-outside-env'] },
  'release-concurrent': { zizmor: ['concurrency-limits'] },
  'uses-moving': { zizmor: ['unpinned-uses', 'unpinned-images'] },
};

/** Does the scanner report the mistake itself? */
export const means = (rule: CheckRule, name: Scanner['name'], id: string): boolean =>
  meanings[rule]?.[name]?.includes(id) ?? false;
