import type { Rest } from '../../http/rest.ts';
import type { ExposureSources } from '../../steps/ports/exposure.ts';
import { ancestry } from './ancestry.ts';
import { denyPolicies } from './deny-policies.ts';
import { functionReader } from './function-facts.ts';
import { gateways } from './gateways.ts';
import { roles } from './iam-roles.ts';
import { identityPools } from './identity-pools.ts';
import { orgPolicies } from './org-policies.ts';
import { policies } from './policies.ts';

/** Everything that the guard reads, over one REST client. A role that was read is cached. */
export function createExposureSources(rest: Rest): ExposureSources {
  return {
    ...functionReader(rest),
    ...policies(rest),
    ...roles(rest),
    ...ancestry(rest),
    ...orgPolicies(rest),
    ...denyPolicies(rest),
    ...identityPools(rest),
    ...gateways(rest),
  };
}
