import { errorInfo } from '../core/errors.ts';
import type { World } from '../core/state.ts';
import { ApiError } from '../core/types.ts';
import { projectsOf } from '../projects/state.ts';
import { serviceConfig } from './config.ts';
import type { Json } from './model.ts';

/** Refuses an ingress setting that the organisation's policy does not allow, as Google answers. */
export function checkPolicies(world: World, config: Json): void {
  const constraint = 'cloudfunctions.allowedIngressSettings';
  const asked = String(serviceConfig(config).ingressSettings ?? 'ALLOW_ALL');
  const rules = projectsOf(world).orgPolicies.get(constraint)?.rules ?? [];
  const allowed = rules.flatMap(({ values }) => values?.allowedValues ?? []);
  if (allowed.length === 0 || allowed.includes(asked)) return;
  throw new ApiError(
    400,
    'FAILED_PRECONDITION',
    'The request has violated one or more Org Policies. Please refer to the respective violations for more information.',
    [
      {
        '@type': 'type.googleapis.com/google.rpc.PreconditionFailure',
        violations: [
          {
            type: `constraints/${constraint}`,
            subject: `orgpolicy:projects/${world.project}?configvalue=${asked}`,
            description: `The value ${asked} of the ingress settings is not allowed.`,
          },
        ],
      },
      errorInfo('CUSTOM_ORG_POLICY_VIOLATION', 'orgpolicy.googleapis.com', { constraint }),
    ],
  );
}
