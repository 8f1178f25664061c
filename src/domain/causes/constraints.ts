const withoutAccounts =
  'While the policy is enforced, nobody can make an account in this project, not even its owner. An administrator lifts it for this project while init runs, or you use a project without it.';
const buildAccount = 'Set build_service_account in this step to an account that may build.';

/**
 * Organisation policies that stop a set-up or a deploy, and what can be done without a change of the policy. The key is the constraint
 * without `constraints/` (cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints).
 */
const ways: Readonly<Record<string, string>> = {
  'cloudfunctions.allowedIngressSettings':
    'Set ingress_settings in this step to a value that the policy allows.',
  'run.allowedIngress': 'Set ingress_settings in this step to a value that the policy allows.',
  'cloudfunctions.allowedVpcConnectorEgressSettings':
    'Set vpc_connector_egress_settings in this step to a value that the policy allows.',
  'run.allowedVPCEgress': 'Set vpc_connector_egress_settings in this step to a value that the policy allows.',
  'cloudfunctions.requireVPCConnector': 'Set vpc_connector in this step.',
  'cloudfunctions.restrictAllowedGenerations':
    'Only a change of the policy helps: these actions deploy functions of the second generation.',
  'gcp.resourceLocations': 'Set region in this step to a region that the policy allows.',
  'gcp.restrictNonCmekServices': 'Set kms_key_name (and docker_repository) in this step.',
  'gcp.restrictCmekCryptoKeyProjects':
    'Set kms_key_name in this step to a key of a project that the policy allows.',
  'gcp.restrictServiceUsage': 'Only a change of the policy helps, because it switches the whole API off.',
  'cloudbuild.allowedWorkerPools': 'Set build_worker_pool in this step to a pool that the policy allows.',
  'cloudbuild.allowedIntegrations': 'Only a change of the policy helps.',
  'run.managed.requireInvokerIam': 'Leave the invoker check on. These actions never switch it off.',
  'iam.workloadIdentityPoolProviders':
    'An administrator adds the issuer of your GitHub to the values that the policy allows: https://token.actions.githubusercontent.com for github.com.',
  'iam.disableServiceAccountCreation': withoutAccounts,
  'iam.managed.disableServiceAccountCreation': withoutAccounts,
  'iam.disableCrossProjectServiceAccountUsage':
    'Set runtime_service_account in this step to an account of the same project.',
  'cloudbuild.disableCreateDefaultServiceAccount': buildAccount,
  'cloudbuild.useBuildServiceAccount': buildAccount,
  'cloudbuild.useComputeServiceAccount': buildAccount,
  'run.allowedBinaryAuthorizationPolicies':
    'Only a change of the policy helps: these actions set no policy of Binary Authorization.',
  'iam.allowedPolicyMemberDomains': 'Grant access to accounts of your own organisation instead.',
  'iam.managed.allowedPolicyMembers': 'Grant access to members that the policy allows instead.',
  'iam.automaticIamGrantsForDefaultServiceAccounts':
    'Grant the roles to the default account yourself, or set runtime_service_account and build_service_account.',
};

export const wayAround = (constraint: string): string =>
  ways[constraint] ?? 'Change the setting that the policy forbids.';
