import type { RuleSet } from './core.ts';
import type { Identity } from './wif/claims.ts';
import { deployerTooStrong } from './wif/deployer-too-strong.ts';
import { principalWide } from './wif/principal-wide.ts';
import { wifHole, wifNever, wifNoCondition, wifUploadedKeys } from './wif/wif-condition.ts';
import { wifSubjectLong } from './wif/wif-subject-long.ts';

/** The rules that evaluate CEL. They are loaded only if a file names a pool or a strong role. */
export const identityRules = (identity: Identity): RuleSet => ({
  'wif-no-condition': wifNoCondition(identity),
  'wif-hole': wifHole(identity),
  'wif-never': wifNever(identity),
  'wif-subject-long': wifSubjectLong(identity),
  'wif-uploaded-keys': wifUploadedKeys,
  'principal-wide': principalWide(identity),
  'deployer-too-strong': deployerTooStrong,
});
