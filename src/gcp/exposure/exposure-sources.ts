import type { TargetKind } from '../../domain/deploy/kind.ts';
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

/**
 * Everything that the guard reads, over one REST client. A role that was read is cached.
 * @param kind the kind of the service, if the user named one
 */
export function createExposureSources(rest: Rest, kind?: TargetKind): ExposureSources {
  return {
    ...functionReader(rest, kind),
    ...policies(rest),
    ...roles(rest),
    ...ancestry(rest),
    ...orgPolicies(rest),
    ...denyPolicies(rest),
    ...identityPools(rest),
    ...gateways(rest),
  };
}
